"""The measure of the flaggers as graphics, in the words of the active language."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from moderation import charts
from moderation.flaggers.names import flagger_name
from moderation.insights.flagger_report import FlaggerFigures, FlaggerReport, Part
from moderation.insights.flagger_tables import interval_words, percent, trust_rows
from moderation.insights.statistics import wilson_interval
from moderation.insights.weeks import Weeks
from moderation.insights.writing import write_part

# So many weeks have room for a name each.
_SHORT = 5
_ROOM = 64
_LEAST_WEEKS = 2


def precision_chart(report: FlaggerReport) -> charts.Chart | None:
    """How often people agreed with each flagger; none where nothing was judged."""
    rows = [
        (flagger_name(one.flagger), *_share((one.all.agreed, one.all.judged)))
        for one in report.busiest
        if one.all.judged
    ]
    sentence = _("For each check, in which share of what it had flagged people agreed.")
    return (
        charts.make_shares("precision", _("How often people agreed with each check"), sentence, rows) if rows else None
    )


def trust_chart(report: FlaggerReport) -> charts.Chart | None:
    """How many texts people restricted, with flags shown and hidden; none where nothing was hidden."""
    if not any(report.trust.get((found, True), (0, 0))[1] for found in (True, False)):
        return None
    rows = [(name, *_share(part)) for name, part in trust_rows(report) if part[1]]
    sentence = _(
        "In which share of the texts people restricted the text, where they saw what the checks said and where not."
    )
    return charts.make_shares("trust", _("With and without flags"), sentence, rows)


def firing_chart(one: FlaggerFigures, weeks: Weeks) -> charts.Chart | None:
    """How often a flagger found something, week by week; none over fewer than two weeks of looks."""
    if one.firing[0][1]:
        sentence = _("Found something in %(share)s of the texts it looked at; in the last seven days in %(now)s.")
    else:
        sentence = _(
            "Found something in %(share)s of the texts it looked at; in the last seven days it looked at none."
        )
    values = {"share": percent((one.looks.fired, one.looks.looked)), "now": percent(one.firing[0])}
    return _over_time(f"firing-{one.flagger}", _("Found something, by week"), sentence % values, one.firing, weeks)


def agreement_chart(one: FlaggerFigures, weeks: Weeks) -> charts.Chart | None:
    """How often people agreed with it, week by week; none over fewer than two weeks of judged findings."""
    if one.precision[0][1]:
        sentence = _("People agreed in %(share)s of what was judged; in the last seven days in %(now)s.")
    else:
        sentence = _("People agreed in %(share)s of what was judged; in the last seven days nothing was judged.")
    values = {"share": percent((one.all.agreed, one.all.judged)), "now": percent(one.precision[0])}
    return _over_time(f"agreed-{one.flagger}", _("People agreed, by week"), sentence % values, one.precision, weeks)


def _over_time(name: str, title: str, sentence: str, parts: tuple[Part, ...], weeks: Weeks) -> charts.Chart | None:
    shares = _percents(parts)
    if sum(value is not None for value in shares) < _LEAST_WEEKS:
        return None
    last = percent(parts[0]) if parts[0][1] else ""
    return charts.make_lines(name, title, sentence, values=[(last, shares)], names=_names(weeks), unit="%", room=_ROOM)


def _share(part: Part) -> tuple[float, tuple[float, float], str]:
    agreed, judged = part
    return agreed / judged, wilson_interval(agreed, judged), f"{write_part(agreed, judged)} · {interval_words(part)}"


def _percents(weeks: tuple[Part, ...]) -> list[float | None]:
    """The earliest first."""
    return [100 * part / whole if whole else None for part, whole in reversed(weeks)]


def _names(weeks: Weeks) -> list[str]:
    starts = list(reversed(weeks.starts))
    step = max(1, len(starts) // (_SHORT - 1))
    return [date_format(day, _("j M")) if number % step == 0 else "" for number, day in enumerate(starts)]
