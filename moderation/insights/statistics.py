"""The formulas behind the figures, on plain numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

# The quantile of the normal distribution for an interval of 95 %.
Z_95 = 1.959964
# The normal distribution stands for counts from so many on.
_LEAST_EXPECTED = 5


def nearest_rank(share: float, count: int) -> int:
    """Which of so many values, sorted and counted from 1, is this percentile: the smallest rank at or above the share.

    Definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996),
    361-365 (https://doi.org/10.2307/2684934): always a value that was measured, and the same on every database.
    """
    # The small number takes back what 0.9 * 10 is too much in floating point.
    return max(1, math.ceil(share * count - 1e-9))


def wilson_interval(agreed: float, fired: float) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times in 100. (0, 1) without observations.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical
    Association 22 (1927), 209-212 (https://doi.org/10.1080/01621459.1927.10502953): honest for few observations, too.
    """
    if not fired:
        return 0.0, 1.0
    share, square = agreed / fired, Z_95**2
    middle = (share + square / (2 * fired)) / (1 + square / fired)
    reach = Z_95 * math.sqrt(share * (1 - share) / fired + square / (4 * fired**2)) / (1 + square / fired)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def weighted_interval(part: float, whole: float, *, part_weight: float, rest_weight: float) -> tuple[float, float]:
    """As `wilson_interval`, for sums of weights: each text counts as often as there are texts that it was drawn to stand for, in
    the part at most `part_weight` times, in the rest at most `rest_weight` times.

    Wilson's interval of that number of texts at which its variance p(1 - p) / n is the one of the ratio of both sums, as Korn and
    Graubard do, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts Estimated from Survey Data",
    Survey Methodology 24 (1998), 193-201. The variance, linearised and with the drawings taken as independent, is the sum of
    w² (y - p)² / whole²; no weight being greater than the two given, it is at most p (1 - p) (a (1 - p) + b p) / whole. So the
    interval is rather too wide than too narrow, has a width also where no text of one kind was seen, and is Wilson's own where
    every text stands for itself.
    """
    if not whole:
        return 0.0, 1.0
    share = part / whole
    count = whole / (part_weight * (1 - share) + rest_weight * share)
    return wilson_interval(share * count, count)


def agreement_share(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Which share of the pairs of judgements are the same; None without pairs."""
    count = sum(pairs.values())
    return sum(number for (one, other), number in pairs.items() if one == other) / count if count else None


def cohens_kappa(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """How far two judgements agree beyond chance: (p - e) / (1 - e), where p is the share of equal pairs and e that which
    chance would bring, from how often each side chose each word. 1: always the same; 0: no better than chance.

    Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20 (1960), 37-46
    (https://doi.org/10.1177/001316446002000104). None without pairs, or where both sides only ever chose one word:
    then chance explains everything and the formula divides by nothing.
    """
    count = sum(pairs.values())
    share = agreement_share(pairs)
    if share is None:
        return None
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), number in pairs.items():
        first[one] += number
        second[other] += number
    by_chance = sum(first[word] * second[word] for word in first) / count**2
    return None if by_chance >= 1 else (share - by_chance) / (1 - by_chance)


def two_proportions(one: tuple[int, int], other: tuple[int, int]) -> float | None:
    """How likely chance alone makes two shares, each as (so many, of so many), differ this much or more, on either side.

    The z test of two proportions with the pooled share (NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3,
    https://www.itl.nist.gov/div898/handbook/prc/section3/prc33.htm). None where it does not hold, because the pooled share
    lets expect less than five of either kind on either side.
    """
    (hits, count), (other_hits, other_count) = one, other
    if not count or not other_count:
        return None
    pooled = (hits + other_hits) / (count + other_count)
    if min(pooled, 1 - pooled) * min(count, other_count) < _LEAST_EXPECTED:
        return None
    error = math.sqrt(pooled * (1 - pooled) * (1 / count + 1 / other_count))
    z = abs(hits / count - other_hits / other_count) / error
    return math.erfc(z / math.sqrt(2))


def difference_interval(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """Between which differences of two shares, the first less the second, the true one lies, 95 times in 100.

    Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998),
    873-890, method 10: from Wilson's intervals of both. (-1, 1) without observations.
    """
    (hits, count), (other_hits, other_count) = one, other
    if not count or not other_count:
        return -1.0, 1.0
    share, other_share = hits / count, other_hits / other_count
    low, high = wilson_interval(hits, count)
    other_low, other_high = wilson_interval(other_hits, other_count)
    difference = share - other_share
    return (
        difference - math.hypot(share - low, other_high - other_share),
        difference + math.hypot(high - share, other_share - other_low),
    )
