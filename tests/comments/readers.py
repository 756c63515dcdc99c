"""Published comments, readers and their votes, for the tests of voting and muting."""

from __future__ import annotations

from typing import Any

from comments.enums import AuthorKind, Status
from comments.models import Article, Author, Comment
from comments.services.identity import make_author_token
from tests.factories import make_article, make_comment


def published(article: Article | None = None, **facts: Any) -> Comment:
    """A published comment with its article and site loaded."""
    comment = make_comment(article or make_article(), status=Status.APPROVED, **facts)
    return Comment.objects.with_context().get(pk=comment.pk)


def votes_of(comment: Comment) -> tuple[int, int]:
    """What the comment says of its votes, and how many there are."""
    comment.refresh_from_db()
    return comment.vote_count, comment.votes.count()


def guest(comment: Comment, name: str = "") -> Author:
    return Author.objects.create(site=comment.site, kind=AuthorKind.GUEST, name=name)


def bearer(author: Author) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_author_token(author)}", "Accept-Language": "en"}
