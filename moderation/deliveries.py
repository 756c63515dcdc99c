"""Read side of the page of deliveries: what waits in the outbox, what was given up and why, which domains rest.

The outbox belongs to the installation. Whom a row concerns is shown to who administers the site it is about, and masked.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.enums import SuppressionReason, Trouble
from comments.models import Article, Comment, Lane, Outbox, Subscriber, Suppression
from comments.services.lanes import OUTSIDE, SERVER
from moderation.models import Appeal, Decision, Report, Restriction

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SHOWN = 50

_KINDS: dict[str, StrPromise] = {
    "confirmation_mail": _("Mail that asks to confirm"),
    "news_mail": _("New comments"),
    "publication": _("Looking who is to be told of a comment"),
    "decision_mail": _("Mail about a decision"),
    "undo_mail": _("Mail about a decision taken back"),
    "report_receipt": _("Receipt for a report"),
    "report_decision": _("Answer to a report"),
    "appeal_decision": _("Answer to an appeal"),
    "restriction_mail": _("Mail about a restriction"),
    "restriction_lifted": _("Mail about the end of a restriction"),
    "objection_answer": _("Answer to an objection"),
    "desk_digest": _("Mail to a moderator about what waits"),
    "feed_ping": _("Telling the hub of a feed"),
}

# Name in a payload to the rows, and there: the address, the article's title, the site, each by its path or "" for none.
_PLACES: dict[str, tuple[QuerySet[Model], str, str, str]] = {
    "subscriber": (Subscriber.objects.all(), "email", "", "subscriptions__site_id"),
    "article": (Article.objects.all(), "", "title", "site_id"),
    "comment": (Comment.objects.all(), "", "article__title", "site_id"),
    "decision": (Decision.objects.all(), "comment__author__email", "comment__article__title", "comment__site_id"),
    "report": (Report.objects.all(), "email", "comment__article__title", "comment__site_id"),
    "appeal": (
        Appeal.objects.all(),
        "decision__comment__author__email",
        "decision__comment__article__title",
        "decision__comment__site_id",
    ),
    "restriction": (Restriction.objects.all(), "author__email", "comment__article__title", "site_id"),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One effect outside, as the page tells of it. `to` is a masked address; it and `article` may be empty."""

    pk: int
    kind: StrPromise | str
    to: str
    article: str
    trouble: StrPromise | str
    codes: str
    attempts: int
    due_at: datetime.datetime
    failed_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Resting:
    """A domain, or our own mail server (`is_server`), that is left alone for a while. `domain` may be unknown: ""."""

    domain: str
    is_server: bool
    until: datetime.datetime
    failures: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All that the page shows; of the lists the first `SHOWN`, of the counts all."""

    waiting: list[Delivery]
    failed: list[Delivery]
    resting: list[Resting]
    waiting_count: int
    late_count: int
    failed_count: int
    oldest_due_at: datetime.datetime | None
    suppressed: list[tuple[StrPromise | str, int]]

    @property
    def suppressed_count(self) -> int:
        return sum(count for _reason, count in self.suppressed)


def read_deliveries(sites: Collection[int]) -> Deliveries:
    """What the page shows to who administers these sites. 6 to 13 queries, however much there is."""
    now = timezone.now()
    counts = Outbox.objects.aggregate(
        waiting=Count("pk", filter=Q(done_at__isnull=True, failed_at__isnull=True)),
        late=Count("pk", filter=Q(done_at__isnull=True, failed_at__isnull=True, due_at__lte=now)),
        failed=Count("pk", filter=Q(failed_at__isnull=False)),
        oldest=Min("due_at", filter=Q(done_at__isnull=True, failed_at__isnull=True)),
    )
    waiting = list(Outbox.objects.open().order_by("due_at", "pk")[:SHOWN])
    failed = list(Outbox.objects.failed().order_by("-failed_at", "-pk")[:SHOWN])
    lanes = list(
        Lane.objects.filter(rests_until__gt=now).exclude(name__startswith=OUTSIDE).order_by("-rests_until")[:SHOWN]
    )
    held = _held_by([lane.name for lane in lanes])
    examples = list(Outbox.objects.filter(pk__in=[pk for _count, pk in held.values()])) if held else []
    found = _look_up([*waiting, *failed, *examples], sites)
    return Deliveries(
        waiting=[_delivery(row, found) for row in waiting],
        failed=[_delivery(row, found) for row in failed],
        resting=_resting(lanes, held, {row.lane: _domain(found.get(row.pk, ("", ""))[0]) for row in examples}),
        waiting_count=counts["waiting"],
        late_count=counts["late"],
        failed_count=counts["failed"],
        oldest_due_at=counts["oldest"],
        suppressed=_suppressed(),
    )


def mask(address: str) -> str:
    """An address by its first letter and its domain: h…@example.org."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else ""


def _look_up(rows: Iterable[Outbox], sites: Collection[int]) -> dict[int, tuple[str, str]]:
    """Address and article's title of each row that is about one of the sites, by its primary key. 1 query for each model."""
    wanted: dict[str, set[int]] = {}
    rows = list(rows)
    for row in rows:
        for name, pk in row.payload.items():
            if name in _PLACES:
                wanted.setdefault(name, set()).add(pk)
    known: dict[tuple[str, int], tuple[str, str]] = {}
    for name, pks in wanted.items():
        everything, email, title, site = _PLACES[name]
        paths = [path for path in (email, title) if path]
        for values in everything.filter(pk__in=pks, **{f"{site.removesuffix('_id')}__in": sites}).values("pk", *paths):
            known[name, values["pk"]] = (values.get(email) or "", values.get(title) or "")
    found: dict[int, tuple[str, str]] = {}
    for row in rows:
        parts = [known[part] for part in row.payload.items() if part in known]
        found[row.pk] = (
            next((email for email, _title in parts if email), ""),
            next((title for _email, title in parts if title), ""),
        )
    return found


def _held_by(names: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """How many rows wait in each of these lanes, and the first of them. 1 query; none without lanes."""
    if not names:
        return {}
    found = Outbox.objects.open().filter(lane__in=names).order_by().values_list("lane")
    return {lane: (count, first) for lane, count, first in found.annotate(Count("pk"), Min("pk"))}


def _resting(lanes: Iterable[Lane], held: Mapping[str, tuple[int, int]], domains: Mapping[str, str]) -> list[Resting]:
    return [
        Resting(
            domain=domains.get(lane.name, ""),
            is_server=lane.name == SERVER,
            until=lane.rests_until,
            failures=lane.failures,
            waiting=held.get(lane.name, (0, 0))[0],
        )
        for lane in lanes
    ]


def _delivery(row: Outbox, found: Mapping[int, tuple[str, str]]) -> Delivery:
    address, article = found.get(row.pk, ("", ""))
    word, _space, codes = row.last_error.partition(" ")
    is_known = word in Trouble.values
    return Delivery(
        pk=row.pk,
        kind=_KINDS.get(row.kind, row.kind),
        to=mask(address),
        article=article,
        trouble=Trouble(word).label if is_known else Trouble.OTHER.label if word else "",
        codes=codes if is_known else row.last_error,
        attempts=row.attempts,
        due_at=row.due_at,
        failed_at=row.failed_at,
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _suppressed() -> list[tuple[StrPromise | str, int]]:
    counted = dict(Suppression.objects.order_by().values_list("reason").annotate(Count("pk")))
    return [(reason.label, counted[reason.value]) for reason in SuppressionReason if reason.value in counted]
