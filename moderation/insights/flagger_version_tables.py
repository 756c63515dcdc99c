"""The versions that the figures of a flagger are of, in words and as a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from moderation.insights.flagger_counts import Tally
from moderation.insights.flagger_report import FlaggerFigures, FlaggerReport, VersionFigures
from moderation.insights.tables import Table, share_cells
from moderation.insights.writing import write_count, write_day

# More are not named one by one: the judge that learns has one a night.
_NAMED = 3


def versions_sentence(one: FlaggerFigures) -> str | None:
    """Which versions its figures put together, which is in use, and how much of it that said; None where there is but one."""
    if not one.is_mixed:
        return None
    if len(one.versions) <= _NAMED:
        versions = "; ".join(map(_in_words, one.versions))
        return _("These figures are of several versions of the check: %(versions)s.") % {"versions": versions}
    newest, *others = one.versions
    values = {
        "count": write_count(len(one.versions)),
        "version": newest.version,
        "judged": write_count(newest.tally.judged),
        "all": write_count(one.all.judged),
        "since": write_day(newest.tally.first) if newest.tally.first else "",
        "days": _days(sum((version.tally for version in others), Tally())),
    }
    if not newest.is_in_use:
        sentence = _("These figures are of %(count)s versions of the check, none of which is in use now.")
    elif newest.tally.judged:
        sentence = _(
            "These figures are of %(count)s versions of the check. In use since %(since)s is version %(version)s, with %(judged)s of the "
            "%(all)s findings that people judged; the others spoke %(days)s."
        )
    else:
        sentence = _(
            "These figures are of %(count)s versions of the check. In use is version %(version)s, of whose findings people have judged "
            "none so far; the others spoke %(days)s."
        )
    return sentence % values


def versions_table(report: FlaggerReport, *, is_group: bool = True) -> Table:
    """What people made of every flagger by language, clause and version; nothing where they are too few."""
    columns = (
        _("Check"), _("Language"), _("Clause"), _("Version"), _("In use"), _("First said"), _("Last said"),
        _("Judged"), _("People agreed"), _("Precision"), _("At least"), _("At most"), _("By this clause"), _("Called wrong"),
    )  # fmt: skip
    rows = tuple(
        (
            *place.place, str(one.version), int(one.is_in_use), one.tally.first, one.tally.last,
            one.tally.judged, one.tally.agreed, *share_cells((one.tally.agreed, one.tally.judged)),
            one.tally.by_clause, one.tally.wrong,
        )
        for flagger in report.flaggers
        for place in flagger.places
        for one in place.versions
        if is_group and one.tally.judged
    )  # fmt: skip
    return Table("versions", _("How the versions of the checks do"), columns, rows)


def version_json(one: VersionFigures) -> dict[str, Any]:
    """A version for programs: days are ISO 8601, of the findings that people judged."""
    tally = one.tally
    return {
        "version": str(one.version),
        "in_use": one.is_in_use,
        "first": tally.first.isoformat() if tally.first else None,
        "last": tally.last.isoformat() if tally.last else None,
        "judged": tally.judged,
        "agreed": tally.agreed,
        "precision": tally.agreed / tally.judged if tally.judged else None,
        "interval": one.interval if tally.judged else None,
    }


def _in_words(one: VersionFigures) -> str:
    values = {"version": one.version, "judged": write_count(one.tally.judged), "days": _days(one.tally)}
    if not one.tally.judged:
        sentence = _("version %(version)s, in use (none judged so far)")
    elif one.is_in_use:
        sentence = _("version %(version)s, in use (%(judged)s judged, said %(days)s)")
    else:
        sentence = _("version %(version)s (%(judged)s judged, said %(days)s)")
    return sentence % values


def _days(tally: Tally) -> str:
    """On which days the first and the last of these were said; nothing of nothing."""
    if tally.first is None or tally.last is None:
        return ""
    if tally.first == tally.last:
        return _("on %(day)s") % {"day": write_day(tally.first)}
    return _("from %(first)s to %(last)s") % {"first": write_day(tally.first), "last": write_day(tally.last)}
