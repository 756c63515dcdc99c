"""The log of what the desk changed about discussions."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser

from comments.models import Article, Comment, Site
from moderation.enums import ArticleChangeKind
from moderation.models import ArticleChange, ArticleRule


def log_change(
    kind: ArticleChangeKind,
    *,
    site: Site,
    article: Article | None,
    user: AbstractBaseUser,
    comment: Comment | None = None,
    undoes: ArticleChange | None = None,
    **details: object,
) -> ArticleChange:
    """Write down a change; the caller holds the transaction that makes it. 1 query."""
    return ArticleChange.objects.create(
        kind=kind,
        site=site,
        article=article,
        comment=comment,
        user_id=user.pk,
        undoes=undoes,
        details=details,
    )


def keep_of_merged(source: Article, target: Article) -> None:
    """Hand the log of an article on to the one it is merged into, and its rule where that has none. 3 queries at most."""
    ArticleChange.objects.filter(article=source).update(article=target)
    if not ArticleRule.objects.filter(article=target).exists():
        ArticleRule.objects.filter(article=source).update(article=target)
