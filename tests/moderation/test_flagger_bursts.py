"""Crowds: one author, one network, newcomers under one article; and discussions that are merely lively."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.base import Arrival, RecentText, SiteKnowledge
from moderation.flaggers.bursts import BurstsFlagger
from tests.moderation.inputs import make_input, sentence

MINUTE = 60
HOUR = 60 * MINUTE


def sent(author: str, seconds: float, *, article: str = "pool", network: str = "", newcomer: bool = True) -> RecentText:
    return RecentText(
        "c", "Text", author == "me", author=author, article=article, network=network, seconds_before=seconds,
        is_by_newcomer=newcomer,
    )  # fmt: skip


def check(
    recent: Iterable[RecentText], *, network: str = "", newcomer: bool = True, body: str = "Ich auch! Me too!"
) -> Finding:
    arrival = Arrival(author="me", article="pool", network=network, is_by_newcomer=newcomer)
    return BurstsFlagger().check(make_input(body), SiteKnowledge(recent_texts=tuple(recent), arrival=arrival))


def usual(per_hour: int, hours: int = 24) -> list[RecentText]:
    """What an article gets from known authors, evenly, until a quarter of an hour ago."""
    step = HOUR / per_hour
    return [sent(f"known{n}", 16 * MINUTE + n * step, newcomer=False) for n in range(per_hour * hours)]


def test_bursts_five_comments_by_one_author_in_two_minutes_are_flagged() -> None:
    finding = check(sent("me", 20 * n) for n in range(1, 5))
    assert sentence(finding) == "The same author sent 5 comments within 2 minutes."


def test_bursts_fifteen_comments_by_one_author_in_a_quarter_of_an_hour_are_flagged() -> None:
    finding = check(sent("me", 50 * n, article=f"a{n}") for n in range(1, 15))
    assert sentence(finding) == "The same author sent 15 comments within 15 minutes."


def test_bursts_five_authors_of_one_network_are_flagged() -> None:
    others = [sent(f"a{n}", n * MINUTE, article=f"b{n}", network="net") for n in range(4)]
    finding = check(others, network="net")
    assert sentence(finding) == "5 different authors sent comments from the same network within 10 minutes."


def test_bursts_crowd_of_newcomers_against_what_is_usual_is_flagged() -> None:
    crowd = [sent(f"new{n}", n * MINUTE) for n in range(1, 10)]
    finding = check([*crowd, *usual(2)])
    assert sentence(finding) == (
        "10 authors of whom nothing is published yet wrote under this article within 15 minutes, far more than usual here."
    )


def test_bursts_crowd_under_an_article_without_a_past_takes_more() -> None:
    assert check(sent(f"new{n}", 30 * n) for n in range(1, 16)).outcome == CheckOutcome.CLEAR
    # Nobody knows what is usual there.
    assert sentence(check(sent(f"new{n}", 30 * n) for n in range(1, 21))) == (
        "21 authors of whom nothing is published yet wrote under this article within 15 minutes, and hardly anybody else."
    )


@pytest.mark.parametrize(
    ("recent", "network"),
    [
        ([], ""),
        # Somebody who argues, and somebody who reads the paper from front to back.
        ([sent("me", 60 * n) for n in range(1, 5)], ""),
        ([sent("me", 30 * n) for n in range(1, 4)], ""),
        ([sent("me", 2 * MINUTE * n, article=f"a{n}") for n in range(1, 30)], ""),
        # A household, an office over a day, and people whose network is not known.
        ([sent(f"a{n}", n * MINUTE, network="net") for n in range(3)], "net"),
        ([sent(f"a{n}", n * HOUR, network="net") for n in range(20)], "net"),
        ([sent(f"a{n}", n * 2 * MINUTE, article=f"b{n}") for n in range(20)], ""),
        # A lively article, regulars in a quarrel, newcomers all over the site.
        ([*(sent(f"new{n}", n * MINUTE) for n in range(1, 10)), *usual(40, 10)], ""),
        ([*(sent(f"old{n}", n * MINUTE, newcomer=False) for n in range(1, 14)), *usual(2)], ""),
        ([*(sent(f"new{n}", n * MINUTE, article=f"a{n}") for n in range(1, 14)), *usual(2)], ""),
        # What came afterwards.
        ([sent(f"new{n}", -n * MINUTE) for n in range(30)], ""),
    ],
)
def test_bursts_people_and_lively_articles_are_clear(recent: list[RecentText], network: str) -> None:
    assert check(recent, network=network).outcome == CheckOutcome.CLEAR


def test_bursts_known_author_in_a_crowd_is_clear() -> None:
    crowd = [sent(f"new{n}", n * MINUTE) for n in range(1, 10)]
    assert check([*crowd, *usual(2)], newcomer=False).outcome == CheckOutcome.CLEAR


def test_bursts_without_knowledge_of_the_arrival_is_clear() -> None:
    assert BurstsFlagger().check(make_input("Hallo"), SiteKnowledge()).outcome == CheckOutcome.CLEAR
