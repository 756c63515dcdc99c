from __future__ import annotations

from comments.models.articles import Article, ArticleUrl, Site
from comments.models.authors import Author
from comments.models.comments import Comment, Revision, StatusChange
from comments.models.outbox import Heartbeat, Outbox, WrittenMailbox

__all__ = [
    "Article",
    "ArticleUrl",
    "Author",
    "Comment",
    "Heartbeat",
    "Outbox",
    "Revision",
    "Site",
    "StatusChange",
    "WrittenMailbox",
]
