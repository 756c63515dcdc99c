"""How well each flagger does on a site, from what it said and what people decided."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Final

from comments.models import Site
from moderation.insights.flagger_counts import (
    Group,
    Looks,
    Missed,
    Misses,
    Place,
    Tally,
    read_latest_misses,
    read_looks,
    read_misses,
    read_tallies,
    read_trust,
)
from moderation.insights.flagger_versions import Version, read_versions_in_use
from moderation.insights.statistics import two_proportions, wilson_interval
from moderation.insights.weeks import Weeks

MISSES_SHOWN: Final = 3
# A flagger is said to drift when chance alone would do so once in a thousand weeks, and the change is one that matters.
CHANCE: Final = 0.001
_FIRING_FACTOR: Final = 1.5
_PRECISION_STEP: Final = 0.1
# The last week, and those before that it is compared with.
DRIFT_WEEKS: Final = 9

# So many of so many.
Part = tuple[int, int]


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What people made of the findings of one version of a flagger; of the one in use also where they judged none."""

    version: Version
    tally: Tally
    is_in_use: bool

    @property
    def interval(self) -> tuple[float, float]:
        """In which its precision lies, 95 times in 100."""
        return wilson_interval(self.tally.agreed, self.tally.judged)


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """A flagger in one language, by one clause. `looks` are of that language, whatever it found; `fired` by this clause.

    `misses`: of the texts that people restrict by this clause, all 0 where it names no clause. `shown` and `hidden`: what people made of its findings where they saw them, and where they did not.
    `versions`: as of the flagger.
    """

    place: Place
    looks: Looks
    fired: int
    all: Tally
    shown: Tally
    hidden: Tally
    misses: Misses
    latest: tuple[Missed, ...]
    versions: tuple[VersionFigures, ...]

    @property
    def interval(self) -> tuple[float, float]:
        """In which its precision lies, 95 times in 100."""
        return wilson_interval(self.all.agreed, self.all.judged)


