"""Which comments are in a queue, in which order, and where a page of it begins."""

from __future__ import annotations

import datetime
import re

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Comment, Site
from moderation.models import Appeal, Finding, Report
from moderation.queue.colleagues import not_before_others, of_mine, without_own_votes
from moderation.queue.values import QueueFilters, QueueSort, QueueStatus

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
CURSOR = re.compile(r"\A[0-9]{1,17}(?:\.[0-9]{1,17}){1,2}\Z")

TIMES = ("raised_at", "waiting_since", "posted_at")
# A place in the order: the values of `_order_fields`, with a time as microseconds since 1970.
Place = tuple[int, ...]


def queue_of(site: Site, status: QueueStatus) -> QuerySet[Comment]:
    """All comments of one queue, in no order. Waiting ones are read from the partial index `comment_queue`, those that
    somebody objects to through the partial indexes of open reports and appeals.
    """
    comments = Comment.objects.filter(site=site)
    if status == QueueStatus.WAITING:
        return comments.waiting()
    if status == QueueStatus.EDITED:
        return comments.waiting().published()
    if status == QueueStatus.REPORTED:
        return comments.filter(pk__in=Report.objects.open().values("comment_id"))
    if status == QueueStatus.APPEALED:
        return comments.filter(pk__in=Appeal.objects.open().values("decision__comment_id"))
    return comments.filter(status=status.value)


def ordered_queue(site: Site, filters: QueueFilters, cursor: str = "") -> QuerySet[Comment]:
    """The queue from a cursor on. Raises InvalidInputError ("cursor") for a cursor that no page gave.

    Oldest and newest first read only the page. Most flagged first looks at every comment of the queue.
    """
    comments = _of_viewer(_narrow(queue_of(site, filters.status), filters), filters)
    fields = _order_fields(filters)
    if filters.order == QueueSort.RISK:
        comments = comments.annotate(risk=_risk())
    if filters.status.is_raised:
        comments = comments.annotate(raised_at=_raised_at(filters.status))
    if cursor:
        comments = comments.filter(_after(fields, decode_cursor(cursor, len(fields))))
    return comments.order_by(*fields)


def cursor_after(comment: Comment, filters: QueueFilters) -> str:
    """Where the page after this comment begins; it was read by `ordered_queue`."""
    return _encode(comment, _order_fields(filters))


def next_in_queue(site: Site, filters: QueueFilters, public_id: str) -> str:
    """The public identifier of the comment to judge after this one, the first of the queue when it was the last.

    One that a colleague has before them is passed over, unless nothing else is there. Empty when nothing is. 1 to 5
    queries. To be asked before the comment leaves the queue.
    """
    here = ordered_queue(site, filters).filter(public_id=public_id).first()
    others = [ordered_queue(site, filters).exclude(public_id=public_id)]
    if here is not None:
        others.insert(0, ordered_queue(site, filters, cursor_after(here, filters)))
    for is_crowded in (False, True):
        for comments in others:
            free = comments if is_crowded else not_before_others(comments, filters.viewer_id)
            found = free.values_list("public_id", flat=True).first()
            if found is not None:
                return found
    return ""


def decode_cursor(cursor: str, length: int) -> Place:
    """The place a cursor names. Raises InvalidInputError ("cursor")."""
    place = tuple(int(part) for part in cursor.split(".")) if CURSOR.match(cursor) else ()
    if len(place) != length:
        raise InvalidInputError("cursor", _("This page of the list does not exist. Please start at its beginning."))
    return place


def _narrow(comments: QuerySet[Comment], filters: QueueFilters) -> QuerySet[Comment]:
    if filters.flag:
        comments = comments.filter(Exists(_flagged().filter(flagger=filters.flag)))
    if filters.article:
        comments = comments.filter(article__key=filters.article)
    if filters.author:
        comments = comments.filter(author__public_id=filters.author)
    if filters.q:
        # One revision, the latest, is joined: no comment comes twice.
        comments = comments.filter(
            Q(revisions__body__icontains=filters.q) | Q(author_name__icontains=filters.q),
            revisions__number=F("revision"),
        )
    return comments


def _of_viewer(comments: QuerySet[Comment], filters: QueueFilters) -> QuerySet[Comment]:
    if filters.mine:
        return of_mine(comments, filters.mine, filters.viewer_id)
    if filters.viewer_id and filters.status.is_waiting:
        return without_own_votes(comments, filters.viewer_id)
    return comments


def _flagged() -> QuerySet[Finding]:
    return Finding.objects.flagged().filter(comment=OuterRef("pk"), revision=OuterRef("revision"))


def _risk() -> Coalesce:
    """The sum of the scores of the latest text in percent, a finding without a score counting half."""
    score = Cast(Coalesce(F("score"), 0.5) * 100, IntegerField())
    total = _flagged().order_by().values("comment").annotate(total=Sum(score)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def _raised_at(status: QueueStatus) -> Subquery:
    """Since when somebody objects to the comment."""
    reports = Report.objects.open().filter(comment=OuterRef("pk"))
    appeals = Appeal.objects.open().filter(decision__comment=OuterRef("pk"))
    found = reports if status == QueueStatus.REPORTED else appeals
    return Subquery(found.order_by("id").values("created_at")[:1])


def _order_fields(filters: QueueFilters) -> tuple[str, ...]:
    """Names as `order_by` takes them; the last is unique. The time is the only field that is not a number."""
    time = "raised_at" if filters.status.is_raised else "waiting_since" if filters.status.is_waiting else "posted_at"
    if filters.order == QueueSort.NEWEST:
        return (f"-{time}", "-id")
    if filters.order == QueueSort.RISK:
        return ("-risk", time, "id")
    return (time, "id")


def _encode(comment: Comment, fields: tuple[str, ...]) -> str:
    values = (getattr(comment, field.removeprefix("-")) for field in fields)
    return ".".join(
        str((value - EPOCH) // MICROSECOND if isinstance(value, datetime.datetime) else value) for value in values
    )


def _after(fields: tuple[str, ...], place: Place) -> Q:
    """Rows that come after a place. The first condition alone lets the database start there in its index."""
    names = [field.removeprefix("-") for field in fields]
    values = [
        EPOCH + number * MICROSECOND if name in TIMES else number for name, number in zip(names, place, strict=True)
    ]
    beyond = ["lt" if field.startswith("-") else "gt" for field in fields]
    condition = Q()
    same = Q()
    for name, value, direction in zip(names, values, beyond, strict=True):
        condition |= same & Q((f"{name}__{direction}", value))
        same &= Q((name, value))
    return Q((f"{names[0]}__{beyond[0]}e", values[0])) & condition
