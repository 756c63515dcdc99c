"""The measure of the flaggers as tables, as the page, its CSV file and the command show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.formats import number_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from moderation.flaggers.names import flagger_name
from moderation.insights.flagger_counts import Misses, Tally
from moderation.insights.flagger_report import Drift, FlaggerFigures, FlaggerReport, Part, PlaceReport
from moderation.insights.flagger_version_tables import version_json
from moderation.insights.page import Figures
from moderation.insights.statistics import wilson_interval
from moderation.insights.tables import SHARE_PLACES, Cell, Table, share_cells
from moderation.insights.writing import write_part

# Below so many per cent a share has a place behind the point.
_SMALL = 10


def measure_table(report: FlaggerReport, *, is_group: bool = True) -> Table:
    """Every flagger, language and clause; what people decided is left out where they are too few."""
    columns = (
        _("Check"), _("Language"), _("Clause"), _("Looked at"), _("Without a result"), _("Found something"),
        *((
            _("Judged"), _("People agreed"), _("Precision"), _("At least"), _("At most"), _("By this clause"),
            _("Called wrong"), _("Missed"), _("Share missed"), _("Missed at least"), _("Missed at most"),
            _("Judged, flag hidden"), _("Agreed, flag hidden"), _("Versions"), _("Judged, version in use"),
            _("Agreed, version in use"),
        ) if is_group else ()),
    )  # fmt: skip
    rows = tuple(
        (one.flagger, *_place_cells(place), *(_judged_cells(place) if is_group else ()))
        for one in report.flaggers
        for place in one.places
    )
    return Table("checks", _("How the checks do"), columns, rows)


def places_table(one: FlaggerFigures, titles: Mapping[str, str], *, is_group: bool) -> Table:
    """One flagger by language and clause, in words and with fewer columns than the file has; `titles` of clauses by slug."""
    columns: tuple[str, ...] = (_("Language and clause"), _("Found something"))
    if is_group:
        columns += (_("People agreed"), _("Precision"), _("By this clause"), _("Missed"))
    rows = tuple(
        (_place_name(place, titles), _of(place.fired, place.looks.looked), *(_few(place) if is_group else ()))
        for place in one.places
    )
    return Table(one.flagger, flagger_name(one.flagger), columns, rows)


def contribution_words_table(figures: Figures) -> Table:
    """What each flagger contributed as people read it, with its name and fewer columns than the file has."""
    columns = (_("Check"), _("People restricted"), _("Share"))
    rows = tuple(
        (flagger_name(one.flagger), _of(one.restricted, one.fired), interval_words((one.restricted, one.fired)))
        for one in figures.flaggers or ()
    )
    return Table("flaggers", _("What each check contributed"), columns, rows)


def trust_table(report: FlaggerReport) -> Table:
    """What people did with flagged and other texts, where they saw the flags and where they did not."""
    columns = (_("Texts"), _("Judged"), _("Restricted"), _("Share"), _("At least"), _("At most"))
    rows = []
    for name, (restricted, judged) in trust_rows(report):
        rows.append((name, judged, restricted, *share_cells((restricted, judged))))
    return Table("trust", _("With and without flags"), columns, tuple(rows))


def trust_words_table(report: FlaggerReport) -> Table:
    """The same as people read it, with fewer columns."""
    columns = (_("Texts"), _("Restricted"), _("Share"))
    rows = tuple((name, _of(*part), interval_words(part)) for name, part in trust_rows(report))
    return Table("trust", _("With and without flags"), columns, rows)


def trust_rows(report: FlaggerReport) -> Iterator[tuple[str, Part]]:
    """The four kinds of texts, each with how many of how many were restricted."""
    names = {
        (True, False): _("Something found, shown"),
        (True, True): _("Something found, hidden"),
        (False, False): _("Nothing found, shown"),
        (False, True): _("Nothing found, hidden"),
    }
    for key, name in names.items():
        yield name, report.trust.get(key, (0, 0))


def drift_sentence(drift: Drift) -> str:
    """What has changed, in words."""
    values = {"name": flagger_name(drift.flagger), "now": percent(drift.now), "before": percent(drift.before)}
    if drift.measure == "firing":
        sentence = _("“%(name)s” found something in %(now)s of the texts of the last seven days, before in %(before)s.")
    else:
        sentence = _("People agreed with “%(name)s” in %(now)s of the last seven days, before in %(before)s.")
    words = sentence % values
    if not drift.is_mixed:
        return words
    return " ".join((words, _("In these nine weeks its version has changed.")))


def percent(part: Part) -> str:
    """A share with one place behind the point where it is small: "0.4 %", "12 %"."""
    share = 100 * part[0] / part[1] if part[1] else 0.0
    places = 1 if 0 < share < _SMALL else 0
    return _("%(share)s %%") % {"share": number_format(round(share, places), places)}


def report_json(report: FlaggerReport) -> dict[str, Any]:
    """Everything, for programs; names are identifiers, shares from 0 to 1, moments ISO 8601."""
    return {
        "from": report.weeks.first_day.isoformat(),
        "to": report.weeks.today.isoformat(),
        "flaggers": [_flagger_json(one) for one in report.flaggers],
        "with_and_without_flags": [
            {"found": found, "hidden": hidden, "restricted": restricted, "judged": judged}
            for (found, hidden), (restricted, judged) in sorted(report.trust.items())
        ],
        "drifts": [
            {
                "flagger": one.flagger,
                "measure": one.measure,
                "before": one.before,
                "now": one.now,
                "is_mixed": one.is_mixed,
            }
            for one in report.drifts
        ],
    }


def _flagger_json(one: FlaggerFigures) -> dict[str, Any]:
    return {
        "flagger": one.flagger,
        "looked": one.looks.looked,
        "fired": one.looks.fired,
        "fired_in_shadow": one.looks.in_shadow,
        "without_result": one.looks.missing,
        "weeks": [
            {"fired": fired, "looked": looked, "agreed": agreed, "judged": judged}
            for (fired, looked), (agreed, judged) in zip(one.firing, one.precision, strict=True)
        ],
        "versions": [version_json(version) for version in one.versions],
        "places": [
            {
                "language": place.place.language,
                "clause": place.place.clause,
                "fired": place.fired,
                "judged": place.all.judged,
                "agreed": place.all.agreed,
                "by_clause": place.all.by_clause,
                "called_wrong": place.all.wrong,
                "precision": place.all.agreed / place.all.judged if place.all.judged else None,
                "interval": place.interval if place.all.judged else None,
                "missed": place.misses.missed,
                "found": place.misses.found,
                "share_missed": place.misses.missed / place.misses.all if place.misses.all else None,
                "missed_interval": place.misses.interval if place.misses.all else None,
                "missed_is_estimated": place.misses.is_estimated,
                "latest_missed": [{"comment": miss.comment, "at": miss.at.isoformat()} for miss in place.latest],
                "shown": {"agreed": place.shown.agreed, "judged": place.shown.judged},
                "hidden": {"agreed": place.hidden.agreed, "judged": place.hidden.judged},
                "versions": [version_json(version) for version in place.versions],
            }
            for place in one.places
        ],
    }


def _place_cells(place: PlaceReport) -> tuple[Cell, ...]:
    looks = place.looks
    return place.place.language, place.place.clause, looks.looked, looks.missing, place.fired


def _judged_cells(place: PlaceReport) -> tuple[Cell, ...]:
    tally = place.all
    return (
        tally.judged, tally.agreed, *share_cells((tally.agreed, tally.judged)), tally.by_clause, tally.wrong,
        *_missed_cells(place), place.hidden.judged, place.hidden.agreed, *_version_cells(place),
    )  # fmt: skip


def _version_cells(place: PlaceReport) -> tuple[int, int, int]:
    """Of how many versions people judged anything, and what they made of the one in use."""
    in_use = next((one.tally for one in place.versions if one.is_in_use), Tally())
    return sum(one.tally.judged > 0 for one in place.versions), in_use.judged, in_use.agreed


def _missed_cells(place: PlaceReport) -> tuple[Cell, Cell, Cell, Cell]:
    """How many, their share and its interval; the number with one place where texts stand for others that were not drawn."""
    misses = place.misses
    if not misses.all:
        return (0 if place.place.clause else None), None, None, None
    number = round(misses.missed, 1)
    share, low, high = (round(one, SHARE_PLACES) for one in (misses.missed / misses.all, *misses.interval))
    return int(number) if number.is_integer() else number, share, low, high


def _few(place: PlaceReport) -> tuple[Cell, ...]:
    tally = place.all
    return (
        _of(tally.agreed, tally.judged),
        interval_words((tally.agreed, tally.judged)),
        _of(tally.by_clause, tally.judged) if place.place.clause else None,
        missed_words(place.misses),
    )


def interval_words(part: Part) -> str | None:
    """A share with its interval: "60 % (36 to 81)"."""
    agreed, judged = part
    if not judged:
        return None
    return _share_words(agreed / judged, wilson_interval(agreed, judged))


def missed_words(misses: Misses) -> str | None:
    """How many of how many are missed, and the share with its interval: "4 of 20 · 20 % (8 to 42)"."""
    if not misses.all:
        return None
    part = write_part(round(misses.missed), round(misses.all))
    return f"{part} · {_share_words(misses.missed / misses.all, misses.interval)}"


def _share_words(share: float, interval: tuple[float, float]) -> str:
    values = {"share": round(100 * share), "low": round(100 * interval[0]), "high": round(100 * interval[1])}
    return _("%(share)d %% (%(low)d to %(high)d)") % values


def _of(part: int, whole: int) -> str | None:
    return write_part(part, whole) if whole else None


def _place_name(place: PlaceReport, titles: Mapping[str, str]) -> str:
    language, clause = place.place.language, place.place.clause
    # Of a language that Django does not know there is no name.
    name = str(get_language_info(language)["name_translated"]) if language in LANG_INFO else language
    return " · ".join(filter(None, (name or "–", titles.get(clause, clause))))
