"""Which comments are in a queue, in which order, and where a page of it begins."""

from __future__ import annotations

import datetime
import re

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Comment, Site
from moderation.conf import settings
from moderation.enums import Mine
from moderation.models import Appeal, Decision, Deferral, Finding, LinkedDomain, Report
from moderation.queue.colleagues import of_mine, without_own_votes
from moderation.queue.values import QueueFilters, QueueSort, QueueStatus
from moderation.search import comments_matching

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
CURSOR = re.compile(r"\A[0-9]{1,17}(?:\.[0-9]{1,17}){1,4}\Z")
# The greatest number that every column takes, that of a risk excepted, which is smaller.
MOST_RISK = 32_767

# A place in the order: the values of `_order_fields`, with a time as microseconds since 1970.
Place = tuple[int, ...]


def queue_of(site: Site | int, status: QueueStatus, now: datetime.datetime) -> QuerySet[Comment]:
    """All comments of one queue, in no order. Waiting ones are read from the partial indexes `comment_queue...`, those that
    somebody objects to through the partial indexes of open reports and appeals.
    """
    comments = Comment.objects.filter(site=site)
    put_aside = Deferral.objects.filter(comment=OuterRef("pk"), until__gt=now)
    match status:
        case QueueStatus.WAITING:
            return comments.waiting().exclude(Exists(put_aside))
        case QueueStatus.FLAGGED:
            return comments.waiting().flagged().exclude(Exists(put_aside))
        case QueueStatus.EDITED:
            return comments.waiting().published().exclude(Exists(put_aside))
        case QueueStatus.DEFERRED:
            return comments.waiting().filter(deferral__until__gt=now)
        case QueueStatus.REPORTED:
            return comments.filter(pk__in=Report.objects.open().values("comment_id"))
        case QueueStatus.APPEALED:
            return comments.filter(pk__in=Appeal.objects.open().values("decision__comment_id"))
        case QueueStatus.DECIDED:
            return comments.decided()
    return comments.filter(status=status.value)


def narrowed_queue(site: Site, filters: QueueFilters) -> QuerySet[Comment]:
    """The comments of a queue that fit the filters, in no order."""
    now = timezone.now()
    comments = _decided_by(site, filters.viewer_id) if _is_own_work(filters) else queue_of(site, filters.status, now)
    if filters.status.is_raised:
        comments = comments.annotate(raised_at=_raised_at(filters.status))
    if filters.age:
        comments = comments.filter((f"{_time_of(filters)}__lte", now - datetime.timedelta(minutes=filters.age)))
    if filters.is_late:
        promised = datetime.timedelta(minutes=site.promised_minutes)
        comments = comments.filter((f"{_time_of(filters)}__lt", now - promised))
    return _of_viewer(_by_properties(_by_contents(comments, site, filters), filters), filters)


def ordered_queue(site: Site, filters: QueueFilters, cursor: str = "") -> QuerySet[Comment]:
    """The queue from a cursor on, in every order but that by article. Raises InvalidInputError ("cursor") for a cursor
    that no page gave.

    Reads only the page where an index has the order; what is reported or appealed against is sorted as a whole.
    """
    return in_order(narrowed_queue(site, filters), filters, cursor)


def in_order(comments: QuerySet[Comment], filters: QueueFilters, cursor: str = "") -> QuerySet[Comment]:
    """Comments of `narrowed_queue` as `ordered_queue` orders them."""
    fields = _order_fields(filters)
    if cursor:
        comments = comments.filter(_after(fields, decode_cursor(cursor, len(fields))))
    return comments.order_by(*fields)


def cursor_after(comment: Comment, filters: QueueFilters) -> str:
    """Where the page after this comment begins; it was read by `ordered_queue`."""
    return _encode(comment, _order_fields(filters))


def decode_cursor(cursor: str, length: int) -> Place:
    """The place a cursor names. Raises InvalidInputError ("cursor")."""
    place = tuple(int(part) for part in cursor.split(".")) if CURSOR.match(cursor) else ()
    if len(place) != length:
        raise InvalidInputError("cursor", _("This page of the list does not exist. Please start at its beginning."))
    return place


def microseconds(moment: datetime.datetime) -> int:
    """A moment as a cursor holds it: since 1970."""
    return (moment - EPOCH) // MICROSECOND


def _by_contents(comments: QuerySet[Comment], site: Site, filters: QueueFilters) -> QuerySet[Comment]:
    """Narrowed by what is in the text and what was said of it."""
    if filters.flag:
        comments = comments.filter(_is_found(filters, _flagged().filter(flagger=filters.flag)))
    if filters.clause:
        comments = comments.filter(_names_clause(filters))
    if filters.domain:
        linking = LinkedDomain.objects.filter(site=site, domain=filters.domain)
        comments = comments.filter(pk__in=linking.values("comment_id"))
    if filters.q:
        comments = comments.filter(comments_matching(filters.q))
    return comments


