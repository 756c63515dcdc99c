"""Whether a judge that learns anew is worse than one that was made earlier, and of which decisions its figures are."""

from __future__ import annotations

import random
import statistics
from array import array
from dataclasses import replace

import pytest

from moderation.evaluation.metrics import Judged, compare_areas, measure
from moderation.evaluation.progress import Comparison, Progress, Trial, is_worse
from moderation.flaggers.encoder import WIDTH
from moderation.flaggers.learning.features import (
    Circumstances,
    make_example,
)
from moderation.flaggers.learning.learner import ClauseLearner, Judgement
from moderation.flaggers.learning.model import (
    LearnedModel,
)
from moderation.flaggers.scorers import sigmoid
from tests.moderation.learners import make_clause, make_lines, teach

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("old", "new", "error", "expected"),
    [
        # A little worse, however sure that is, or more, but by chance.
        (0.9, 0.881, 0.0, False),
        (0.9, 0.84, 0.03, False),
        (0.9, 0.84, 0.019, True),
        (0.84, 0.9, 0.0, False),
    ],
)
def test_judge_is_worse_where_it_is_so_by_more_than_the_margin_and_chance(
    old: float, new: float, error: float, *, expected: bool
) -> None:
    comparison: Comparison = {"number": 1, "texts": 500, "bad": 100, "new": new, "old": old, "error": error}
    assert is_worse(comparison) is expected


def test_error_of_the_difference_of_two_areas_is_that_of_drawn_samples() -> None:
    chance, differences, errors = random.Random(1), [], []  # noqa: S311 - the same samples each time
    for _sample in range(400):
        # Each is right by what both see and by what it sees alone.
        halves = []
        for lean, count in ((1.0, 20), (0.0, 40)):
            seen = [lean + chance.gauss() for _text in range(count)]
            halves.append([(one + chance.gauss(), round(one + chance.gauss() / 2)) for one in seen])
        first, second, error = compare_areas(*halves)
        for judge, area in enumerate((first, second)):
            judged = [
                Judged(sigmoid(one[judge]), False, is_bad)
                for is_bad, half in zip((True, False), halves, strict=True)
                for one in half
            ]
            assert measure(judged).roc_auc == pytest.approx(area)
        differences.append(first - second)
        errors.append(error)
    assert statistics.stdev(differences) == pytest.approx(statistics.fmean(errors), rel=0.1)


def test_trial_compares_what_a_model_says_of_texts_with_what_was_said_while_learning() -> None:
    lines = make_lines(500, 0.2)
    model = LearnedModel(7, (teach(lines[:300]).snapshot("Achtung"),))
    trial, learner, progress = Trial(model, ""), ClauseLearner("respect"), Progress()
    scores: dict[bool, list[float]] = {True: [], False: []}
    for line in lines[300:]:
        example, is_bad = make_example(line.text, "de", Circumstances(), ["respect", "other"]), line.labels["respect"]
        judgement = learner.judge(example)
        trial.add("respect", example, judgement, is_bad=is_bad)
        trial.add("other", example, judgement, is_bad=is_bad)
        progress.add(judgement, is_bad=is_bad)
        learner.learn(example, is_bad=is_bad)
        scores[is_bad].append(model.clauses[0].judge(line.text, "de", Circumstances())[0])
        assert (trial.compare("respect") is None) is (len(scores[True]) < 10)
    compared = trial.compare("respect")
    assert compared is not None
    assert (compared["number"], compared["texts"], compared["bad"]) == (7, 200, len(scores[True]))
    newest = progress.newest()
    assert newest is not None
    assert compared["new"] == newest["both"]
    above = [(one > other) + (one == other) / 2 for one in scores[True] for other in scores[False]]
    assert compared["old"] == pytest.approx(statistics.fmean(above), abs=0.02)
    # It had three hundred texts more.
    assert compared["old"] > compared["new"] + 0.05
    assert is_worse(compared)
    assert trial.compare("other") is None


def test_trial_hides_vectors_of_another_encoder_from_the_model() -> None:
    clause = replace(make_clause(vector=1.0), meaning=array("f", [1.0] * WIDTH))
    said = []
    for encoder in ("encoder-1", "encoder-2"):
        trial = Trial(LearnedModel(1, (clause,), "encoder-1"), encoder)
        learner = ClauseLearner("respect")
        for number in range(40):
            lean = 0.1 if number % 2 else -0.1
            how = Circumstances(vector=array("f", [lean] * WIDTH))
            example = make_example("Der Radweg am Bahnhof", "de", how, ["respect"])
            trial.add("respect", example, learner.judge(example), is_bad=number % 2 == 1)
        compared = trial.compare("respect")
        assert compared is not None
        said.append(compared["old"])
    assert said == [1.0, 0.5]


def test_window_that_outgrew_its_memory_says_of_which_decisions_its_figures_are() -> None:
    progress = Progress()
    for number in range(23_100):
        progress.add(Judgement(0.0, 0.0, number % 7 / 7, 0.1), is_bad=number % 10 == 0)
    windows = [(one["since"], one["to"], one["texts"]) for one in progress.figures()]
    assert windows == [(0, 500, 500), (500, 1_500, 1_000), (1_500, 3_000, 1_500), (3_100, 0, 20_000)]
    newest = progress.newest()
    assert newest is not None
    assert (newest["since"], newest["texts"], newest["bad"]) == (21_100, 2_000, 200)


def test_newest_decisions_are_counted_across_windows() -> None:
    progress = Progress()
    assert progress.newest() is None
    for number in range(566):
        progress.add(Judgement(0.0, 0.0, number % 7 / 7, 0.1), is_bad=number % 10 == 0)
    newest = progress.newest()
    assert newest is not None
    assert (newest["since"], newest["texts"], newest["bad"]) == (0, 566, 57)
