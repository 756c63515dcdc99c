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

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from comments.enums import ActorKind, CheckOutcome, Status
from comments.models import Site, StatusChange
from moderation.enums import Action, Automation, Measure
from moderation.flaggers.base import primary_language
from moderation.insights.flagger_versions import Version, make_version, number_of
from moderation.insights.judging import JUDGING
from moderation.insights.statistics import weighted_interval
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
    and how many they called wrong; what was called wrong counts as neither of the first two. On which days the first
    and the last of them were said."""

    judged: int = 0
    agreed: int = 0
    by_clause: int = 0
    wrong: int = 0
    first: datetime.date | None = None
    last: datetime.date | None = None

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.judged + other.judged,
            self.agreed + other.agreed,
            self.by_clause + other.by_clause,
            self.wrong + other.wrong,
            min(filter(None, (self.first, other.first)), default=None),
            max(filter(None, (self.last, other.last)), default=None),
        )


class Group(NamedTuple):
    """Findings of one version in one place and week; `is_hidden`: who decided did not see them."""

    place: Place
    version: Version
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
class Misses:
    """Of the texts that people would restrict: in how many a flagger finds nothing, and in how many something. Each text that
    people judged counts as often as there are texts that it was drawn to stand for: once, but for those that would have appeared
    at once or that a rule would have decided. `missed_weight` and `found_weight`: how often one of either kind counts at most,
    whatever people decided."""

    missed: float = 0.0
    found: float = 0.0
    missed_weight: float = 1.0
    found_weight: float = 1.0

    def __add__(self, other: Misses) -> Misses:
        return Misses(
            self.missed + other.missed,
            self.found + other.found,
            max(self.missed_weight, other.missed_weight),
            max(self.found_weight, other.found_weight),
        )

    @property
    def all(self) -> float:
        """In how many there was something to be found."""
        return self.missed + self.found

    @property
    def is_estimated(self) -> bool:
        """Whether some of them were drawn and stand for others."""
        return max(self.missed_weight, self.found_weight) > 1

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the one that it misses lies, 95 times in 100."""
        return weighted_interval(self.missed, self.all, part_weight=self.missed_weight, rest_weight=self.found_weight)


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
    """How often each flagger looked, by place and week: kept sums, and what came since the last of them. 4 queries."""
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
    """What flaggers said of the texts that came on these days, the last one included: a comment's first text when it was posted, a
    new one when it was written. 2 queries, over all of it."""
    start, end = weeks.midnight(first), weeks.midnight(last + DAY)
    first_texts = Finding.objects.filter(
        comment__site=site,
        # All there are: by status there is an index of the times.
        comment__status__in=Status.values,
        comment__posted_at__gte=start,
        comment__posted_at__lt=end,
        revision=1,
    )
    new_texts = Finding.objects.filter(
        comment__site=site,
        comment__revisions__number=F("revision"),
        # The condition of the index.
        comment__revisions__number__gt=1,
        comment__revisions__created_at__gte=start,
        comment__revisions__created_at__lt=end,
    )
    for texts, moment in ((first_texts, "comment__posted_at"), (new_texts, "comment__revisions__created_at")):
        yield from _count_days(texts, weeks, moment)


