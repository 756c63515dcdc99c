"""The judge of one clause while it learns: judges first, learns after, and hands out what it knows as a small model."""

from __future__ import annotations

import random
from array import array
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from moderation.flaggers.learning.experts import FollowTheLeader, Meaning, NaiveBayes, Reliability, Stack
from moderation.flaggers.learning.features import BITS, Example
from moderation.flaggers.learning.model import (
    ArticleRates,
    LearnedClause,
    PastDecision,
    as_bytes,
    bounded,
    corrected,
    evidence_share,
)
from moderation.flaggers.scorers import sigmoid

# Chosen by progressive validation on streams of the permissive training data, see docs/reference/models.md.
_SMOOTHING: Final = 5.0
_HALF_LIFE: Final = 5_000
_KEPT: Final = 0.9997
# Probabilities follow faster than the weights: half of what they rest on is from the last 140 decisions.
_PLATT_KEPT: Final = 0.995
# The constant, and then as SIGNALS: one violation in eight texts, the shipped model as it is, and little trust in the rest.
_MEANS: Final = (-2.0, 1.0, 0.15, 0.15, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2)
_VARIANCES: Final = (2.0, 0.03, 0.05, 0.05, 0.05, 0.02, 0.02, 0.05, 0.05, 0.1, 0.05)
# Of the judge without the shipped model, which is only there to be compared.
_ALONE: Final = (-2.0, 0.0, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2)
_PLATT_VARIANCES: Final = (0.3, 0.05)
_SEED: Final = 20261128
# How many earlier texts are learnt again with each new one, while there are few; and out of how many of each kind.
_REPEATED: Final = ((5_000, 2), (20_000, 1))
_REMEMBERED: Final = 1_000
_NEIGHBOURS: Final = 300
_SKETCH: Final = 24


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely a text is against the clause, as log-odds without the constant, by which texts are put in order: of the
    shipped model, of the site's decisions alone, and of both; and of both the calibrated probability.

    The constant follows how much is refused on the site. It is the same for all texts that wait at one time.
    """

    cold: float
    alone: float
    both: float
    probability: float


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What of a text is learnt again."""

    words: array[int]
    vector: array[float] | None
    weight: float


