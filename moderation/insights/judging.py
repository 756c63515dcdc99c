"""How soon people judged, to which end, how far software and appeals agreed with them. Never about one person."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate

from comments.enums import ActorKind, CheckOutcome
from comments.models import Site, StatusChange
from moderation.enums import Action, AppealState, Measure
from moderation.insights.flow import ended_waits
from moderation.insights.spans import Span
from moderation.insights.statistics import nearest_rank
from moderation.models import Clause, Decision

# A figure about what people decided is shown from so many people on: with two, each could tell the other's.
GROUP = 3
# What judges a text; to bring one back judges an earlier judgement.
JUDGING = (Action.APPROVE, Action.REJECT, Action.SPAM, Action.RETURN, Action.REMOVE)


@dataclass(frozen=True, slots=True)
class Speed:
    """How long texts waited until somebody judged them; each day's only where at least three people judged."""

    count: int
    in_time: int
    median: datetime.timedelta | None
    p90: datetime.timedelta | None
    days: tuple[tuple[datetime.date, int, datetime.timedelta | None, datetime.timedelta | None], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many standing decisions went this way; the clause is empty where none was named."""

    action: Action
    clause: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class FlaggerShare:
    """In how many texts that people judged they saw that a flagger had found something, and how many of these they restricted."""

    flagger: str
    fired: int
    restricted: int


@dataclass(frozen=True, slots=True)
class Overturned:
    """How many judgements were made, taken back, appealed against, and overturned on appeal."""

    judged: int
    taken_back: int
    appealed: int
    upheld: int
    rejected: int


def count_people(site: Site, span: Span) -> int:
    """How many people decided in this time. 1 query."""
    found = _decisions(site, span).aggregate(people=Count("moderator", distinct=True))
    return int(found["people"])


def read_speed(site: Site, span: Span) -> Speed:
    """Time from arrival to decision, as the texts and their authors saw it. 4 queries; 5 over more than a day.

    Percentiles are nearest ranks (`statistics.nearest_rank`).
    """
    judged = _judged(site, span)
    promised = datetime.timedelta(minutes=site.promised_minutes)
    in_time = Count("pk", filter=Q(lasted__lte=promised))
    found = judged.aggregate(count=Count("pk"), in_time=in_time)
    count = found["count"]
    lasted = judged.order_by("lasted").values_list("lasted", flat=True)  # type: ignore[misc] # annotated in _judged
    median, p90 = (lasted[nearest_rank(share, count) - 1] if count else None for share in (0.5, 0.9))
    return Speed(count=count, in_time=found["in_time"], median=median, p90=p90, days=tuple(_days(judged, span)))


def _days(
    judged: QuerySet[StatusChange], span: Span
) -> list[tuple[datetime.date, int, datetime.timedelta | None, datetime.timedelta | None]]:
    """Each day's number of decisions, median and p90; both None where fewer than three people decided. 2 queries."""
    by_day = judged.annotate(day=TruncDate("created_at", tzinfo=span.zone))
    people = {
        day: (count, persons)
        for day, count, persons in by_day.values_list("day")
        .annotate(count=Count("pk"), persons=Count("actor", distinct=True))
        .order_by("day")
    }
    ranked = by_day.annotate(
        rank=Window(RowNumber(), partition_by=[F("day")], order_by=[F("lasted").asc(), F("pk").asc()])
    )
    wanted = {day: [nearest_rank(share, count) for share in (0.5, 0.9)] for day, (count, _persons) in people.items()}
    chosen = [Q(day=day, rank__in=set(ranks)) for day, ranks in wanted.items() if people[day][1] >= GROUP]
    values: dict[tuple[datetime.date, int], datetime.timedelta] = {}
    if chosen:
        condition = chosen[0]
        for one in chosen[1:]:
            condition |= one
        values = {
            (day, rank): lasted for day, rank, lasted in ranked.filter(condition).values_list("day", "rank", "lasted")
        }
    return [
        (day, count, values.get((day, wanted[day][0])), values.get((day, wanted[day][1])))
        for day, (count, _persons) in people.items()
    ]


def read_clause_titles(site: Site) -> dict[str, str]:
    """The titles of all clauses that a site has had, by slug, as they read last. 1 query."""
    found = Clause.objects.filter(version__site=site).order_by("version__number")
    return {clause.slug: clause.title for clause in found}


def read_outcomes(site: Site, span: Span) -> list[Outcome]:
    """Standing decisions by action and clause, the most frequent first. 2 queries."""
    titles = read_clause_titles(site)
    rows = (
        _decisions(site, span)
        .filter(undone_at__isnull=True)
        .values_list("action", "clause__slug")
        .annotate(count=Count("pk"))
        .order_by("-count", "action", "clause__slug")
    )
    return [Outcome(Action(action), slug or "", titles.get(slug or "", ""), count) for action, slug, count in rows]


def read_flaggers(site: Site, span: Span) -> list[FlaggerShare]:
    """What each flagger contributed to the texts judged in this time, by name. 1 query."""
    rows = (
        _decisions(site, span)
        .filter(
            undone_at__isnull=True,
            action__in=JUDGING,
            comment__findings__outcome=CheckOutcome.FLAGGED,
            comment__findings__is_shadow=False,
            comment__findings__revision=F("revision"),
            # Only what whoever decided could see.
            comment__findings__created_at__lte=F("applied_at"),
            findings_hidden=False,
        )
        .values_list("comment__findings__flagger")
        .annotate(fired=Count("pk"), restricted=Count("pk", filter=~Q(measure=Measure.NONE)))
        .order_by("comment__findings__flagger")
    )
    return [FlaggerShare(*row) for row in rows]


def read_overturned(site: Site, span: Span) -> Overturned:
    """What became of the judgements made in this time. 1 query."""
    return overturned_of(_decisions(site, span))


def overturned_of(decisions: QuerySet[Decision]) -> Overturned:
    """What became of these judgements. 1 query."""
    found = decisions.filter(action__in=JUDGING).aggregate(
        judged=Count("pk"),
        taken_back=Count("pk", filter=Q(undone_at__isnull=False)),
        appealed=Count("appeal"),
        upheld=Count("appeal", filter=Q(appeal__state=AppealState.UPHELD)),
        rejected=Count("appeal", filter=Q(appeal__state=AppealState.REJECTED)),
    )
    return Overturned(**found)


def _judged(site: Site, span: Span) -> QuerySet[StatusChange]:
    """What a person judged in this time, with how long it had waited."""
    lasted = ExpressionWrapper(F("created_at") - F("from_waiting_since"), output_field=DurationField())
    return ended_waits(site, span).filter(actor_kind=ActorKind.MODERATOR).annotate(lasted=lasted)


def _decisions(site: Site, span: Span) -> QuerySet[Decision]:
    return Decision.objects.filter(
        comment__site=site, applied_at__gte=span.start, applied_at__lte=span.end, moderator__isnull=False
    )
