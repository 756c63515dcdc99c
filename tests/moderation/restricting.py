"""What the tests about restrictions share: people who are proved in different ways, and a moderator who restricts them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from comments.enums import AuthorKind
from comments.models import Article, Author, Comment, Site
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment
from moderation.enums import RestrictionKind, RestrictionTarget, Role
from moderation.models import Restriction
from moderation.services.restrictions import RestrictionDraft, restrict
from tests.factories import make_moderator

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NETWORK = "a" * 32
WEEK = datetime.timedelta(days=7)


def make_author(site: Site, *, name: str = "Hanna Kuhl", email: str = "", proved: bool = False, **values) -> Author:
    """A guest, or whatever `values` say."""
    return Author.objects.create(
        site=site,
        name=name,
        email=email,
        email_verified_at=timezone.now() if proved else None,
        **{"kind": AuthorKind.GUEST, **values},
    )


def write(article: Article, *, author: Author | None = None, body: str = "Ein Text.", **values) -> Comment:
    """Post as this author from their network."""
    identity = Identity(author=author, network=values.pop("network", ""), user=values.pop("user", None))
    name = author.name if author else "Hanna Kuhl"
    draft = Draft(body=body, name=values.pop("name", name), email=author.email if author else values.pop("email", ""))
    return post_comment(article=article, identity=identity, draft=draft).comment


def lay(
    author: Author,
    kind: RestrictionKind = RestrictionKind.MUTE,
    *,
    target: RestrictionTarget = RestrictionTarget.AUTHOR,
    moderator: User | None = None,
    **values,
) -> Restriction:
    """A restriction by a senior moderator, for a week unless said otherwise; a ban by the clause on respect."""
    if kind == RestrictionKind.BAN:
        values.setdefault("clause", "respect")
    if kind != RestrictionKind.WARNING:
        values.setdefault("ends_at", timezone.now() + WEEK)
    comment = values.pop("comment", None)
    draft = RestrictionDraft(kind=kind, target=target, **{"reason": "Drei Beleidigungen an einem Tag.", **values})
    senior = moderator or make_moderator(author.site, role=Role.SENIOR)
    return restrict(author=author, moderator=senior, draft=draft, comment=comment)
