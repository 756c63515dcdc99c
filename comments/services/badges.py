"""Which badge a comment bears: that of the editorial team, or that of who wrote the article."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import get_user_model

from comments.enums import AuthorKind, Badge
from comments.models import Article, Author, Site
from comments.names import normalise_name
from comments.services.identity import full_name
from comments.text import TextError


def badge_under(article: Article, author: Author) -> Badge:
    """The badge of a new comment by this author under this article. No query.

    The editorial team's comes first: it says more of whom readers hear. Who writes for the paper bears the other one
    under their own articles alone; elsewhere they are a reader like all.
    """
    if author.badge == Badge.EDITORIAL:
        return Badge.EDITORIAL
    wrote_it = author.user_id is not None and str(author.user_id) in map(str, article.author_accounts)
    return Badge.ARTICLE_AUTHOR if wrote_it else Badge.NONE


def recognise_article_authors(*, site: Site, accounts: Sequence[str]) -> None:
    """Give whoever wrote an article an author on the site, with its badge: from then on nobody else may use the name.

    2 queries, and up to 3 for each account that has no author here yet. Accounts that do not exist are passed over.
    """
    Author.objects.filter(site=site, user_id__in=accounts, badge=Badge.NONE).update(badge=Badge.ARTICLE_AUTHOR)
    known = Author.objects.filter(site=site, user_id__in=accounts).values("user_id")
    for user in get_user_model().objects.filter(pk__in=accounts).exclude(pk__in=known):
        Author.objects.get_or_create(
            site=site,
            user_id=user.pk,
            defaults={
                "kind": AuthorKind.USER,
                "name": _name(full_name(user)),
                "email": getattr(user, "email", ""),
                "badge": Badge.ARTICLE_AUTHOR,
            },
        )


def _name(given: str) -> str:
    """The name of an account; empty for one that is no name to us: its first comment asks for another."""
    try:
        return normalise_name(given)
    except TextError:
        return ""
