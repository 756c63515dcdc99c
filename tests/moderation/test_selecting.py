"""The choice of a threshold against known values, and against chance: it is fooled no more often than it says."""

from __future__ import annotations

import random

import pytest

from moderation.evaluation.selecting import (
    LEVEL,
    THRESHOLDS,
    Labelled,
    at_least,
    choose_threshold,
    level_of_look,
    lower_bound,
)

pytestmark = pytest.mark.once

BOUND = 0.99


@pytest.mark.parametrize(
    ("agreed", "count", "expected"),
    [
        # Without an error: the level to the power of 1/n.
        (500, 500, 0.05 ** (1 / 500)),
        (299, 299, 0.05 ** (1 / 299)),
        # Worked out apart from this, by sums of whole binomial coefficients.
        (9, 10, 0.6058367),
        (5, 10, 0.2224411),
        (95, 100, 0.8977466),
        (990, 1_000, 0.9830968),
        (0, 10, 0.0),
        (0, 0, 0.0),
    ],
)
def test_lower_bound_is_that_of_clopper_and_pearson(agreed: int, count: int, expected: float) -> None:
    assert lower_bound(agreed, count) == pytest.approx(expected, abs=1e-6)


def test_tail_is_exact() -> None:
    # 1 of 2 heads at least, and one chance in 1,024 for ten heads.
    assert at_least(1, 2, 0.5) == pytest.approx(0.75)
    assert at_least(10, 10, 0.5) == pytest.approx(1 / 1024)
    assert (at_least(0, 5, 0.0), at_least(1, 5, 0.0), at_least(5, 5, 1.0)) == (1.0, 0.0, 1.0)


def test_thresholds_are_at_most_twenty_from_the_strictest_on() -> None:
    assert len(THRESHOLDS) <= 20
    assert list(THRESHOLDS) == sorted(THRESHOLDS, reverse=True)


def test_looks_together_stay_within_the_level() -> None:
    assert sum(level_of_look(looks) for looks in range(40)) < LEVEL


# Scores that crowd near 1, as those of calibrated judges do; each as a decision that was right, and as one that was not.
SCORES = [1 - 0.5 * ((7 * number % 2_000) / 2_000) ** 3 for number in range(2_000)]
RIGHT = [Labelled(score, is_right=True) for score in SCORES]
WRONG = [Labelled(score, is_right=False) for score in SCORES]


def repeatable(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable, not secret


def site(chance: random.Random, count: int, precision: float) -> list[Labelled]:
    """Decisions that were right with the same probability at every score."""
    return [(RIGHT if chance.random() < precision else WRONG)[place] for place in range(count)]


def test_site_just_below_its_bound_gets_through_in_no_more_than_one_of_twenty() -> None:
    chance = repeatable(6)
    sites = [site(chance, 1_000, 0.9899) for _ in range(300)]
    passed = sum(choose_threshold(one, bound=BOUND, level=LEVEL) is not None for one in sites)
    assert 0 < passed <= 0.05 * len(sites)
    # Whoever takes the best of twenty thresholds, each with the same bound, is fooled more often.
    assert sum(_scan(one) for one in sites) > max(0.05 * len(sites), 2 * passed)


def test_site_that_looks_again_and_again_is_fooled_no_more_often() -> None:
    chance = repeatable(7)
    passed = 0
    for _site in range(300):
        labelled = site(chance, 2_000, 0.9899)
        passed += any(
            choose_threshold(labelled[: 500 * 2**looks], bound=BOUND, level=level_of_look(looks)) for looks in range(3)
        )
    assert passed <= 0.05 * 300


def test_calibrated_judge_gets_through() -> None:
    chance = repeatable(8)
    passed = 0
    for _site in range(40):
        labelled = [(RIGHT if chance.random() < score else WRONG)[place] for place, score in enumerate(SCORES)] * 2
        selection = choose_threshold(labelled, bound=BOUND, level=level_of_look(2))
        passed += selection is not None and selection.lower_bound > BOUND
    assert passed >= 30


def test_threshold_is_the_last_before_the_first_that_fails() -> None:
    # Nothing wrong above .9; half of what is below is. What comes after a failure is not looked at.
    labelled = [Labelled(0.95, is_right=True)] * 600 + [Labelled(0.91, is_right=True)] * 100
    labelled += [Labelled(0.89, is_right=number % 2 == 0) for number in range(100)]
    labelled += [Labelled(0.55, is_right=True)] * 100_000
    selection = choose_threshold(labelled, bound=BOUND, level=LEVEL)
    assert selection is not None
    assert (selection.threshold, selection.pile, selection.agreed) == (0.9, 700, 700)
    assert selection.lower_bound == pytest.approx(0.05 ** (1 / 700))


def test_too_few_decisions_prove_nothing() -> None:
    assert choose_threshold([Labelled(1.0, is_right=True)] * 298, bound=BOUND, level=LEVEL) is None
    assert choose_threshold([Labelled(1.0, is_right=True)] * 299, bound=BOUND, level=LEVEL) is not None


def _scan(labelled: list[Labelled]) -> bool:
    for threshold in THRESHOLDS:
        pile = [one.is_right for one in labelled if one.sureness >= threshold]
        if pile and sum(pile) > BOUND * len(pile) and at_least(sum(pile), len(pile), BOUND) <= LEVEL:
            return True
    return False