def _of_viewer(comments: QuerySet[Comment], filters: QueueFilters) -> QuerySet[Comment]:
    if filters.mine == Mine.DECIDED:
        own = _standing_decisions(filters.viewer_id).values("comment_id")
        return comments if _is_own_work(filters) else comments.filter(pk__in=own)
    if filters.mine:
        return of_mine(comments, filters.mine, filters.viewer_id)
    if filters.viewer_id and filters.status.is_waiting:
        return without_own_votes(comments, filters.viewer_id)
    return comments


def _by_properties(comments: QuerySet[Comment], filters: QueueFilters) -> QuerySet[Comment]:
    """Narrowed by where it stands and who wrote it in which language."""
    columns = {
        "article__key": filters.article,
        "article__section": filters.section,
        "author__public_id": filters.author,
        "language": filters.language,
    }
    return comments.filter(**{name: value for name, value in columns.items() if value})


def _flagged() -> QuerySet[Finding]:
    return Finding.objects.flagged().filter(comment=OuterRef("pk"), revision=OuterRef("revision"))


def _is_found(filters: QueueFilters, findings: QuerySet[Finding]) -> Q:
    """That there are such findings, and not in a comment that waits to be judged without seeing them: it is not flagged."""
    found = Q(Exists(findings))
    if not filters.status.is_waiting:
        return found
    return found & (Q(is_flagged=True) if settings.blind_sample_share else Q(is_drawn=False))


def _names_clause(filters: QueueFilters) -> Q:
    """That a clause is named: by a finding of the latest text while it waits, by the decision that stands afterwards."""
    found = _is_found(filters, _flagged().filter(clause=filters.clause))
    decisions = Decision.objects.filter(clause__slug=filters.clause, undone_at__isnull=True)
    decided = Q(pk__in=decisions.values("comment_id"))
    if filters.status.is_waiting:
        return found
    return found | decided if filters.status.is_raised else decided


def _standing_decisions(user_id: int) -> QuerySet[Decision]:
    return Decision.objects.filter(moderator=user_id, undone_at__isnull=True)


def _decided_by(site: Site, user_id: int) -> QuerySet[Comment]:
    """What somebody judged, each with the moment of their last judgement as `decided_at`, whatever became of it later."""
    later = _standing_decisions(user_id).filter(comment=OuterRef("pk"), applied_at__gt=OuterRef("decided_at"))
    return (
        Comment.objects.filter(site=site, decisions__moderator=user_id, decisions__undone_at__isnull=True)
        .annotate(decided_at=F("decisions__applied_at"))
        .exclude(Exists(later))
    )


def _raised_at(status: QueueStatus) -> Subquery:
    """Since when somebody objects to the comment."""
    reports = Report.objects.open().filter(comment=OuterRef("pk"))
    appeals = Appeal.objects.open().filter(decision__comment=OuterRef("pk"))
    found = reports if status == QueueStatus.REPORTED else appeals
    return Subquery(found.order_by("id").values("created_at")[:1])


def _is_own_work(filters: QueueFilters) -> bool:
    """Whether it is what the viewer decided, in the order of these decisions."""
    return filters.mine == Mine.DECIDED and filters.status == QueueStatus.DECIDED


def _time_of(filters: QueueFilters) -> str:
    """The moment that a queue is ordered by."""
    if filters.status.is_raised:
        return "raised_at"
    if _is_own_work(filters):
        return "decided_at"
    return "waiting_since" if filters.status.is_waiting else "posted_at"


def _order_fields(filters: QueueFilters) -> tuple[str, ...]:
    """Names as `order_by` takes them; the last is unique. The time is the only field that is not a number."""
    time = _time_of(filters)
    if filters.order == QueueSort.NEWEST:
        return (f"-{time}", "-id")
    if filters.order == QueueSort.RISK:
        return ("-risk", time, "id")
    return (time, "id")


def _encode(comment: Comment, fields: tuple[str, ...]) -> str:
    values = (getattr(comment, field.removeprefix("-")) for field in fields)
    return ".".join(str(microseconds(value) if isinstance(value, datetime.datetime) else value) for value in values)


def _after(fields: tuple[str, ...], place: Place) -> Q:
    """Rows that come after a place: by one comparison of rows, so that the database starts there in its index."""
    *risk, time, key = fields
    *risk_at, moment, number = place
    names = (time.removeprefix("-"), key.removeprefix("-"))
    comparison = TupleLessThan if time.startswith("-") else TupleGreaterThan
    condition = Q(comparison(Tuple(*names), (EPOCH + moment * MICROSECOND, number)))
    if not risk:
        return condition
    # The greatest risk comes first and the oldest of it, which no comparison of rows can say.
    at = min(risk_at[0], MOST_RISK)
    return Q(risk__lte=at) & (Q(risk__lt=at) | condition)