@dataclass(frozen=True, slots=True)
class Drift:
    """That the last week of a flagger is not like the weeks before: in how often it fires ("firing"), or in how often people
    agree ("precision"). `is_mixed`: what people judged of all these weeks was not said by one version."""

    flagger: str
    measure: str
    before: Part
    now: Part
    is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class FlaggerFigures:
    """A flagger on a site. By week, the latest first: (fired, looked) and (agreed, judged). `drifts`: how its last week differs
    from the eight before, whatever time the other figures are of. `versions`: those whose findings people judged, and the one in
    use; that first, then the newest."""

    flagger: str
    looks: Looks
    all: Tally
    places: tuple[PlaceReport, ...]
    firing: tuple[Part, ...]
    precision: tuple[Part, ...]
    drifts: tuple[Drift, ...]
    versions: tuple[VersionFigures, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether what people judged was not said by the one version that is in use."""
        return len(self.versions) > 1

    @property
    def misses(self) -> Misses:
        """Of the texts that people restrict by one of its clauses."""
        return reduce(add, (one.misses for one in self.places), Misses())

    @property
    def latest(self) -> tuple[Missed, ...]:
        """The latest of these texts."""
        found = sorted((one for place in self.places for one in place.latest), key=lambda one: one.at, reverse=True)
        return tuple(found[:MISSES_SHOWN])


@dataclass(frozen=True, slots=True)
class FlaggerReport:
    """Every flagger that looked at something, by name. `trust`: texts restricted of texts judged, by (something was found,
    it was hidden from who decided)."""

    weeks: Weeks
    flaggers: tuple[FlaggerFigures, ...]
    trust: Mapping[tuple[bool, bool], Part]

    @property
    def busiest(self) -> list[FlaggerFigures]:
        """The flaggers, that which found most first."""
        return sorted(self.flaggers, key=lambda one: (-one.looks.fired, one.flagger))

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """All of them."""
        return tuple(drift for one in self.flaggers for drift in one.drifts)


def read_flagger_report(site: Site, weeks: Weeks) -> FlaggerReport:
    """The measure of every flagger over these weeks, and how its last one differs from the eight before, also where fewer are
    asked for. 10 queries, whatever there is."""
    read = replace(weeks, count=max(weeks.count, DRIFT_WEEKS))
    all_looks, all_tallies = read_looks(site, read), read_tallies(site, read)
    looks = {key: value for key, value in all_looks.items() if key[1] < weeks.count}
    tallies = {group: tally for group, tally in all_tallies.items() if group.week < weeks.count}
    misses, latest = read_misses(site, weeks), read_latest_misses(site, weeks)
    trust = {key: (restricted, count) for key, (count, restricted) in read_trust(site, weeks).items()}
    names = sorted({place.flagger for place, _week in looks} | {group.place.flagger for group in tallies})
    in_use = read_versions_in_use(site)
    flaggers = []
    for name in names:
        own_looks, own_tallies = _of(name, all_looks, all_tallies)
        firing, precision = _by_week(own_looks, own_tallies, read.count)
        looks_shown, tallies_shown = _of(name, looks, tallies)
        flaggers.append(
            FlaggerFigures(
                flagger=name,
                looks=_looks(looks_shown.values()),
                all=_tally(tallies_shown.values()),
                places=tuple(_places(looks_shown, tallies_shown, misses, latest, in_use.get(name))),
                firing=firing[: weeks.count],
                precision=precision[: weeks.count],
                drifts=tuple(_drifts(name, own_tallies, firing=firing, precision=precision)),
                versions=_versions(tallies_shown.items(), in_use.get(name)),
            )
        )
    return FlaggerReport(weeks, tuple(flaggers), trust)


def _of(
    name: str, looks: Mapping[tuple[Place, int], Looks], tallies: Mapping[Group, Tally]
) -> tuple[dict[tuple[Place, int], Looks], dict[Group, Tally]]:
    """What there is of one flagger."""
    return (
        {key: value for key, value in looks.items() if key[0].flagger == name},
        {group: tally for group, tally in tallies.items() if group.place.flagger == name},
    )


def _by_week(
    looks: Mapping[tuple[Place, int], Looks], tallies: Mapping[Group, Tally], count: int
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """(fired, looked) and (agreed, judged) of so many weeks, the latest first."""
    by_week = [_looks(looked for (_place, week), looked in looks.items() if week == number) for number in range(count)]
    judged = [_tally(tally for group, tally in tallies.items() if group.week == number) for number in range(count)]
    return tuple((one.fired, one.looked) for one in by_week), tuple((one.agreed, one.judged) for one in judged)


def _drifts(
    name: str, tallies: Iterable[Group], *, firing: Sequence[Part], precision: Sequence[Part]
) -> Iterator[Drift]:
    # Not by what is learnt each night: that changes whenever anything does.
    versions = {group.version.name for group in tallies if group.week < DRIFT_WEEKS}
    for measure, weeks in (("firing", firing), ("precision", precision)):
        now, before = weeks[0], _sum(weeks[1:DRIFT_WEEKS])
        if _has_changed(measure, before, now):
            yield Drift(name, measure, before, now, is_mixed=len(versions) > 1)


def _versions(groups: Iterable[tuple[Group, Tally]], in_use: Version | None) -> tuple[VersionFigures, ...]:
    """The one in use first, then that which spoke last."""
    found: dict[Version, Tally] = defaultdict(Tally)
    if in_use is not None:
        found[in_use] = Tally()
    for group, tally in groups:
        found[group.version] += tally
    versions = [VersionFigures(version, tally, version == in_use) for version, tally in found.items()]
    return tuple(sorted(versions, key=_order, reverse=True))


def _order(one: VersionFigures) -> tuple[bool, datetime.date, Version]:
    return one.is_in_use, one.tally.last or datetime.date.min, one.version


def _places(
    looks: Mapping[tuple[Place, int], Looks],
    tallies: Mapping[Group, Tally],
    misses: Mapping[Place, Misses],
    latest: Mapping[Place, list[Missed]],
    in_use: Version | None,
) -> Iterable[PlaceReport]:
    """One for each language and clause that something was found by; one without a clause where nothing was."""
    languages: dict[str, Looks] = defaultdict(Looks)
    fired: dict[Place, int] = defaultdict(int)
    for (place, _week), looked in looks.items():
        languages[place.language] += looked
        fired[place] += looked.fired
    by_place: dict[Place, list[tuple[Group, Tally]]] = defaultdict(list)
    for group, tally in tallies.items():
        by_place[group.place].append((group, tally))
    found = {place for place, count in fired.items() if count} | set(by_place)
    silent = {place for place in fired if place.language not in {one.language for one in found} and not place.clause}
    for place in sorted(found | silent):
        groups = by_place[place]
        yield PlaceReport(
            place=place,
            looks=languages[place.language],
            fired=fired[place],
            all=_tally(tally for _group, tally in groups),
            shown=_tally(tally for group, tally in groups if not group.is_hidden),
            hidden=_tally(tally for group, tally in groups if group.is_hidden),
            misses=misses.get(place, Misses()) if place.clause else Misses(),
            latest=tuple(latest.get(place, [])[:MISSES_SHOWN]) if place.clause else (),
            versions=_versions(groups, in_use),
        )


def _has_changed(measure: str, before: Part, now: Part) -> bool:
    """Whether two parts differ by more than chance and by enough to matter."""
    chance = two_proportions(before, now)
    if chance is None or chance > CHANCE:
        return False
    old, new = before[0] / before[1], now[0] / now[1]
    if measure == "firing":
        return max(old, new) >= _FIRING_FACTOR * min(old, new)
    return not math.isclose(old, new, abs_tol=_PRECISION_STEP)


def _looks(some: Iterable[Looks]) -> Looks:
    return reduce(add, some, Looks())


def _tally(some: Iterable[Tally]) -> Tally:
    return reduce(add, some, Tally())


def _sum(parts: Iterable[Part]) -> Part:
    counted = list(parts)
    return sum(part for part, _whole in counted), sum(whole for _part, whole in counted)
