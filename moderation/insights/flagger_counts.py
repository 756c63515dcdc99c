"""What flaggers said, beside what people decided: counted in the database, a constant number of queries.

A text is judged by the last decision of a person about it that stands: rejected, called spam, removed and returned
restrict it; approved and restored do not. What was taken back, and what software decided, counts as never decided.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, Case, CharField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncDate

from comments.enums import CheckOutcome, Status
from comments.models import Site
from moderation.enums import Action, Automation, Measure
from moderation.flaggers.base import primary_language
from moderation.insights.judging import JUDGING
from moderation.insights.weeks import DAY, Weeks
from moderation.models import Decision, Finding, FindingFeedback, FlaggerDay

RESTRICTED: Final = ~Q(measure=Measure.NONE)
# A decision for spam names no clause where a moderator is quick; it is one about advertising.
SPAM_CLAUSE: Final = "no-advertising"
# Of so many of the latest restricted texts those are named that flaggers missed.
_LATEST = 300


class Place(NamedTuple):
    """Which flagger, in which language (primary subtag), by which clause; empty for none."""

    flagger: str
    language: str
    clause: str


@dataclass(frozen=True, slots=True)
class Looks:
    """At how many texts a flagger looked, in how many it found something, in how many of these in shadow, and how many
    it should have looked at without a result."""

    looked: int = 0
    fired: int = 0
    in_shadow: int = 0
    missing: int = 0

    def __add__(self, other: Looks) -> Looks:
        return Looks(
            self.looked + other.looked,
            self.fired + other.fired,
            self.in_shadow + other.in_shadow,
            self.missing + other.missing,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Findings on texts that people judged: in how many they restricted the text, in how many by the finding's clause,
    and how many they called wrong; what was called wrong counts as neither of the first two."""

    judged: int = 0
    agreed: int = 0
    by_clause: int = 0
    wrong: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.judged + other.judged,
            self.agreed + other.agreed,
            self.by_clause + other.by_clause,
            self.wrong + other.wrong,
        )


class Group(NamedTuple):
    """Findings of one place in one week; `is_hidden`: who decided did not see them."""

    place: Place
    is_shadow: bool
    is_hidden: bool
    week: int


