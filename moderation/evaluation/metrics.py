"""Figures of a judge against labels, in plain Python: what they mean is said at each field."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import fmean, variance
from typing import Final

SEED: Final = 20261128
_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Each 0 to 1; NaN where it has no meaning, as when all labels are the same."""

    roc_auc: float  # how often a bad text has a higher score than a good one
    average_precision: float  # the precision at each bad text found, on average
    macro_f1: float  # mean of the F1 of both halves, flagged from a score of .5 on
    official_f: float  # F of macro precision and macro recall, the measure of GermEval 2018; from .5 on
    precision_at_recall_50: float
    recall_at_precision_90: float
    recall_at_precision_99: float
    calibration_error: float  # ECE: scores against shares in ten equal bins of the score
    set_aside_keeping_95: (
        float  # the share of all texts, lowest scores first, that may go when 95 % of the bad ones stay
    )
    set_aside_keeping_99: float
    precision_when_fired: float  # of what the flagger itself flagged
    recall_when_fired: float
    false_alarms: float  # the share of good texts that the flagger flagged


@dataclass(frozen=True, slots=True)
class Judged:
    """One text: its score, whether the flagger flagged it, and what it is."""

    score: float
    is_flagged: bool
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the bounds between which 95 % of the resampled ones lie."""

    value: float
    low: float
    high: float


def measure(judged: Iterable[Judged]) -> Figures:
    """All figures of these texts; O(n log n)."""
    return _measure_sorted(sorted(judged, key=lambda one: -one.score))


def measure_with_intervals(judged: Iterable[Judged], *, rounds: int) -> dict[str, Interval]:
    """The figures by name, with percentile bootstrap intervals of so many rounds; the same ones each time."""
    ordered = sorted(judged, key=lambda one: -one.score)
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    places = range(len(ordered))
    drawn = [
        _measure_sorted([ordered[at] for at in sorted(chance.choices(places, k=len(ordered)))])
        for _round in range(rounds)
    ]
    whole = _measure_sorted(ordered)
    return {
        field.name: _interval(getattr(whole, field.name), [getattr(one, field.name) for one in drawn])
        for field in fields(Figures)
    }


def compare_areas(
    bad: Sequence[tuple[float, float]], good: Sequence[tuple[float, float]]
) -> tuple[float, float, float]:
    """The areas under the ROC curves of two judges who scored the same texts, and the standard error of what lies between
    them; at least two bad and two good ones. O(n log n).

    Of DeLong, DeLong and Clarke-Pearson 1988 (https://doi.org/10.2307/2531595): of each bad text the share of the good ones
    below it, of each good one the share of the bad ones below it; how the difference of both judges scatters in these.
    """
    judges = zip(zip(*bad, strict=True), zip(*good, strict=True), strict=True)
    first, second = ((_shares_below(high, low), _shares_below(low, high)) for high, low in judges)
    scatter = 0.0
    for shares in zip(first, second, strict=True):
        scatter += variance(one - other for one, other in zip(*shares, strict=True)) / len(shares[0])
    return fmean(first[0]), fmean(second[0]), math.sqrt(scatter)


def _interval(value: float, drawn: list[float]) -> Interval:
    known = sorted(one for one in drawn if not math.isnan(one))
    if not known:
        return Interval(value, math.nan, math.nan)
    return Interval(value, known[int(0.025 * (len(known) - 1))], known[math.ceil(0.975 * (len(known) - 1))])


def _shares_below(scores: Sequence[float], others: Sequence[float]) -> list[float]:
    """Of each score: which share of the others is lower; equal ones count half."""
    ordered = sorted(others)
    return [(bisect_left(ordered, one) + bisect_right(ordered, one)) / 2 / len(ordered) for one in scores]


def _measure_sorted(judged: Sequence[Judged]) -> Figures:
    """Of texts in falling order of their scores."""
    bad = sum(one.is_bad for one in judged)
    curve = _curve(judged)
    macro_f1, official_f = _macro_figures(judged)
    fired = [one for one in judged if one.is_flagged]
    hits = sum(one.is_bad for one in fired)
    return Figures(
        roc_auc=_roc_auc(curve, bad, len(judged) - bad),
        average_precision=_average_precision(curve, bad),
        macro_f1=macro_f1,
        official_f=official_f,
        precision_at_recall_50=_precision_at_recall(curve, bad, 0.5),
        recall_at_precision_90=_recall_at_precision(curve, bad, 0.9),
        recall_at_precision_99=_recall_at_precision(curve, bad, 0.99),
        calibration_error=_calibration_error(judged),
        set_aside_keeping_95=_set_aside(curve, bad, 0.95),
        set_aside_keeping_99=_set_aside(curve, bad, 0.99),
        precision_when_fired=_share(hits, len(fired)),
        recall_when_fired=_share(hits, bad),
        false_alarms=_share(len(fired) - hits, len(judged) - bad),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _curve(judged: Sequence[Judged]) -> list[tuple[int, int]]:
    """How many bad and how many good texts have at least a score, for each score from the highest; equal ones at once."""
    found: list[tuple[int, int]] = []
    bad = good = 0
    for at, one in enumerate(judged):
        bad += one.is_bad
        good += not one.is_bad
        if at + 1 == len(judged) or judged[at + 1].score != one.score:
            found.append((bad, good))
    return found


def _roc_auc(curve: list[tuple[int, int]], bad: int, good: int) -> float:
    """The area by trapezoids: texts with equal scores count half."""
    area = 0.0
    before = (0, 0)
    for point in curve:
        area += (point[1] - before[1]) * (point[0] + before[0]) / 2
        before = point
    return _share(area, bad * good)


def _average_precision(curve: list[tuple[int, int]], bad: int) -> float:
    total, before = 0.0, 0
    for found, wrong in curve:
        total += (found - before) * found / (found + wrong)
        before = found
    return _share(total, bad)


def _precision_at_recall(curve: list[tuple[int, int]], bad: int, recall: float) -> float:
    return next((found / (found + wrong) for found, wrong in curve if bad and found >= recall * bad), math.nan)


def _recall_at_precision(curve: list[tuple[int, int]], bad: int, precision: float) -> float:
    """The greatest recall of any threshold with at least this precision; 0 where none has it."""
    return _share(max((found for found, wrong in curve if found >= precision * (found + wrong)), default=0), bad)


def _set_aside(curve: list[tuple[int, int]], bad: int, kept: float) -> float:
    if not bad:
        return math.nan
    total = sum(curve[-1])
    return next(1 - (found + wrong) / total for found, wrong in curve if found >= kept * bad)


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: list[list[Judged]] = [[] for _bin in range(_BINS)]
    for one in judged:
        bins[min(_BINS - 1, int(one.score * _BINS))].append(one)
    gap = sum(abs(sum(one.score for one in texts) - sum(one.is_bad for one in texts)) for texts in bins)
    return _share(gap, len(judged))


def _macro_figures(judged: Sequence[Judged]) -> tuple[float, float]:
    """Macro F1, and F of macro precision and macro recall, of texts called bad from .5 on; a half that is never called, or not
    there, counts 0."""
    called = [one.score >= 0.5 for one in judged]
    halves = []
    for half in (True, False):
        right = sum(call is half and one.is_bad is half for call, one in zip(called, judged, strict=True))
        precision = right / max(1, sum(call is half for call in called))
        recall = right / max(1, sum(one.is_bad is half for one in judged))
        halves.append((precision, recall))
    macro_precision, macro_recall = (sum(values) / 2 for values in zip(*halves, strict=True))
    return sum(_f(*half) for half in halves) / 2, _f(macro_precision, macro_recall)


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