class ClauseLearner:
    """Learns one clause. Memory is bounded: about 10 MB of tables, and 2,000 texts that are learnt again, 3 MB with vectors."""

    def __init__(self, clause: str) -> None:
        self.clause = clause
        self.bad = self.good = 0
        self._bayes = NaiveBayes(_SMOOTHING, _HALF_LIFE)
        self._leader = FollowTheLeader()
        self._meaning = Meaning()
        self._stack = Stack(_MEANS, _VARIANCES, _KEPT)
        self._alone = Stack(_ALONE, _VARIANCES, _KEPT)
        # Platt 1999: a slope and a constant that make probabilities, learnt from what was said before each decision.
        self._platt = Stack((0.0, 1.0), _PLATT_VARIANCES, _PLATT_KEPT)
        self._reliability = Reliability()
        self._rates = ArticleRates()
        self._memory: dict[bool, list[_Remembered]] = {True: [], False: []}
        self._past: deque[PastDecision] = deque(maxlen=_NEIGHBOURS)
        self._chance = random.Random(_SEED)  # noqa: S311 - the same model each time

    def judge(self, example: Example) -> Judgement:
        """What it thinks of a text."""
        signals = self._signals(example)
        value = self._stack.judge(signals)
        return Judgement(
            cold=signals[1],
            alone=self._alone.judge(signals) - self._alone.means[0],
            both=value - self._stack.means[0],
            probability=corrected(self._probability(value), self._reliability.knots()),
        )

    def learn(self, example: Example, *, is_bad: bool, weight: float = 1.0, past: PastDecision | None = None) -> None:
        """Learn what people decided; `weight` up to 2, what one person says counts up to 1; `past` to name it as a like case later."""
        signals = self._signals(example)
        value = self._stack.judge(signals)
        self._reliability.learn(self._probability(value), is_bad=is_bad, weight=weight)
        self._platt.learn((1.0, value), is_bad=is_bad, weight=weight)
        self._stack.learn(signals, is_bad=is_bad, weight=weight)
        self._alone.learn(signals, is_bad=is_bad, weight=weight)
        self._bayes.learn(example.runs, is_bad=is_bad, weight=weight)
        if example.vector is not None:
            self._meaning.meet(example.vector)
        remembered = _Remembered(example.words, example.vector, weight)
        self._learn_wording(remembered, is_bad=is_bad)
        self._rates.learn(example.article, is_bad=is_bad, weight=weight)
        self._repeat()
        self._remember(remembered, is_bad=is_bad)
        if is_bad:
            self.bad += 1
            if past is not None:
                self._past.append(self._with_direction(past, example.vector))
        else:
            self.good += 1

    def snapshot(self, title: str) -> LearnedClause:
        """What it knows now, as a model that can be kept."""
        share = evidence_share(self.bad, self.good)
        runs, runs_scale = as_bytes(self._bayes.ratios())
        words, words_scale = as_bytes(self._leader.weights)
        offset, slope = self._platt.means
        constant, *weights = (slope * mean for mean in self._stack.means)
        return LearnedClause(
            clause=self.clause,
            title=title,
            bad=self.bad,
            good=self.good,
            constant=offset + constant,
            weights=tuple(weights),
            knots=self._reliability.knots(),
            runs=runs,
            runs_scale=runs_scale * share,
            words=words,
            words_scale=words_scale * share,
            meaning=array("f", [share * weight for weight in self._meaning.scaled()]),
            common=array("f", self._meaning.common),
            rates=self._rates.kept(),
            past=tuple(self._past),
        )

    def _probability(self, value: float) -> float:
        """By Platt's curve, not yet corrected."""
        return sigmoid(self._platt.judge((1.0, value)))

    def _signals(self, example: Example) -> tuple[float, ...]:
        share = evidence_share(self.bad, self.good)
        cold = example.cold.get(self.clause, 0.0)
        learnt = (
            self._bayes.judge(example.runs),
            self._leader.judge(example.words),
            self._meaning.judge(example.vector),
        )
        return (
            1.0,
            cold,
            *(bounded(share * one) for one in learnt),
            *example.facts,
            self._rates.judge(example.article),
        )

    def _with_direction(self, past: PastDecision, vector: array[float] | None) -> PastDecision:
        return past if vector is None else replace(past, direction=as_bytes(self._meaning.apart(vector))[0])

    def _learn_wording(self, text: _Remembered, *, is_bad: bool) -> None:
        self._leader.learn(text.words, is_bad=is_bad, weight=text.weight)
        if text.vector is not None:
            self._meaning.learn(text.vector, is_bad=is_bad, weight=text.weight)

    def _repeat(self) -> None:
        """Learn again: as often a bad text as a good one, since the bad are few."""
        times = next((number for below, number in _REPEATED if self.bad + self.good < below), 0)
        for _time in range(times):
            is_bad = self._chance.random() < 0.5
            if texts := self._memory[is_bad]:
                self._learn_wording(self._chance.choice(texts), is_bad=is_bad)

    def _remember(self, text: _Remembered, *, is_bad: bool) -> None:
        texts = self._memory[is_bad]
        if len(texts) < _REMEMBERED:
            texts.append(text)
        else:
            texts[self._chance.randrange(_REMEMBERED)] = text


class Sketches:
    """Makes of the words of a text the few that are rarest on the site, by which like texts are found."""

    def __init__(self) -> None:
        self._texts = array("I", bytes(4 << BITS))

    def draw(self, words: array[int]) -> tuple[int, ...]:
        """The rarest words of this text, up to 24; and count them."""
        texts = self._texts
        rarest = sorted(words, key=lambda place: (texts[place], place))[:_SKETCH]
        for place in words:
            texts[place] += 1
        return tuple(sorted(rarest))
