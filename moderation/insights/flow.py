"""What came to be judged and what went, and how much waited how long: from the times during which texts waited.

A text waits from the moment it came to the desk until the step that ended it: a decision, a rule, its author's
withdrawal. A step that was taken back counts as never made. So what came in less what went is what waits, always.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncHour

from comments.enums import Status
from comments.models import Comment, Site, StatusChange
from moderation.insights.spans import Span

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flow:
    """For each hour or day: how many texts came, how many went, how many waited at its end, and the oldest one's age."""

    came: tuple[int, ...]
    went: tuple[int, ...]
    waited: tuple[int, ...]
    oldest: tuple[datetime.timedelta | None, ...]

    @property
    def is_empty(self) -> bool:
        return not any(self.came) and not any(self.went)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits now: in time, up to twice the promised time, up to a day, longer; and edits among all of it."""

    count: int
    edits: int
    oldest: datetime.timedelta | None
    ages: tuple[int, int, int, int]

    @property
    def late(self) -> int:
        return sum(self.ages[1:])


def ended_waits(site: Site, span: Span) -> QuerySet[StatusChange]:
    """The steps in this time that ended a text's waiting and still hold."""
    return StatusChange.objects.filter(
        comment__site=site,
        created_at__gte=span.start,
        created_at__lte=span.end,
        from_waiting_since__isnull=False,
        undoes__isnull=True,
        undone_by__isnull=True,
    ).exclude(to_status=Status.PENDING)


def read_backlog(site: Site, span: Span) -> Backlog:
    """What waits now, by its age. 1 query, on the index of what waits."""
    promised = datetime.timedelta(minutes=site.promised_minutes)
    limits = (span.end - promised, span.end - 2 * promised, span.end - max(DAY, 2 * promised))
    found = _waiting(site, span).aggregate(
        count=Count("pk"),
        edits=Count("pk", filter=Q(published_at__isnull=False) & ~Q(status=Status.PENDING)),
        oldest=Min("waiting_since"),
        in_time=Count("pk", filter=Q(waiting_since__gte=limits[0])),
        late=Count("pk", filter=Q(waiting_since__lt=limits[0], waiting_since__gte=limits[1])),
        very_late=Count("pk", filter=Q(waiting_since__lt=limits[1], waiting_since__gte=limits[2])),
        too_late=Count("pk", filter=Q(waiting_since__lt=limits[2])),
    )
    return Backlog(
        count=found["count"],
        edits=found["edits"],
        oldest=span.end - found["oldest"] if found["oldest"] else None,
        ages=(found["in_time"], found["late"], found["very_late"], found["too_late"]),
    )


def read_flow(site: Site, span: Span, backlog: Backlog) -> Flow:
    """What came, went and waited. 3 queries of as many rows as there are hours."""
    number = len(span.bounds)
    came, went = [0] * number, [0] * number
    oldest_to_go: list[datetime.datetime | None] = [None] * number
    ended = ended_waits(site, span)
    hours = ended.annotate(hour=TruncHour("created_at", tzinfo=datetime.UTC)).values_list("hour")
    for hour, count, since in hours.annotate(count=Count("pk"), since=Min("from_waiting_since")).order_by("hour"):
        place = span.place(hour)
        went[place] += count
        oldest_to_go[place] = min(since, oldest_to_go[place] or since)
    begun = (
        ended.filter(from_waiting_since__gte=span.start).annotate(
            hour=TruncHour("from_waiting_since", tzinfo=datetime.UTC)
        ),
        _waiting(site, span)
        .filter(waiting_since__gte=span.start)
        .annotate(hour=TruncHour("waiting_since", tzinfo=datetime.UTC)),
    )
    for rows in begun:
        for hour, count in rows.values_list("hour").annotate(count=Count("pk")).order_by("hour"):
            came[span.place(hour)] += count
    return _flow_of(span, backlog, came, went, oldest_to_go)


def _flow_of(
    span: Span,
    backlog: Backlog,
    came: list[int],
    went: list[int],
    oldest_to_go: list[datetime.datetime | None],
) -> Flow:
    """Walks back from what waits now: each hour earlier, what came since is not there yet and what went still is."""
    waited: list[int] = []
    ages: list[datetime.timedelta | None] = []
    count = backlog.count
    oldest = span.end - backlog.oldest if backlog.oldest is not None else None
    for place in reversed(range(len(span.bounds))):
        waited.append(count)
        end = span.ends[place]
        ages.append(end - oldest if oldest is not None and oldest < end else None)
        count += went[place] - came[place]
        earlier = oldest_to_go[place]
        oldest = min((one for one in (oldest, earlier) if one is not None), default=None)
    return Flow(came=tuple(came), went=tuple(went), waited=tuple(reversed(waited)), oldest=tuple(reversed(ages)))


def _waiting(site: Site, span: Span) -> QuerySet[Comment]:
    return Comment.objects.waiting().filter(site=site, waiting_since__lte=span.end)
