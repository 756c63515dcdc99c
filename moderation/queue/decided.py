"""What was decided, by somebody or on a whole site: newest first, what was decided together as one entry."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.models import Batch, Decision
from moderation.queue.order import CURSOR, EPOCH, MICROSECOND
from moderation.queue.severity import is_veiled, read_latest_texts
from moderation.queue.values import PAGE_SIZE


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """Decisions made together: how many, how many of them were taken back, why."""

    pk: uuid.UUID
    count: int
    undone: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecidedEntry:
    """A decision, or the last one of a batch; `body` is the latest text of its comment. `is_severe`: the text is shown to
    who asks to see it."""

    decision: Decision
    body: str
    batch: DecidedBatch | None
    is_severe: bool = False


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """A page of decisions; `next_cursor` is empty on the last one."""

    entries: tuple[DecidedEntry, ...]
    next_cursor: str


def read_decided(site: Site, *, moderator_id: int | None, cursor: str = "", size: int = PAGE_SIZE) -> DecidedPage:
    """A page of what a moderator decided on a site, or everybody (None). 4 queries; by keyset.

    Raises InvalidInputError ("cursor").
    """
    later_in_batch = Decision.objects.filter(batch_id=OuterRef("batch_id"), pk__gt=OuterRef("pk"))
    found = Decision.objects.filter(Q(batch_id__isnull=True) | ~Exists(later_in_batch), comment__site=site)
    if moderator_id is not None:
        found = found.filter(moderator_id=moderator_id)
    if cursor:
        found = found.filter(_after(cursor))
    related = ("comment__article", "comment__author", "change__actor", "clause", "moderator", "undone_by")
    rows = list(found.select_related(*related).order_by("-applied_at", "-id")[: size + 1])
    shown = rows[:size]
    next_cursor = _encode(shown[-1]) if len(rows) > size else ""
    return DecidedPage(tuple(_entries(shown)), next_cursor)


def _entries(decisions: list[Decision]) -> Iterable[DecidedEntry]:
    texts = read_latest_texts({decision.comment_id for decision in decisions})
    batches = _read_batches({decision.batch_id for decision in decisions if decision.batch_id})
    for decision in decisions:
        batch = batches[decision.batch_id] if decision.batch_id else None
        text = texts[decision.comment_id]
        yield DecidedEntry(decision, text.body, batch, is_veiled(decision.comment, is_severe=text.is_severe))


def _read_batches(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DecidedBatch]:
    reasons = dict(Batch.objects.filter(pk__in=ids).values_list("pk", "reason"))
    counted = (
        Decision.objects.filter(batch_id__in=ids)
        .order_by()
        .values("batch_id")
        .annotate(count=Count("pk"), undone=Count("pk", filter=Q(undone_at__isnull=False)))
        .values_list("batch_id", "count", "undone")
    )
    return {pk: DecidedBatch(pk, count, undone, reasons.get(pk, "")) for pk, count, undone in counted if pk is not None}


def _encode(decision: Decision) -> str:
    return f"{(decision.applied_at - EPOCH) // MICROSECOND}.{decision.pk}"


def _after(cursor: str) -> Q:
    """Decisions that come after a place in the list."""
    place = [int(part) for part in cursor.split(".")] if CURSOR.match(cursor) else []
    if len(place) != 2:
        raise InvalidInputError("cursor", _("This page of the list does not exist. Please start at its beginning."))
    moment: datetime.datetime = EPOCH + place[0] * MICROSECOND
    return Q(applied_at__lte=moment) & (Q(applied_at__lt=moment) | Q(pk__lt=place[1]))
