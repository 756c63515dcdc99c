"""The figures counted once more, row by row in plain Python, over desks with a random past."""

from __future__ import annotations

import datetime
import math
import random
from collections import Counter

import pytest

from comments.enums import ActorKind, CheckOutcome, Status
from comments.models import Comment, StatusChange
from moderation.insights import Figures, Period, Span, read_figures, span_of
from moderation.models import Decision, Finding, Opinion
from tests.moderation.newsroom import Newsroom

pytestmark = pytest.mark.django_db

JUDGING = ("approve", "reject", "spam", "return", "remove")


def waits(room: Newsroom, span: Span) -> list[tuple[datetime.datetime, datetime.datetime | None, StatusChange | None]]:
    """When each text began to wait and, if it did, when and by what it stopped: over all rows there are."""
    changes = list(StatusChange.objects.filter(comment__site=room.site))
    taken_back = {change.undoes_id for change in changes if change.undoes_id}
    found: list[tuple[datetime.datetime, datetime.datetime | None, StatusChange | None]] = []
    for change in changes:
        if change.from_waiting_since is None or change.undoes_id or change.pk in taken_back:
            continue
        if change.to_status != Status.PENDING and change.created_at >= span.start:
            found.append((change.from_waiting_since, change.created_at, change))
    waiting = [comment.waiting_since for comment in Comment.objects.filter(site=room.site)]
    return found + [(since, None, None) for since in waiting if since is not None]


def percentile(values: list[datetime.timedelta], share: float) -> datetime.timedelta | None:
    return sorted(values)[math.ceil(share * len(values) - 1e-9) - 1] if values else None


def recounted_flow(room: Newsroom, span: Span) -> dict[str, list[object]]:
    texts = waits(room, span)
    flow: dict[str, list[object]] = {"came": [], "went": [], "waited": [], "oldest": []}
    for start, end in zip(span.bounds, span.ends, strict=True):
        is_last = end == span.end

        def within(
            moment: datetime.datetime,
            start: datetime.datetime = start,
            end: datetime.datetime = end,
            is_last: bool = is_last,
        ) -> bool:
            return start <= moment < end or (is_last and moment == end)

        flow["came"].append(sum(within(since) for since, _until, _change in texts))
        flow["went"].append(sum(until is not None and within(until) for _since, until, _change in texts))
        there = [
            since
            for since, until, _change in texts
            if (since < end or is_last) and (until is None or (until >= end and not is_last))
        ]
        flow["waited"].append(len(there))
        flow["oldest"].append(end - min(there) if there and min(there) < end else None)
    return flow


def recounted_speed(room: Newsroom, span: Span) -> tuple[int, int, object, object, list[object]]:
    judged = [
        (until, until - since, change.actor_id)
        for since, until, change in waits(room, span)
        if until is not None and change is not None and change.actor_kind == ActorKind.MODERATOR
    ]
    lasted = [length for _until, length, _who in judged]
    promised = datetime.timedelta(minutes=room.site.promised_minutes)
    days: list[object] = []
    for day in sorted({until.astimezone(span.zone).date() for until, _length, _who in judged}):
        on_day = [(length, who) for until, length, who in judged if until.astimezone(span.zone).date() == day]
        lengths = [length for length, _who in on_day]
        is_group = len({who for _length, who in on_day}) >= 3
        days.append(
            (
                day,
                len(lengths),
                percentile(lengths, 0.5) if is_group else None,
                percentile(lengths, 0.9) if is_group else None,
            )
        )
    return len(lasted), sum(one <= promised for one in lasted), percentile(lasted, 0.5), percentile(lasted, 0.9), days


def pairs_of_opinions(room: Newsroom, span: Span) -> Counter[tuple[str, str]]:
    opinions = list(Opinion.objects.filter(comment__site=room.site).order_by("pk"))
    return Counter(
        (first.action, second.action)
        for place, second in enumerate(opinions)
        for first in opinions[:place]
        if first.comment_id == second.comment_id
        and first.revision == second.revision
        and second.created_at >= span.start
    )


def pairs_with_decisions(room: Newsroom, span: Span) -> Counter[tuple[str, str]]:
    return Counter(
        (opinion.action, decision.action)
        for opinion in Opinion.objects.filter(comment__site=room.site, created_at__gte=span.start)
        for decision in Decision.objects.filter(comment=opinion.comment_id, undone_at__isnull=True)
        if decision.revision == opinion.revision
        and decision.moderator_id != opinion.moderator_id
        and decision.action in JUDGING
    )


