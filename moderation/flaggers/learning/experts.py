"""Learners that see one decision after the other, in plain Python: each says what it thinks first and learns then.

So what they said is their progressive validation (Blum, Kalai, Langford 1999, "Beating the hold-out",
https://doi.org/10.1145/307400.307439): honest figures without a set held apart.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from operator import mul, sub
from typing import Final, NamedTuple

from moderation.flaggers.encoder import WIDTH
from moderation.flaggers.learning.features import BITS
from moderation.flaggers.learning.model import TENTHS, tenth_of
from moderation.flaggers.scorers import sigmoid

_SIZE: Final = 1 << BITS
_NOTHING: Final = bytes(8 * _SIZE)


class NaiveBayes:
    """Counts in how many bad and good texts a feature stands. Best while there are few (Ng, Jordan 2001,
    https://papers.nips.cc/paper/2020-on-discriminative-vs-generative-classifiers).

    `judge` gives the sum of the log ratios over the root of their number; a feature never seen counts nothing. Newer texts
    count more: twice as much `half_life` texts later (forward decay; Cormode and others 2009,
    https://doi.org/10.1109/ICDE.2009.65).
    """

    def __init__(self, smoothing: float, half_life: float) -> None:
        self._bad = array("d", _NOTHING)
        self._good = array("d", _NOTHING)
        # As if so many texts had been there already.
        self._bad_texts, self._good_texts = 0.5, 3.5
        self._smoothing = smoothing
        self._worth = 1.0
        self._growth = 2 ** (1 / half_life)

    def judge(self, places: Sequence[int]) -> float:
        """The evidence for bad; 0 for a text without features."""
        if not places:
            return 0.0
        bad, good, log = self._bad, self._good, math.log
        smooth_bad, smooth_good, usual = self._smooth()
        total = sum(log((bad[place] + smooth_bad) / (good[place] + smooth_good)) for place in places)
        return total / math.sqrt(len(places)) - usual * math.sqrt(len(places))

    def learn(self, places: Sequence[int], *, is_bad: bool, weight: float) -> None:
        """Count a text."""
        self._worth *= self._growth
        counts, worth = (self._bad if is_bad else self._good), weight * self._worth
        for place in places:
            counts[place] += worth
        if is_bad:
            self._bad_texts += worth
        else:
            self._good_texts += worth

    def ratios(self) -> list[float]:
        """What each feature says, of the whole table."""
        smooth_bad, smooth_good, usual = self._smooth()
        pairs = zip(self._bad, self._good, strict=True)
        return [
            math.log((bad + smooth_bad) / (good + smooth_good)) - usual if bad or good else 0.0 for bad, good in pairs
        ]

    def _smooth(self) -> tuple[float, float, float]:
        """What is added to both counts, in today's worth so that it does not fade, and the log ratio of nothing but that."""
        share = self._bad_texts / (self._bad_texts + self._good_texts)
        smoothing = self._smoothing * self._worth
        return smoothing * share, smoothing * (1 - share), math.log(share / (1 - share))


class FollowTheLeader:
    """Logistic regression by FTRL-Proximal, without regularisation but for its learning rates (McMahan and others 2013,
    "Ad click prediction", algorithm 1, https://doi.org/10.1145/2487575.2488200)."""

    _RATE: Final = 2.0
    _BETA: Final = 1.0

    def __init__(self) -> None:
        self.weights = array("d", _NOTHING)
        self._steps = array("d", _NOTHING)
        self._squares = array("d", _NOTHING)
        self._bias = 0.0
        self._bias_squares = 1.0

    def judge(self, places: Sequence[int]) -> float:
        """The log-odds without the constant; 0 for a text without features."""
        if not places:
            return 0.0
        return sum(map(self.weights.__getitem__, places)) / math.sqrt(len(places))

    def learn(self, places: Sequence[int], *, is_bad: bool, weight: float) -> None:
        """One step; none for what it was sure of."""
        gradient = weight * (sigmoid(self.judge(places) + self._bias) - is_bad)
        if abs(gradient) < 0.005 or not places:
            return
        self._bias_squares += gradient * gradient
        self._bias -= 0.5 * gradient / math.sqrt(self._bias_squares)
        step = gradient / math.sqrt(len(places))
        square = step * step
        weights, steps, squares, root = self.weights, self._steps, self._squares, math.sqrt
        for place in places:
            before = squares[place]
            after = squares[place] = before + square
            spread = root(after)
            total = steps[place] = steps[place] + step - (spread - root(before)) / self._RATE * weights[place]
            weights[place] = -total * self._RATE / (self._BETA + spread)


class Meaning:
    """Logistic regression over vectors by AdaGrad (Duchi, Hazan, Singer 2011, https://jmlr.org/papers/v12/duchi11a.html).

    What the first vectors have in common, which is most of what an encoder says of any text, is taken off all of them.
    """

    _RATE: Final = 0.1
    # Vectors without their common part are short: so long that a step is worth something.
    _SCALE: Final = 3.0
    # Ridge: what is not learnt again is forgotten.
    _PULL: Final = 0.002
    _FIRST: Final = 200

    def __init__(self) -> None:
        self._weights = array("d", bytes(8 * WIDTH))
        self.common = array("d", bytes(8 * WIDTH))
        self._squares = array("d", [0.01] * WIDTH)
        self._seen = 0
        self._bias = -2.0
        self._bias_squares = 1.0

    def apart(self, vector: Sequence[float]) -> list[float]:
        """The vector without what is common to all."""
        return list(map(sub, vector, self.common))

    def judge(self, vector: Sequence[float] | None) -> float:
        """The log-odds without the constant; 0 for a text without a vector."""
        return 0.0 if vector is None else self._SCALE * sum(map(mul, self._weights, self.apart(vector)))

    def scaled(self) -> list[float]:
        """The weights as `judge` counts them."""
        return [self._SCALE * weight for weight in self._weights]

    def meet(self, vector: Sequence[float]) -> None:
        """Count a new text's vector to what is common, if it is one of the first."""
        if self._seen < self._FIRST:
            self._seen += 1
            share = 1 / self._seen
            self.common = array("d", [old + share * (new - old) for old, new in zip(self.common, vector, strict=True)])

    def learn(self, vector: Sequence[float], *, is_bad: bool, weight: float) -> None:
        """One step."""
        apart = self.apart(vector)
        value = self._SCALE * sum(map(mul, self._weights, apart))
        gradient = weight * (sigmoid(value + self._bias) - is_bad)
        self._bias_squares += gradient * gradient
        self._bias -= 0.5 * gradient / math.sqrt(self._bias_squares)
        weights, squares, root, rate = self._weights, self._squares, math.sqrt, self._RATE
        for place, part in enumerate(apart):
            step = gradient * self._SCALE * part + self._PULL * weights[place]
            squares[place] += step * step
            weights[place] -= rate * step / root(squares[place])


class Reliability:
    """How often texts really were bad of which the judge said so and so much: what a curve with two numbers cannot bend to.

    Of each of `TENTHS` the sums of what was said and of what was so, shared between the two that are nearest, the newest counting
    more: the reliability diagram (DeGroot, Fienberg 1983, https://doi.org/10.2307/2987588), followed while it changes.
    """

    _KEPT: Final = 0.9995
    # As if so many texts had been there already of which all that was said was so.
    _PRIOR: Final = 10.0
    _LEAST: Final = 0.001

    def __init__(self) -> None:
        self._texts = [0.0] * len(TENTHS)
        self._gaps = [0.0] * len(TENTHS)

    def learn(self, probability: float, *, is_bad: bool, weight: float) -> None:
        """Count what was said of a text before it was corrected."""
        low, share = tenth_of(probability)
        self._texts = [self._KEPT * texts for texts in self._texts]
        self._gaps = [self._KEPT * gap for gap in self._gaps]
        for at, part in ((low, weight * (1 - share)), (low + 1, weight * share)):
            self._texts[at] += part
            self._gaps[at] += part * (is_bad - probability)

    def knots(self) -> tuple[float, ...]:
        """What stands for each of `TENTHS`; never less than for the one before, so that the order of texts stays."""
        pools: list[_Pool] = []
        for tenth, gap, texts in zip(TENTHS, self._gaps, self._texts, strict=True):
            worth = texts + self._PRIOR
            pools.append(_Pool(tenth * worth + gap, worth, 1))
            while len(pools) > 1 and pools[-2].share > pools[-1].share:
                after, before = pools.pop(), pools.pop()
                pools.append(_Pool(before.bad + after.bad, before.worth + after.worth, before.tenths + after.tenths))
        least, most = self._LEAST, 1 - self._LEAST
        return tuple(min(most, max(least, pool.share)) for pool in pools for _tenth in range(pool.tenths))


class _Pool(NamedTuple):
    """Tenths side by side that stand for one share, so that none has less than the one before (pool adjacent violators; Ayer
    and others 1955, https://doi.org/10.1214/aoms/1177728423)."""

    bad: float
    worth: float
    tenths: int

    @property
    def share(self) -> float:
        return self.bad / self.worth


class Stack:
    """Logistic regression of a few signals with a normal prior, updated by one Newton step for each example (the extended
    Kalman filter; Penny, Roberts 1999, https://doi.org/10.1109/IJCNN.1999.832603).

    By the prior it repeats one signal; the more it has seen, the more it weighs them by what they were worth (stacked
    generalisation, Wolpert 1992, https://doi.org/10.1016/S0893-6080(05)80023-1). `kept` is the share of its certainty
    that it keeps with each example, so that it follows a site that changes.

    What is decided as it was surely expected counts as evidence too, at least as if one decision in fifty were a slip. By the
    logistic curve alone it would count next to nothing, certainty would only be lost, and two slips after a thousand decisions
    without one would turn everything round. (A floor of the weights p(1 - p), as in Friedman and others 2010, section 3,
    https://doi.org/10.18637/jss.v033.i01.) And no decision moves what is said of its own text by more than 1 in log-odds
    (the clipped correction of the rLS filter; Ruckdeschel 2001, "Ansätze zur Robustifizierung des Kalman-Filters").
    """

    _SLIPS: Final = 0.02
    _MOST: Final = 1.0

    def __init__(self, means: Sequence[float], variances: Sequence[float], kept: float) -> None:
        self.means = list(means)
        size = range(len(self.means))
        self._covariance = [[variances[row] if row == column else 0.0 for column in size] for row in size]
        self._most = [10 * variance for variance in variances]
        self._kept = kept

    def judge(self, signals: Sequence[float]) -> float:
        """The log-odds."""
        return sum(mean * signal for mean, signal in zip(self.means, signals, strict=True))

    def learn(self, signals: Sequence[float], *, is_bad: bool, weight: float) -> None:
        """One step."""
        spread = [sum(map(float.__mul__, row, signals)) for row in self._covariance]
        variance = sum(map(float.__mul__, spread, signals))
        value = self.judge(signals)
        # MacKay 1992: the probability when the log-odds are only known with this variance.
        probability = sigmoid(value / math.sqrt(1 + math.pi * variance / 8))
        curvature = weight * max(self._SLIPS * (1 - self._SLIPS), probability * (1 - probability))
        shrink = curvature / (1 + curvature * variance)
        size = range(len(spread))
        for row in size:
            own, part = self._covariance[row], shrink * spread[row]
            for column in range(row + 1):
                # Both halves at once: what makes them differ, however little, would grow with every example.
                own[column] = self._covariance[column][row] = (own[column] - part * spread[column]) / self._kept
        for row in size:
            if self._covariance[row][row] > self._most[row]:
                # A signal that is never there teaches nothing, and must not come to be trusted without bounds.
                self._limit(row)
        scale = weight * (is_bad - probability) / (1 + curvature * variance)
        if abs(scale) * variance > self._MOST:
            scale = math.copysign(self._MOST / variance, scale)
        self.means = [mean + scale * part for mean, part in zip(self.means, spread, strict=True)]

    def _limit(self, at: int) -> None:
        factor = math.sqrt(self._most[at] / self._covariance[at][at])
        for other in range(len(self._covariance)):
            self._covariance[at][other] *= factor
            self._covariance[other][at] *= factor
