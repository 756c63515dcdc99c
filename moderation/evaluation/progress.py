"""Progressive validation: how good a judge was that said what it thought of each text before it was told.

Every figure is of judgements that knew nothing of the text, so no set is held apart.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from moderation.evaluation.judging import Example as Line
from moderation.evaluation.metrics import Figures, Judged, measure, roc_auc_error
from moderation.flaggers.encoder import scorer_for
from moderation.flaggers.learning.features import SHIPPED, Circumstances, article_number, make_example, sigmoid
from moderation.flaggers.learning.learner import ClauseLearner, Judgement
from moderation.flaggers.learning.vectors import vector_of
from moderation.flaggers.scorers import WEIGHTS_FOLDER

# Decisions from and to: how fast it learns.
WINDOWS: Final = ((0, 500), (500, 1_500), (1_500, 3_000), (3_000, None))
# So much worse a judge may be, in AUC, before that is more than chance; of one clause alone by so many standard errors more.
MARGIN: Final = 0.02
SURE: Final = 2
# Of the last window, so that memory does not grow with the site.
_LATEST: Final = 20_000


class WindowFigures(TypedDict):
    """What came of the decisions of one window, `to` 0 for all that follow: areas under the ROC curve of the shipped model,
    of the site's decisions alone and of both, each by the order it gives; of both the calibration error, and the share of
    the queue that may be set aside keeping 95 and 99 percent of the bad texts. None where there are no bad or no good ones.
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


@dataclass(frozen=True, slots=True)
class _Answer:
    judgement: Judgement
    is_bad: bool


class Progress:
    """The answers to the decisions of one clause, by window; at most about 23,000 are kept."""

    def __init__(self) -> None:
        self.count = 0
        self._windows: list[deque[_Answer]] = [deque(maxlen=_LATEST) for _window in WINDOWS]

    def add(self, judgement: Judgement, *, is_bad: bool) -> None:
        """Note what was said of a text that people decided on next."""
        at = next(at for at, (_since, to) in enumerate(WINDOWS) if to is None or self.count < to)
        self._windows[at].append(_Answer(judgement, is_bad))
        self.count += 1

    def figures(self) -> list[WindowFigures]:
        """Of each window that has texts."""
        return list(self._read())

    def calibration_error(self) -> float | None:
        """Of everything that is kept, of all windows."""
        answers = [answer for window in self._windows for answer in window]
        return known(_measure(answers, "probability").calibration_error) if answers else None

    def _read(self) -> Iterator[WindowFigures]:
        for (since, to), answers in zip(WINDOWS, self._windows, strict=True):
            if not answers:
                continue
            both = _measure(answers, "both")
            yield {
                "since": since,
                "to": to or 0,
                "texts": len(answers),
                "bad": sum(answer.is_bad for answer in answers),
                "cold": known(_measure(answers, "cold").roc_auc),
                "alone": known(_measure(answers, "alone").roc_auc),
                "both": known(both.roc_auc),
                "calibration_error": known(_measure(answers, "probability").calibration_error),
                "aside_95": known(both.set_aside_keeping_95),
                "aside_99": known(both.set_aside_keeping_99),
            }


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


def is_worse(new: Mapping[str, Sequence[WindowFigures]], old: Mapping[str, Sequence[WindowFigures]]) -> bool:
    """Whether a judge judged the latest decisions worse than another one the latest of its time, by their windows by clause:
    all clauses together, or one of them by more than chance makes of as many texts."""
    windows = [
        (latest_window(new[clause], "both"), latest_window(old[clause], "both")) for clause in new if clause in old
    ]
    pairs = [(one, other) for one, other in windows if one is not None and other is not None]
    losses = [(other["both"] or 0) - (one["both"] or 0) for one, other in pairs]
    return bool(pairs) and (
        sum(losses) / len(losses) > MARGIN
        or any(loss > MARGIN + SURE * _chance(*pair) for loss, pair in zip(losses, pairs, strict=True))
    )


def latest_window(windows: Sequence[WindowFigures], judge: Literal["cold", "both"]) -> WindowFigures | None:
    """The last one that has an area under the curve of this judge."""
    return next((window for window in reversed(windows) if window[judge] is not None), None)


def _chance(one: WindowFigures, other: WindowFigures) -> float:
    """The standard error of what lies between two areas that are the same but for chance."""
    area = ((one["both"] or 0) + (other["both"] or 0)) / 2
    return math.hypot(*(roc_auc_error(area, window["bad"], window["texts"] - window["bad"]) for window in (one, other)))


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
