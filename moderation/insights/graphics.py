"""The figures as graphics, in the words of the active language."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from moderation import charts
from moderation.flaggers.names import flagger_name
from moderation.insights.page import Figures
from moderation.insights.spans import Period, Span
from moderation.insights.statistics import wilson_interval
from moderation.insights.tables import outcome_name
from moderation.insights.writing import write_count, write_length, write_part, write_share

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
# So many days have room for a name each.
SHORT = 8


def graphics_of(figures: Figures) -> dict[str, charts.Chart]:
    """Every graphic of the page by name; none for what is not there."""
    found: dict[str, charts.Chart] = {
        "spark": _spark(figures),
        "flow": _flow(figures),
        "waited": _waited(figures),
        "oldest": _oldest(figures),
    }
    speed = figures.speed
    if speed is not None and figures.span.period != Period.DAY and any(median for _d, _c, median, _p in speed.days):
        found["speed"] = _speed(figures)
    if figures.outcomes:
        found["outcomes"] = _outcomes(figures)
    if figures.flaggers:
        found["flaggers"] = _flaggers(figures)
    if figures.sections and any(one.name for one in figures.sections):
        found["sections"] = _sections(figures)
    return found


def _names(span: Span) -> list[str]:
    """A short name for each hour or day; over a week for the first hour of each day alone, over a day for each third."""
    if span.period == Period.MONTH:
        return _day_names(list(span.bounds))
    if span.period == Period.WEEK:
        return [date_format(bound, "D") if bound.hour == 0 else "" for bound in span.bounds]
    return [date_format(bound, "H:i") if number % 5 == 0 else "" for number, bound in enumerate(span.bounds)]


def _day_names(days: Sequence[datetime.date]) -> list[str]:
    step = 7 if len(days) > SHORT else 1
    return [date_format(day, _("j M")) if number % step == 0 else "" for number, day in enumerate(days)]


def _spark(figures: Figures) -> charts.Chart:
    waited = figures.flow.waited
    sentence = _("From %(first)s to %(last)s, at most %(most)s.") % _ends(waited)
    return charts.make_spark("spark", _("What waited over this time"), sentence, waited)


def _flow(figures: Figures) -> charts.Chart:
    flow = figures.flow
    sentence = _("%(came)s texts came and %(went)s went.") % {
        "came": write_count(sum(flow.came)),
        "went": write_count(sum(flow.went)),
    }
    return charts.make_flows(
        "flow",
        _("What came and what went"),
        sentence,
        came=flow.came,
        went=flow.went,
        names=_names(figures.span),
        words=(_("came"), _("went")),
    )


def _waited(figures: Figures) -> charts.Chart:
    waited = figures.flow.waited
    return charts.make_lines(
        "waited",
        _("How many texts waited"),
        _("From %(first)s to %(last)s, at most %(most)s.") % _ends(waited),
        values=[(_("%(count)s now") % {"count": write_count(waited[-1])}, list(waited))],
        names=_names(figures.span),
        unit=_("texts"),
        room=120,
    )


def _oldest(figures: Figures) -> charts.Chart:
    ages = figures.flow.oldest
    promised = datetime.timedelta(minutes=figures.site.promised_minutes)
    known = [age for age in ages if age is not None]
    most = write_length(max(known, default=None))
    now = _("%(length)s now") % {"length": write_length(ages[-1])} if ages[-1] is not None else ""
    return charts.make_lines(
        "oldest",
        _("Age of the oldest text that waited"),
        _("At most %(length)s; promised are %(promised)s.") % {"length": most, "promised": write_length(promised)},
        values=[(now, [None if age is None else age / HOUR for age in ages])],
        names=_names(figures.span),
        unit=_("h"),
        reference=(_("promised: %(length)s") % {"length": write_length(promised)}, promised / HOUR),
        room=120,
    )


def _speed(figures: Figures) -> charts.Chart:
    speed = figures.speed
    assert speed is not None  # noqa: S101 - for the type checker; the caller looked
    days = {day: (median, p90) for day, _count, median, p90 in speed.days}
    first = figures.span.start.date()
    calendar = [
        first + DAY * number
        for number in range((figures.span.end.astimezone(figures.span.zone).date() - first).days + 1)
    ]
    promised = datetime.timedelta(minutes=figures.site.promised_minutes)
    medians, nineties = ([_in_hours(days[day][place]) if day in days else None for day in calendar] for place in (0, 1))
    return charts.make_lines(
        "speed",
        _("Time to decision, by day"),
        _("Median %(median)s; 90 of 100 within %(p90)s; promised are %(promised)s.")
        % {
            "median": write_length(speed.median),
            "p90": write_length(speed.p90),
            "promised": write_length(promised),
        },
        values=[(_("median"), medians), (_("90 of 100"), nineties)],
        names=_day_names(calendar),
        unit=_("h"),
        reference=(_("promised: %(length)s") % {"length": write_length(promised)}, promised / HOUR),
    )


def _outcomes(figures: Figures) -> charts.Chart:
    outcomes = figures.outcomes or []
    total = sum(one.count for one in outcomes)
    rows = [
        (outcome_name(one), one.count, f"{write_count(one.count)} · {write_share(one.count / total)}")
        for one in outcomes
    ]
    sentence = _("%(count)s decisions that stand.") % {"count": write_count(total)}
    return charts.make_bars("outcomes", _("Outcomes by clause"), sentence, rows)


def _flaggers(figures: Figures) -> charts.Chart:
    rows = []
    for one in figures.flaggers or ():
        written = write_part(one.restricted, one.fired)
        rows.append(
            (flagger_name(one.flagger), one.restricted / one.fired, wilson_interval(one.restricted, one.fired), written)
        )
    sentence = _("For each check, in which share of the texts it had flagged people restricted the text.")
    return charts.make_shares("flaggers", _("How often people restricted what a check had flagged"), sentence, rows)


def _sections(figures: Figures) -> charts.Chart:
    rows = [(one.name or _("without a section"), one.received, write_count(one.received)) for one in figures.sections]
    return charts.make_bars("sections", _("Comments by section"), _("The sections with the most comments."), rows)


def _ends(values: Sequence[int]) -> dict[str, str]:
    return {"first": write_count(values[0]), "last": write_count(values[-1]), "most": write_count(max(values))}


def _in_hours(length: datetime.timedelta | None) -> float | None:
    return None if length is None else length / HOUR
