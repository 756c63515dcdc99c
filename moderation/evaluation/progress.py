"""Progressive validation: how good a judge was that said what it thought of each text before it was told.

Every figure is of judgements that knew nothing of the text, so no set is held apart.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, deque
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass, replace
from typing import Final, NotRequired, TypedDict

from moderation.evaluation.judging import Example as Line
from moderation.evaluation.metrics import Figures, Judged, compare_areas, measure
from moderation.flaggers.encoder import scorer_for
from moderation.flaggers.learning.features import (
    SHIPPED,
    Circumstances,
    Example,
    article_number,
    make_example,
)
from moderation.flaggers.learning.learner import ClauseLearner, Judgement
from moderation.flaggers.learning.model import LearnedModel
from moderation.flaggers.learning.vectors import vector_of
from moderation.flaggers.scorers import WEIGHTS_FOLDER, sigmoid

# Decisions from and to: how fast it learns.
WINDOWS: Final = ((0, 500), (500, 1_500), (1_500, 3_000), (3_000, None))
# So much worse, in AUC, a judge of a clause may be, and by so many standard errors more.
MARGIN: Final = 0.02
SURE: Final = 2
# Fewer bad or good texts are nothing to compare by.
_FEWEST: Final = 10
# Of so many of the newest decisions it is said how good a judge is.
_NEWEST: Final = 2_000
# Of the last window, so that memory does not grow with the site.
_LATEST: Final = 20_000


class WindowFigures(TypedDict):
    """What came of the decisions of one window, `to` 0 for all that follow: areas under the ROC curve of the shipped model,
    of the site's decisions alone and of both, each by the order it gives; of both the calibration error, and the share of
    the queue that may be set aside keeping 95 and 99 percent of the bad texts. None where there are no bad or no good ones.
    `shipped`: by version of the shipped model how many of the texts it had judged; earlier releases kept none.
    """

    since: int
    to: int
    texts: int
    bad: int
    cold: float | None
    alone: float | None
    both: float | None
    calibration_error: float | None
    aside_95: float | None
    aside_99: float | None
    shipped: NotRequired[dict[str, int]]


class Comparison(TypedDict):
    """Of the same texts, of which neither had been told: how many there were, and bad ones among them; the areas under the ROC
    curve of a judge that learns anew and of the version `number`, and the standard error of what lies between."""

    number: int
    texts: int
    bad: int
    new: float
    old: float
    error: float


@dataclass(frozen=True, slots=True)
class _Answer:
    judgement: Judgement
    is_bad: bool
    shipped: str


class Progress:
    """The answers to the decisions of one clause, by window; at most about 23,000 are kept."""

    def __init__(self) -> None:
        self.count = 0
        self._windows: list[deque[_Answer]] = [deque(maxlen=_LATEST) for _window in WINDOWS]

    def add(self, judgement: Judgement, *, is_bad: bool, shipped: str = "") -> None:
        """Note what was said of a text that people decided on next; `shipped`: by which version of the shipped model."""
        at = next(at for at, (_since, to) in enumerate(WINDOWS) if to is None or self.count < to)
        self._windows[at].append(_Answer(judgement, is_bad, sys.intern(shipped)))
        self.count += 1

    def figures(self) -> list[WindowFigures]:
        """Of each window that has texts; of the last one at most 20,000, the newest."""
        return [
            _figures_of(answers, since if to else self.count - len(answers), to or 0)
            for (since, to), answers in zip(WINDOWS, self._windows, strict=True)
            if answers
        ]

    def newest(self) -> WindowFigures | None:
        """Of the newest 2,000 decisions, whatever windows they are in; None without any."""
        kept = self._kept()[-_NEWEST:]
        return _figures_of(kept, self.count - len(kept), 0) if kept else None

    def calibration_error(self) -> float | None:
        """Of everything that is kept, of all windows."""
        answers = self._kept()
        return known(_measure(answers, "probability").calibration_error) if answers else None

    def _kept(self) -> list[_Answer]:
        return [answer for window in self._windows for answer in window]


def replay(lines: Iterable[Line]) -> dict[str, Progress]:
    """What judges of each label would have said of these texts, in this order, had each been decided before the next came.

    A label is a clause, or the name of a flagger that speaks for one.
    """
    clauses = {name: clause for clause, name in SHIPPED.items()}
    shipped = {clause: scorer_for(name, WEIGHTS_FOLDER / f"{name}.bin")[0] for clause, name in SHIPPED.items()}
    learners: dict[str, ClauseLearner] = {}
    progress: dict[str, Progress] = {}
    for line in lines:
        labels = {clauses.get(label, label): is_bad for label, is_bad in line.labels.items()}
        circumstances = Circumstances(
            is_reply=bool(line.parent),
            article=article_number(line.article.title) if line.article.title else 0,
            scores={
                SHIPPED[clause]: scorer.score(line.text, line.language).probability
                for clause, scorer in shipped.items()
                if clause in labels
            },
            vector=vector_of(line.text),
        )
        example = make_example(line.text, line.language, circumstances, labels)
        for clause, is_bad in labels.items():
            if clause not in learners:
                learners[clause], progress[clause] = ClauseLearner(clause), Progress()
            progress[clause].add(learners[clause].judge(example), is_bad=is_bad)
            learners[clause].learn(example, is_bad=is_bad)
    return progress


class Trial:
    """What a model that was made earlier says, beside a judge that learns anew, of the texts that were decided on since:
    neither had been told of them, and both are measured by what stands today. Memory grows with the texts it is given."""

    def __init__(self, model: LearnedModel, encoder: str) -> None:
        """`encoder`: of the vectors that the examples have; those of another one say nothing to the model."""
        self.number = model.number
        self._clauses = {clause.clause: clause for clause in model.clauses}
        self._knows_vectors = model.encoder == encoder
        # By clause and whether they were bad: what the new judge said of each text, and the model.
        self._scores: dict[str, dict[bool, list[tuple[float, float]]]] = {
            clause: {True: [], False: []} for clause in self._clauses
        }

    @property
    def clauses(self) -> Set[str]:
        """Those that the model speaks of."""
        return self._clauses.keys()

    def add(self, clause: str, example: Example, new: Judgement, *, is_bad: bool) -> None:
        """Have the model judge a text by a clause, of which the new judge said so; nothing where it knows no such clause."""
        if clause in self._clauses:
            seen = example if self._knows_vectors else replace(example, vector=None)
            _probability, shares = self._clauses[clause].judge_example(seen)
            self._scores[clause][is_bad].append((new.both, sum(shares.values())))

    def compare(self, clause: str) -> Comparison | None:
        """None with fewer than ten bad or ten good texts, of which nothing can be said."""
        bad, good = (self._scores[clause][is_bad] if clause in self._scores else [] for is_bad in (True, False))
        if min(len(bad), len(good)) < _FEWEST:
            return None
        new, old, error = (round(figure, 4) for figure in compare_areas(bad, good))
        return {
            "number": self.number,
            "texts": len(bad) + len(good),
            "bad": len(bad),
            "new": new,
            "old": old,
            "error": error,
        }


def is_worse(comparison: Comparison) -> bool:
    """Whether the new judge is worse by more than the margin, and by more than chance makes of so many texts: by a one-sided
    test of the difference that lets a judge as good as the margin allows pass 97.7 times of a hundred."""
    return comparison["old"] - comparison["new"] > MARGIN + SURE * comparison["error"]


def _figures_of(answers: Collection[_Answer], since: int, to: int) -> WindowFigures:
    both = _measure(answers, "both")
    return {
        "since": since,
        "to": to,
        "texts": len(answers),
        "bad": sum(answer.is_bad for answer in answers),
        "cold": known(_measure(answers, "cold").roc_auc),
        "alone": known(_measure(answers, "alone").roc_auc),
        "both": known(both.roc_auc),
        "calibration_error": known(_measure(answers, "probability").calibration_error),
        "aside_95": known(both.set_aside_keeping_95),
        "aside_99": known(both.set_aside_keeping_99),
        "shipped": dict(Counter(answer.shipped for answer in answers if answer.shipped)),
    }


def known(figure: float) -> float | None:
    """The figure to four places; None for one without a meaning."""
    return None if math.isnan(figure) else round(figure, 4)


def _measure(answers: Iterable[_Answer], judge: str) -> Figures:
    """The figures of one field of the judgements, log-odds as a share; calibration has a meaning for the probability alone."""
    is_share = judge == "probability"
    scores = ((getattr(answer.judgement, judge), answer.is_bad) for answer in answers)
    return measure(
        Judged(score if is_share else sigmoid(score), is_flagged=False, is_bad=is_bad) for score, is_bad in scores
    )
