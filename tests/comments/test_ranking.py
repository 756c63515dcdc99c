from __future__ import annotations

import datetime
import math
import random
from fractions import Fraction

import pytest

from comments.ranking import rank_comments, wilson_lower_bound

NOON = datetime.datetime(2026, 5, 4, 12, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def at(minutes: int) -> datetime.datetime:
    return NOON + minutes * MINUTE


# The interval's end solves |p - x| = z √(x (1 - x) / n) for x < p; these are its roots to six places.
@pytest.mark.parametrize(
    ("positive", "total", "expected"),
    [
        (0, 0, 0.0),
        (0, 9, 0.0),
        (1, 1, 0.206543),
        (1, 2, 0.094529),
        (5, 10, 0.236590),
        (40, 50, 0.669626),
        (100, 100, 0.963006),
    ],
)
def test_wilson_lower_bound_of_known_shares_is_the_known_figure(positive: int, total: int, expected: float) -> None:
    assert wilson_lower_bound(positive, total) == pytest.approx(expected, abs=1e-6)


def test_wilson_lower_bound_of_3_000_shares_solves_the_equation_of_the_score_test() -> None:
    chance = random.Random(4)  # noqa: S311 - reproducible, nothing secret
    for _ in range(3_000):
        total = chance.randint(1, 5_000)
        positive = chance.randint(1, total)
        bound = wilson_lower_bound(positive, total)
        share = Fraction(positive, total)
        assert 0 < bound < share
        assert float(share) - bound == pytest.approx(1.96 * math.sqrt(bound * (1 - bound) / total), rel=1e-6)


def test_wilson_lower_bound_grows_with_evidence_for_the_same_share() -> None:
    bounds = [wilson_lower_bound(3 * size, 4 * size) for size in (1, 2, 5, 20, 100, 1_000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 0.75


@pytest.mark.parametrize(("positive", "total"), [(2, 1), (-1, 3), (1, 0)])
def test_wilson_lower_bound_of_an_impossible_share_is_refused(positive: int, total: int) -> None:
    with pytest.raises(ValueError, match="of"):
        wilson_lower_bound(positive, total)


def test_rank_comments_measures_each_by_the_votes_since_it_was_published() -> None:
    published = {1: at(0), 2: at(10), 3: at(20)}
    votes = [(1, at(1)), (1, at(2)), (1, at(12)), (2, at(13)), (2, at(14)), (3, at(21))]

    assert rank_comments(published, votes) == {
        1: wilson_lower_bound(3, 6),
        2: wilson_lower_bound(2, 4),
        3: wilson_lower_bound(1, 1),
    }


def test_rank_comments_counts_votes_for_what_is_gone_as_readers_who_were_there() -> None:
    gone = 99
    votes = [(1, at(1)), (gone, at(2)), (gone, at(3))]
    assert rank_comments({1: at(0)}, votes) == {1: wilson_lower_bound(1, 3)}


def test_rank_comments_puts_a_new_comment_everybody_votes_for_above_an_old_one_with_more_votes() -> None:
    votes = [(1, at(minute)) for minute in range(1, 31)]
    votes += [(2, at(minute)) for minute in range(100, 120)]
    ranks = rank_comments({1: at(0), 2: at(99)}, votes)
    assert ranks[2] > ranks[1] > 0


def test_rank_comments_without_votes_gives_all_the_same_place() -> None:
    assert rank_comments({1: at(0), 2: at(1)}, []) == {1: 0.0, 2: 0.0}


def test_rank_comments_leaves_out_a_vote_from_before_its_comment_was_published_again() -> None:
    assert rank_comments({1: at(10)}, [(1, at(5)), (1, at(11))]) == {1: wilson_lower_bound(1, 1)}
