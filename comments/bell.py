"""The bell: what signed-in readers have not seen yet of the replies to them and of what became of their comments."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from comments.conf import settings
from comments.enums import ActorKind, ArticleMode, AuthorKind, Status
from comments.feed_addresses import permalink
from comments.models import Author, Comment, Site, StatusChange
from comments.services.identity import Identity, make_status_token
from comments.standing import describe_change

# How much is listed at most; nobody reads on.
LIMIT = 20


@dataclass(frozen=True, slots=True)
class News:
    """A reply, or what became of a comment. `icon` is a name in icons.svg, `url` a path on this server."""

    icon: str
    what: str
    url: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Bell:
    """What is new for a reader, the newest first. `until` is the moment up to which it is complete, as ISO 8601; `action` is
    where a form with it leads."""

    news: tuple[News, ...]
    has_more: bool
    until: str
    action: str

    @property
    def sentence(self) -> str:
        """How much there is, in the active language."""
        count = len(self.news)
        if self.has_more:
            return gettext("More than %(count)d new replies and decisions") % {"count": count}
        sentence = ngettext("%(count)d new reply or decision", "%(count)d new replies and decisions", count)
        return sentence % {"count": count}


def read_bell(*, identity: Identity, authors: Iterable[Author], site: Site) -> Bell | None:
    """What is new for who is signed in on a site, of the authors there that they stand for; None where nothing is, and for
    guests. 2 queries, none for guests.

    As mails do, it waits for the grace in which a decision can be taken back without a trace.
    """
    author = _signed_in(identity, authors)
    if author is None:
        return None
    until = timezone.now() - settings.undo_grace
    found = [*_replies(author, until), *_outcomes(author, until)]
    if not found:
        return None
    found.sort(key=attrgetter("at"), reverse=True)
    action = reverse("comments:mark_seen", args=[site.slug])
    return Bell(tuple(found[:LIMIT]), len(found) > LIMIT, until.isoformat(), action)


def _signed_in(identity: Identity, authors: Iterable[Author]) -> Author | None:
    if identity.user is not None:
        user_id = identity.user.pk
        return next((author for author in authors if author.user_id == user_id), None)
    return next((author for author in authors if author.kind == AuthorKind.SSO), None)


def _replies(author: Author, until: datetime.datetime) -> Iterable[News]:
    found = Comment.objects.replies_to(author).filter(published_at__gt=author.seen_at, published_at__lte=until)
    readable = found.exclude(article__mode=ArticleMode.HIDDEN).order_by("-published_at", "-id")
    for public_id, name, title, at in readable.values_list(
        "public_id", "author_name", "article__title", "published_at"
    )[: LIMIT + 1]:
        what = gettext("%(name)s replied to you on “%(title)s”") % {"name": name, "title": title}
        yield News("reply", what, permalink(public_id), at or until)


def _outcomes(author: Author, until: datetime.datetime) -> Iterable[News]:
    """The last step that moderators made with each comment, or software that judged it. Nobody is told that something was
    taken for spam."""
    # As StatusChange.is_rule_decision.
    by_rule = Q(actor_kind=ActorKind.RULE, from_status=Status.PENDING) & ~Q(created_at=F("from_waiting_since"))
    steps = StatusChange.objects.filter(Q(actor_kind=ActorKind.MODERATOR) | by_rule, comment__author=author)
    steps = steps.filter(created_at__gt=author.seen_at, created_at__lte=until, undone_by=None)
    steps = steps.exclude(to_status=Status.SPAM)
    # What was taken back within the grace never happened for anybody else.
    steps = steps.exclude(undoes__created_at__gte=F("created_at") - settings.undo_grace)
    told = set()
    for change in steps.select_related("comment__article").order_by("-id")[: LIMIT + 1]:
        if change.comment_id in told:
            continue
        told.add(change.comment_id)
        step = describe_change(change)
        names = {"what": step.what, "title": change.comment.article.title}
        what = gettext("%(what)s: your comment on “%(title)s”") % names
        address = reverse("comments:status", args=[make_status_token(change.comment)])
        yield News(step.icon, what, address, change.created_at)
