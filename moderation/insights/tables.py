"""The figures as tables: what the page shows beside each graphic, and what a CSV file of it holds."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from moderation.enums import Action
from moderation.insights.agreement import Agreement
from moderation.insights.judging import GROUP, Outcome
from moderation.insights.page import Figures
from moderation.insights.places import Place
from moderation.insights.statistics import wilson_interval

Cell = str | int | float | datetime.date | None
MINUTE = datetime.timedelta(minutes=1)
NO_NAME = "–"
SHARE_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows under a name. Lengths of time are minutes, shares are from 0 to 1; None: not known."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def flow_table(figures: Figures) -> Table:
    """What came, went and waited, by hour or day; each begins at the moment in the first column."""
    flow, span = figures.flow, figures.span
    return Table(
        "flow",
        _("What came, went and waited"),
        (_("From"), _("Came"), _("Went"), _("Waited at the end"), _("Oldest, minutes")),
        tuple(
            (bound, came, went, waited, minutes(oldest))
            for bound, came, went, waited, oldest in zip(
                span.bounds, flow.came, flow.went, flow.waited, flow.oldest, strict=True
            )
        ),
    )


def backlog_table(figures: Figures) -> Table:
    """What waits now, by age."""
    labels = (
        _("within the promised time"),
        _("up to twice the promised time"),
        _("up to a day"),
        _("longer"),
    )
    rows = tuple(zip(labels, figures.backlog.ages, strict=True))
    return Table("backlog", _("What waits now"), (_("Waits"), _("Texts")), rows)


def speed_table(figures: Figures) -> Table:
    """How soon people judged, as a whole and by day."""
    speed = figures.speed
    rows: list[tuple[Cell, ...]] = []
    if speed is not None:
        rows.append((_("all"), speed.count, minutes(speed.median), minutes(speed.p90)))
        rows += [(day, count, minutes(median), minutes(p90)) for day, count, median, p90 in speed.days]
    columns = (_("Day"), _("Judged"), _("Median, minutes"), _("90 of 100 within, minutes"))
    return Table("speed", _("Time to decision"), columns, tuple(rows))


def outcomes_table(figures: Figures) -> Table:
    """Standing decisions by action and clause."""
    return Table(
        "outcomes",
        _("Outcomes by clause"),
        (_("Decision"), _("Clause"), _("Identifier"), _("Decisions")),
        tuple((str(one.action.label), one.title, one.clause, one.count) for one in figures.outcomes or ()),
    )


def flaggers_table(figures: Figures) -> Table:
    """What each flagger contributed, with the interval in which the true share of what people restricted lies."""
    rows = tuple(
        (one.flagger, one.fired, one.restricted, *share_cells((one.restricted, one.fired)))
        for one in figures.flaggers or ()
    )
    columns = (_("Check"), _("Found something"), _("People restricted"), _("Share"), _("At least"), _("At most"))
    return Table("flaggers", _("What each check contributed"), columns, rows)


def overturned_table(figures: Figures) -> Table:
    """What became of the judgements."""
    found = figures.overturned
    rows: tuple[tuple[Cell, ...], ...] = ()
    if found is not None:
        rows = (
            (_("Judged"), found.judged),
            (_("Taken back"), found.taken_back),
            (_("Appealed against"), found.appealed),
            (_("Overturned on appeal"), found.upheld),
            (_("Confirmed on appeal"), found.rejected),
        )
    return Table("overturned", _("Overturned and taken back"), (_("Judgements"), _("Number")), rows)


def opinions_table(figures: Figures) -> Table:
    """Pairs of opinions on the same text."""
    columns = (_("First opinion"), _("Second opinion"), _("Texts"))
    return Table("opinions", _("Two opinions of one text"), columns, _pairs(figures.opinions))


def decisions_table(figures: Figures) -> Table:
    """Opinions and the decisions of others on the same text."""
    columns = (_("Opinion"), _("Decision"), _("Texts"))
    return Table("decisions", _("Opinion and decision"), columns, _pairs(figures.decisions))


def articles_table(figures: Figures) -> Table:
    """The articles with the most comments."""
    return _places_table("articles", _("By article"), _("Article"), figures.articles, is_group=figures.is_group)


def sections_table(figures: Figures) -> Table:
    """The sections with the most comments."""
    return _places_table("sections", _("By section"), _("Section"), figures.sections, is_group=figures.is_group)


TABLES: dict[str, Callable[[Figures], Table]] = {
    "flow": flow_table,
    "backlog": backlog_table,
    "speed": speed_table,
    "outcomes": outcomes_table,
    "flaggers": flaggers_table,
    "overturned": overturned_table,
    "opinions": opinions_table,
    "decisions": decisions_table,
    "articles": articles_table,
    "sections": sections_table,
}


def share_cells(part: tuple[int, int]) -> tuple[Cell, Cell, Cell]:
    """A share, so many of so many, and the interval in which the true one lies 95 times in 100; nothing of nothing."""
    some, all_of_them = part
    if not all_of_them:
        return None, None, None
    low, high = wilson_interval(some, all_of_them)
    return round(some / all_of_them, SHARE_PLACES), round(low, SHARE_PLACES), round(high, SHARE_PLACES)


def minutes(length: datetime.timedelta | None) -> float | None:
    """A length of time in minutes, with one place behind the point."""
    return None if length is None else round(length / MINUTE, 1)


def outcome_name(outcome: Outcome) -> str:
    """An outcome in words: "Reject: Respect", "Approve"."""
    clause = outcome.title or outcome.clause
    return f"{outcome.action.label}: {clause}" if clause else str(outcome.action.label)


def _pairs(agreement: Agreement) -> tuple[tuple[Cell, ...], ...]:
    """None below three people: with two, each knows what the other thought."""
    if agreement.people < GROUP:
        return ()
    rows = sorted(agreement.pairs.items())
    return tuple((str(Action(one).label), str(Action(other).label), number) for (one, other), number in rows)


def _places_table(name: str, title: str, column: str, places: Sequence[Place], *, is_group: bool) -> Table:
    columns = (column, _("Key"), _("Came"), _("Wait now"), _("Published"), _("Not published"))
    rows = tuple(
        (one.name or NO_NAME, one.key, one.received, one.waiting, one.published, one.refused)
        if is_group
        else (one.name or NO_NAME, one.key, one.received, one.waiting, None, None)
        for one in places
    )
    return Table(name, title, columns, rows)
