"""Rows for tests, made through the services wherever there is one, so that they look like real ones."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.utils import timezone

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Status
from comments.models import Article, Comment, Site
from comments.services.articles import ArticleFacts, register_article
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment
from moderation.enums import Ground, PolicyState, Role
from moderation.models import Clause, Membership, PolicyVersion
from moderation.services.policies import publish_policy

_numbers: Iterator[int] = itertools.count(1)

CLAUSES = ("on-topic", "respect", "no-advertising", "personal-data", "unlawful")


def make_site(slug: str = "", *, language: str = "de", origins: tuple[str, ...] = ("https://news.example",)) -> Site:
    """A site with origins but without a policy."""
    slug = slug or f"site-{next(_numbers)}"
    return Site.objects.create(slug=slug, name=slug.title(), language=language, origins=list(origins))


def make_policy(site: Site, *, number: int = 1) -> PolicyVersion:
    """A published policy with five clauses, in force since yesterday."""
    version = PolicyVersion(
        site=site,
        number=number,
        state=PolicyState.PUBLISHED,
        effective_at=timezone.now() - datetime.timedelta(days=1),
        introduction_de="Bleiben Sie beim Thema. Achten Sie einander.",
        introduction_en="Stay on the topic. Respect each other.",
    )
    clauses = [
        Clause(
            slug=slug,
            position=position,
            ground=Ground.ILLEGAL if slug == "unlawful" else Ground.INCOMPATIBLE,
            category="STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
            title_de=f"Titel {slug}",
            title_en=f"Title {slug}",
            text_de=f"Text {slug}",
            text_en=f"Text of {slug}",
            facts_de=f"Tatsachen {slug}",
            facts_en=f"Facts {slug}",
        )
        for position, slug in enumerate(CLAUSES, start=1)
    ]
    return publish_policy(version=version, clauses=clauses)


def make_article(site: Site | None = None, *, key: str = "", mode: ArticleMode = ArticleMode.PRE_MODERATED) -> Article:
    """An article of the site (a new one with a policy unless given)."""
    if site is None:
        site = make_site()
        make_policy(site)
    key = key or f"article-{next(_numbers)}"
    facts = ArticleFacts(key=key, url=f"https://news.example/{key}", title=f"Title of {key}", mode=mode)
    return register_article(site=site, facts=facts)


def make_comment(
    article: Article,
    *,
    body: str = "",
    parent: Comment | None = None,
    status: Status = Status.PENDING,
    name: str = "Hanna Kuhl",
    email: str = "",
    identity: Identity | None = None,
) -> Comment:
    """A comment posted through the service, then moved to the status by its lifecycle."""
    draft = Draft(
        body=body or f"Text number {next(_numbers)}",
        parent=parent.public_id if parent else "",
        name=name,
        email=email,
    )
    comment = post_comment(article=article, identity=identity or Identity(), draft=draft).comment
    return move(comment, status)


def move(comment: Comment, status: Status) -> Comment:
    """Take a pending comment to a status along the legal way."""
    moderator, author = lifecycle.Actor(ActorKind.MODERATOR), lifecycle.Actor(ActorKind.AUTHOR)
    steps = {
        Status.PENDING: [],
        Status.REMOVED: [(Status.APPROVED, moderator), (Status.REMOVED, moderator)],
        Status.WITHDRAWN: [(Status.WITHDRAWN, author)],
    }.get(status, [(status, moderator)])
    for new, actor in steps:
        lifecycle.set_status(
            comment.pk,
            new,
            actor=actor,
            expected_status=Status(comment.status),
            expected_revision=comment.revision,
        )
        comment.refresh_from_db()
    return comment


def make_user(email: str = "", *, name: str = "") -> User:
    """A signed-up account with the password "correct horse battery"."""
    number = next(_numbers)
    email = email or f"user{number}@reader.example"
    first, _space, last = name.partition(" ")
    return get_user_model().objects.create_user(
        username=email, email=email, password="correct horse battery", first_name=first, last_name=last
    )


def make_moderator(site: Site, *, role: Role = Role.MODERATOR) -> User:
    """An account on the desk of a site."""
    user = make_user(f"desk{next(_numbers)}@desk.example")
    Membership.objects.create(site=site, user=user, role=role)
    return user