def check(room: Newsroom, span: Span, figures: Figures) -> None:
    flow, speed, overturned = figures.flow, figures.speed, figures.overturned
    assert recounted_flow(room, span) == {
        "came": list(flow.came), "went": list(flow.went), "waited": list(flow.waited), "oldest": list(flow.oldest)
    }  # fmt: skip
    decisions = list(
        Decision.objects.filter(comment__site=room.site, applied_at__gte=span.start).select_related("clause")
    )
    assert figures.people == len({one.moderator_id for one in decisions})
    assert (speed is None) == (figures.people < 3)
    if speed is None or overturned is None:
        return
    assert recounted_speed(room, span) == (speed.count, speed.in_time, speed.median, speed.p90, list(speed.days))
    standing = [one for one in decisions if one.undone_at is None]
    assert {(one.action, one.clause): one.count for one in figures.outcomes or ()} == Counter(
        (one.action, one.clause.slug if one.clause else "") for one in standing
    )
    fired: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for one in standing:
        if one.action in JUDGING:
            for finding in Finding.objects.filter(
                comment=one.comment_id, revision=one.revision, outcome=CheckOutcome.FLAGGED
            ):
                if one.findings_hidden or finding.created_at > one.applied_at:
                    continue
                fired[finding.flagger] += 1
                agreed[finding.flagger] += one.measure != "none"
    assert {one.flagger: (one.fired, one.restricted) for one in figures.flaggers or ()} == {
        name: (count, agreed[name]) for name, count in fired.items()
    }
    judged = [one for one in decisions if one.action in JUDGING]
    appeals = Counter(one.appeal.state for one in judged if hasattr(one, "appeal"))
    assert (overturned.judged, overturned.taken_back) == (len(judged), sum(one.undone_at is not None for one in judged))
    assert (overturned.appealed, overturned.upheld, overturned.rejected) == (
        sum(appeals.values()), appeals["upheld"], appeals["rejected"]
    )  # fmt: skip


def check_places(room: Newsroom, span: Span, figures: Figures) -> None:
    came = [
        change.comment
        for change in StatusChange.objects.filter(comment__site=room.site, from_status="", created_at__gte=span.start)
    ]
    for places, name in (
        (figures.articles, lambda one: one.article.key),
        (figures.sections, lambda one: one.article.section),
    ):
        expected = {
            key: (
                len(there),
                sum(one.waiting_since is not None for one in there),
                sum(one.status == Status.APPROVED for one in there),
                sum(one.status in (Status.REJECTED, Status.SPAM, Status.REMOVED) for one in there),
            )
            for key in {name(one) for one in came}
            for there in [[one for one in came if name(one) == key]]
        }
        assert {one.key: (one.received, one.waiting, one.published, one.refused) for one in places} == expected


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_of_a_random_desk_are_what_a_recount_of_all_rows_gives(seed: int) -> None:
    room = Newsroom(random.Random(seed), people=4)  # noqa: S311 - a test repeats its chance
    room.live(40)
    other = Newsroom(random.Random(seed))  # noqa: S311
    other.live(5)
    for period in Period:
        span = span_of(period, room.now)
        figures = read_figures(room.site, span)
        check(room, span, figures)
        check_places(room, span, figures)
        assert figures.opinions.pairs == pairs_of_opinions(room, span)
        assert figures.decisions.pairs == pairs_with_decisions(room, span)
        assert figures.flow.waited[-1] == figures.backlog.count == sum(figures.backlog.ages)
    month = read_figures(room.site, span_of(Period.MONTH, room.now))
    assert min(sum(month.flow.came), sum(month.flow.went), month.backlog.count, month.decisions.count) > 3


def test_figures_of_two_people_hold_nothing_that_people_decided() -> None:
    room = Newsroom(random.Random(3), people=2)  # noqa: S311
    room.live(25)
    figures = read_figures(room.site, span_of(Period.MONTH, room.now))
    assert Decision.objects.count() > 5
    assert (figures.people, figures.speed, figures.outcomes, figures.flaggers, figures.overturned) == (
        2,
        None,
        None,
        None,
        None,
    )
    assert sum(figures.flow.came) > 5