def _count_days(texts: QuerySet[Finding], weeks: Weeks, moment: str) -> Iterator[tuple[Day, Looks]]:
    rows = (
        texts.annotate(day=TruncDate(moment, tzinfo=weeks.zone))
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
    for group, tally in _tallied(texts.filter(flagged), weeks, is_doubled=False):
        found[group] += tally
    objected = FindingFeedback.objects.values("finding__comment")
    called_wrong = texts.filter(flagged, comment__in=objected, comment__findings__feedback__isnull=False)
    for group, wrong in _tallied(called_wrong, weeks, is_doubled=True):
        found[group] += Tally(0, -wrong.agreed, -wrong.by_clause, wrong.judged)
    return found


def _tallied(texts: QuerySet[Decision], weeks: Weeks, *, is_doubled: bool) -> Iterator[tuple[Group, Tally]]:
    """How many findings there are of each group, in how many texts were restricted, and by the same clause. `is_doubled`:
    a finding may come more than once."""
    finding = "comment__findings"
    columns = (f"{finding}__flagger", "content_language", f"{finding}__clause", f"{finding}__version", "number")
    same = RESTRICTED & (Q(by=F(f"{finding}__clause")) | Q((f"{finding}__clause", "")))
    # What was said only after the decision was not there to be seen.
    is_late = Q(comment__findings__created_at__gt=F("applied_at"))
    unseen = Q(findings_hidden=True) | Q(comment__findings__is_shadow=True) | is_late
    is_hidden = Case(When(unseen, then=True), default=False, output_field=BooleanField())
    rows: Iterable[tuple[Any, ...]] = (
        texts.annotate(
            week=weeks.number_of("applied_at"), by=_clause(), is_hidden=is_hidden, number=number_of(f"{finding}__")
        )
        .values_list(*columns, f"{finding}__is_shadow", "is_hidden", "week")
        .annotate(
            count=Count("pk", distinct=is_doubled),
            agreed=Count("pk", distinct=is_doubled, filter=RESTRICTED),
            same=Count("pk", distinct=is_doubled, filter=same),
            first=Min(f"{finding}__created_at"),
            last=Max(f"{finding}__created_at"),
        )
        .order_by()
    )
    for flagger, language, clause, version, number, *seen, judged, agreed, by_clause, first, last in rows:
        is_shadow, is_hidden, week = seen
        place = Place(flagger, primary_language(language), clause)
        group = Group(place, make_version(version, number), is_shadow, is_hidden, week)
        first_day, last_day = (at.astimezone(weeks.zone).date() for at in (first, last))
        yield group, Tally(judged, agreed, by_clause, 0, first_day, last_day)


def _clause() -> Case:
    """The clause that a text was restricted by."""
    spam = When(action=Action.SPAM, clause__isnull=True, then=Value(SPAM_CLAUSE))
    return Case(spam, default=Coalesce("clause__slug", Value("")), output_field=CharField())


def read_misses(site: Site, weeks: Weeks) -> dict[Place, Misses]:
    """Of the texts that people restrict by a clause and a flagger looks at: in how many it finds nothing, in how many
    something. 2 queries. A place names the clause of the decision, not that of a finding.

    Estimated as Horvitz and Thompson do, "A Generalization of Sampling Without Replacement From a Finite Universe", Journal of the
    American Statistical Association 47 (1952), 663-685 (https://doi.org/10.1080/01621459.1952.10483446): a text counts once
    divided by its chance to be judged. That is 1, but for texts that would have appeared at once or that a rule would have decided:
    of these people see the share that was drawn at random. Those that appeared or were decided without them are none of the
    sample, also if somebody has judged them since.
    """
    judged = judged_texts(site, weeks)
    this_text = {"comment": OuterRef("comment"), "revision": OuterRef("revision")}
    by_rule = Exists(Decision.objects.filter(**this_text, rule__isnull=False))
    appeared = Exists(StatusChange.objects.filter(**this_text, to_status=Status.APPROVED, actor_kind=ActorKind.RULE))
    # What was found in it later had it wait after all.
    by_itself = by_rule | (appeared & ~Exists(Finding.objects.flagged().filter(**this_text)))
    weight = ExpressionWrapper(Value(1.0) / F("comment__drawn_share"), output_field=FloatField())
    rows: Iterable[tuple[Any, ...]] = (
        _looked_at(judged.filter(~by_itself, RESTRICTED), CheckOutcome.CLEAR, CheckOutcome.FLAGGED)
        .values_list("comment__findings__flagger", "content_language", _clause())
        .annotate(
            missed=Sum(weight, filter=Q(comment__findings__outcome=CheckOutcome.CLEAR), default=0.0),
            found=Sum(weight, filter=Q(comment__findings__outcome=CheckOutcome.FLAGGED), default=0.0),
        )
        .order_by()
    )
    weights = _read_weights(judged)
    found: dict[Place, Misses] = defaultdict(Misses)
    for flagger, language, clause, missed, hit in rows:
        place = Place(flagger, primary_language(language), clause)
        of_clear, of_flagged = (
            weights.get((place.flagger, place.language, outcome), 1.0)
            for outcome in (CheckOutcome.CLEAR, CheckOutcome.FLAGGED)
        )
        found[place] += Misses(missed, hit, of_clear, of_flagged)
    return found


def _read_weights(judged: QuerySet[Decision]) -> dict[tuple[str, str, str], float]:
    """How often a judged text counts at most, by flagger, language and outcome; once where there is none. 1 query, over those
    that were drawn."""
    drawn = _looked_at(judged.filter(comment__is_drawn=True), CheckOutcome.CLEAR, CheckOutcome.FLAGGED)
    rows: Iterable[tuple[Any, ...]] = (
        drawn.values_list("comment__findings__flagger", "content_language", "comment__findings__outcome")
        .annotate(least=Min("comment__drawn_share"))
        .order_by()
    )
    found: dict[tuple[str, str, str], float] = defaultdict(lambda: 1.0)
    for flagger, language, outcome, least in rows:
        key = (flagger, primary_language(language), outcome)
        found[key] = max(found[key], 1 / least)
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

    Without those drawn from what would have appeared at once or a rule would have decided: of their kind none is judged with what
    was found in sight. And without what was decided together with others: which those are is no chance.
    """
    rows = (
        judged_texts(site, weeks)
        .filter(comment__is_drawn=False, batch_id__isnull=True)
        .values_list("automated_detection", "findings_hidden")
        .annotate(count=Count("pk"), restricted=Count("pk", filter=RESTRICTED))
        .order_by()
    )
    return {(is_flagged, is_hidden): (count, restricted) for is_flagged, is_hidden, count, restricted in rows}
