from __future__ import annotations

from comments.models.articles import Article, ArticleKey, ArticleText, ArticleUrl, Site
from comments.models.authors import Author
from comments.models.bounces import Bounce
from comments.models.comments import Comment, Revision, StatusChange
from comments.models.outbox import Heartbeat, Lane, Outbox, WrittenMailbox
from comments.models.sign_in import SignInCode, UsedSsoToken
from comments.models.subscriptions import Notification, Subscriber, Subscription, Suppression
from comments.models.votes import Mute, Vote

__all__ = [
    "Article",
    "ArticleKey",
    "ArticleText",
    "ArticleUrl",
    "Author",
    "Bounce",
    "Comment",
    "Heartbeat",
    "Lane",
    "Mute",
    "Notification",
    "Outbox",
    "Revision",
    "SignInCode",
    "Site",
    "StatusChange",
    "Subscriber",
    "Subscription",
    "Suppression",
    "UsedSsoToken",
    "Vote",
    "WrittenMailbox",
]
