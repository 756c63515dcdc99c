"""From which score on a flagger may be trusted, decided so that looking at many scores, and at many moments, fools nobody.

A share that was seen among few is higher or lower than the true one by chance, and whoever looks at twenty thresholds and
takes the best finds one that only looks good. Here the thresholds are fixed beforehand and tried from the strictest on;
each has to pass an exact test, and the first that fails ends it (fixed-sequence testing). So the probability of trusting any
threshold whose true precision is not above the bound is at most the level, however many there are.

Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test: Calibrating Predictive Algorithms to Achieve Risk Control"
(2021, https://arxiv.org/abs/2110.01052), section 3.2; the test is the binomial one whose bound is that of Clopper and
Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial", Biometrika 26 (1934), 404-413
(https://doi.org/10.1093/biomet/26.4.404).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

# How sure it starts, from the strictest on; at most twenty, and never chosen by what they would bring.
THRESHOLDS: Final = (
    0.999, 0.998, 0.995, 0.99, 0.985, 0.98, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.87, 0.84, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5,
)  # fmt: skip
# How probable it may be to trust what must not be trusted, over all thresholds and all looks together.
LEVEL: Final = 0.05
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Labelled:
    """How sure a flagger was of one direction, 0 to 1, and whether a person then decided that way."""

    sureness: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """A threshold of sureness and what speaks for it: of `pile` decisions at or above it `agreed` were right, so that the
    true share is at least `lower_bound` at the level it was tested at."""

    threshold: float
    pile: int
    agreed: int
    lower_bound: float


def lower_bound(agreed: int, count: int, level: float = LEVEL) -> float:
    """The exact one-sided lower bound of a share (Clopper and Pearson): the smallest p under which to see at least `agreed` of
    `count` is more probable than the level. 0 without observations. O(errors + 1) a step of the bisection, 60 steps.
    """
    low, high = 0.0, agreed / count if count else 0.0
    for _step in range(_HALVINGS if high else 0):
        middle = (low + high) / 2
        if at_least(agreed, count, middle) > level:
            high = middle
        else:
            low = middle
    return low


def at_least(agreed: int, count: int, share: float) -> float:
    """How probable it is that at least `agreed` of `count` are right when each is with probability `share`; exact."""
    if share <= 0 or share >= 1:
        return float(share >= 1 or agreed == 0)
    whole = math.lgamma(count + 1)
    right, wrong = math.log(share), math.log1p(-share)
    return min(
        1.0,
        math.fsum(
            math.exp(
                whole
                - math.lgamma(errors + 1)
                - math.lgamma(count - errors + 1)
                + errors * wrong
                + (count - errors) * right
            )
            for errors in range(count - agreed + 1)
        ),
    )


def level_of_look(looks: int) -> float:
    """The level for one more look after so many: 2.5 %, 1.25 %, ... All of them together stay below 5 %, whenever they are
    taken (union bound), so that looking again until it fits is no way round the bound."""
    return float(LEVEL / 2 ** (looks + 1))


def choose_threshold(labelled: Iterable[Labelled], *, bound: float, level: float) -> Selection | None:
    """The lowest of THRESHOLDS at which it is proved that more than `bound` of the decisions are right; None for none.

    Those with so few decisions that not even a pile without an error would be proof are passed over: which these are
    depends on the scores alone, not on what people decided, so the order of the tests stays fixed beforehand.
    O(n log n).
    """
    ordered = sorted(labelled, key=lambda one: one.sureness)
    scores = [one.sureness for one in ordered]
    # How many are right from each place on.
    right = [0, *accumulate(one.is_right for one in reversed(ordered))]
    chosen = None
    for threshold in THRESHOLDS:
        pile = len(ordered) - bisect_left(scores, threshold)
        if bound**pile > level:
            continue
        agreed = right[pile]
        if agreed <= bound * pile or at_least(agreed, pile, bound) > level:
            break
        chosen = (threshold, pile, agreed)
    return None if chosen is None else Selection(*chosen, lower_bound(chosen[2], chosen[1], level))