class Day(NamedTuple):
    """A flagger on a day, as a row of FlaggerDay."""

    day: datetime.date
    flagger: str
    language: str
    is_shadow: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A text that people restricted by a clause, in which a flagger had looked for something and found nothing."""

    comment: str
    at: datetime.datetime


def judged_texts(site: Site, weeks: Weeks) -> QuerySet[Decision]:
    """The decision of a person that each text judged in this time now stands by."""
    people = Decision.objects.filter(undone_at__isnull=True, automated_decision=Automation.NONE)
    later = people.filter(
        comment=OuterRef("comment"), revision=OuterRef("revision"), pk__gt=OuterRef("pk"), action__in=_ACTIONS
    )
    return people.filter(
        ~Exists(later),
        comment__site=site,
        applied_at__gte=weeks.midnight(weeks.first_day),
        applied_at__lt=weeks.midnight(weeks.today + DAY),
        action__in=_ACTIONS,
    )


_ACTIONS = (*JUDGING, Action.RESTORE)


def count_judges(site: Site, weeks: Weeks) -> int:
    """How many people these decisions are of. 1 query."""
    found = judged_texts(site, weeks).aggregate(people=Count("moderator", distinct=True))
    return int(found["people"])


def read_looks(site: Site, weeks: Weeks) -> dict[tuple[Place, int], Looks]:
    """How often each flagger looked, by place and week: kept sums, and what came since the last of them. 3 queries."""
    kept = FlaggerDay.objects.filter(site=site, day__gte=weeks.first_day)
    last = kept.aggregate(last=Max("day"))["last"]
    columns = ("day", "flagger", "language", "is_shadow", "clause", "looked", "fired", "missing")
    days: list[tuple[Day, Looks]] = [
        (Day(*row[:5]), Looks(looked, fired, fired if row[3] else 0, missing))
        for *row, looked, fired, missing in kept.values_list(*columns)
    ]
    days += count_days(site, weeks, last + DAY if last else weeks.first_day, weeks.today)
    found: dict[tuple[Place, int], Looks] = defaultdict(Looks)
    for day, looks in days:
        place = Place(day.flagger, primary_language(day.language), day.clause)
        found[place, weeks.week_of(day.day)] += looks
    return found


def count_days(site: Site, weeks: Weeks, first: datetime.date, last: datetime.date) -> Iterator[tuple[Day, Looks]]:
    """What flaggers said of the comments that came on these days, the last one included. 1 query, over all of it."""
    rows = (
        Finding.objects.filter(
            comment__site=site,
            # All there are: by status there is an index of the times.
            comment__status__in=Status.values,
            comment__posted_at__gte=weeks.midnight(first),
            comment__posted_at__lt=weeks.midnight(last + DAY),
        )
        .annotate(day=TruncDate("comment__posted_at", tzinfo=weeks.zone))
        .values_list("day", "flagger", "comment__language", "is_shadow", "clause")
        .annotate(
            looked=Count("pk", filter=Q(outcome__in=(CheckOutcome.CLEAR, CheckOutcome.FLAGGED))),
            fired=Count("pk", filter=Q(outcome=CheckOutcome.FLAGGED)),
            missing=Count("pk", filter=Q(outcome__in=(CheckOutcome.NOT_RUN, CheckOutcome.FAILED))),
        )
        .order_by()
    )
    for *day, looked, fired, missing in rows:
        yield Day(*day), Looks(looked, fired, fired if day[3] else 0, missing)


def read_tallies(site: Site, weeks: Weeks) -> dict[Group, Tally]:
    """What people made of what was found. 2 queries: all findings, and those that somebody called wrong."""
    found: dict[Group, Tally] = defaultdict(Tally)
    flagged = Q(comment__findings__outcome=CheckOutcome.FLAGGED, comment__findings__revision=F("revision"))
    texts = judged_texts(site, weeks)
    for group, judged, agreed, by_clause in _tallied(texts.filter(flagged), weeks, is_doubled=False):
        found[group] += Tally(judged, agreed, by_clause)
    objected = FindingFeedback.objects.values("finding__comment")
    called_wrong = texts.filter(flagged, comment__in=objected, comment__findings__feedback__isnull=False)
    for group, wrong, agreed, by_clause in _tallied(called_wrong, weeks, is_doubled=True):
        found[group] += Tally(0, -agreed, -by_clause, wrong)
    return found


def _tallied(texts: QuerySet[Decision], weeks: Weeks, *, is_doubled: bool) -> Iterator[tuple[Group, int, int, int]]:
    """How many findings there are of each group, in how many texts were restricted, and by the same clause. `is_doubled`:
    a finding may come more than once."""
    finding = "comment__findings"
    columns = (f"{finding}__flagger", "content_language", f"{finding}__clause", f"{finding}__is_shadow")
    same = RESTRICTED & (Q(by=F(f"{finding}__clause")) | Q((f"{finding}__clause", "")))
    # What was said only after the decision was not there to be seen.
    is_late = Q(comment__findings__created_at__gt=F("applied_at"))
    unseen = Q(findings_hidden=True) | Q(comment__findings__is_shadow=True) | is_late
    is_hidden = Case(When(unseen, then=True), default=False, output_field=BooleanField())
    rows: Iterable[tuple[Any, ...]] = (
        texts.annotate(week=weeks.number_of("applied_at"), by=_clause(), is_hidden=is_hidden)
        .values_list(*columns, "is_hidden", "week")
        .annotate(
            count=Count("pk", distinct=is_doubled),
            agreed=Count("pk", distinct=is_doubled, filter=RESTRICTED),
            same=Count("pk", distinct=is_doubled, filter=same),
        )
        .order_by()
    )
    for flagger, language, clause, is_shadow, is_hidden, week, count, agreed, by_clause in rows:
        place = Place(flagger, primary_language(language), clause)
        yield Group(place, is_shadow, is_hidden, week), count, agreed, by_clause


def _clause() -> Case:
    """The clause that a text was restricted by."""
    spam = When(action=Action.SPAM, clause__isnull=True, then=Value(SPAM_CLAUSE))
    return Case(spam, default=Coalesce("clause__slug", Value("")), output_field=CharField())


def read_misses(site: Site, weeks: Weeks) -> dict[Place, tuple[int, int]]:
    """Of the texts that people restricted by a clause and a flagger looked at: in how many it found nothing, in how many
    something. 1 query. A place names the clause of the decision, not that of a finding."""
    rows: Iterable[tuple[Any, ...]] = (
        _looked_at(judged_texts(site, weeks).filter(RESTRICTED), CheckOutcome.CLEAR, CheckOutcome.FLAGGED)
        .values_list("comment__findings__flagger", "content_language", _clause())
        .annotate(
            missed=Count("pk", filter=Q(comment__findings__outcome=CheckOutcome.CLEAR)),
            found=Count("pk", filter=Q(comment__findings__outcome=CheckOutcome.FLAGGED)),
        )
        .order_by()
    )
    found: dict[Place, tuple[int, int]] = {}
    for flagger, language, clause, missed, hit in rows:
        place = Place(flagger, primary_language(language), clause)
        before = found.get(place, (0, 0))
        found[place] = (before[0] + missed, before[1] + hit)
    return found


def read_latest_misses(site: Site, weeks: Weeks) -> dict[Place, list[Missed]]:
    """The texts behind `read_misses`, newest first, among the latest 300 that people restricted. 1 query."""
    latest = judged_texts(site, weeks).filter(RESTRICTED).order_by("-applied_at").values("pk")[:_LATEST]
    rows = (
        _looked_at(Decision.objects.filter(pk__in=latest), CheckOutcome.CLEAR)
        .order_by("-applied_at")
        .values_list("comment__findings__flagger", "content_language", _clause(), "comment__public_id", "applied_at")
    )
    found: dict[Place, list[Missed]] = defaultdict(list)
    for flagger, language, clause, public_id, at in rows:
        found[Place(flagger, primary_language(language), clause)].append(Missed(public_id, at))
    return found


def _looked_at(texts: QuerySet[Decision], *outcomes: CheckOutcome) -> QuerySet[Decision]:
    """Texts, once for each flagger that came to one of these outcomes."""
    looked = Q(comment__findings__revision=F("revision"), comment__findings__outcome__in=outcomes)
    return texts.filter(looked)


def read_trust(site: Site, weeks: Weeks) -> dict[tuple[bool, bool], tuple[int, int]]:
    """How many texts were judged and how many of them restricted, by whether something had been found that counts, and
    whether it was hidden from who decided. 1 query.

    Without those drawn from what a rule would have decided: of their kind none is judged with what was found in sight.
    """
    rows = (
        judged_texts(site, weeks)
        .filter(comment__is_drawn=False)
        .values_list("automated_detection", "findings_hidden")
        .annotate(count=Count("pk"), restricted=Count("pk", filter=RESTRICTED))
        .order_by()
    )
    return {(is_flagged, is_hidden): (count, restricted) for is_flagged, is_hidden, count, restricted in rows}
