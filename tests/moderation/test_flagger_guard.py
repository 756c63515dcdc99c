"""What counts as an answer of a flagger, and what is refused as rubbish."""

from __future__ import annotations

from typing import Any

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import SiteKnowledge, Stage, clear
from moderation.flaggers.guard import RubbishError, read_answer


class Finds:
    """A flagger that is well."""

    name = "finds"
    version = "1"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return clear(self)


def span(start: Any, end: Any, label: Any = "") -> Span:
    return Span(start, end, label)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"outcome": "maybe"}, "its outcome is unknown"),
        ({"score": 1.01}, "its score is not between 0 and 1"),
        ({"score": -0.01}, "its score is not between 0 and 1"),
        ({"score": float("inf")}, "its score is not between 0 and 1"),
        ({"score": "0.5"}, "its score is no number"),
        ({"score": True}, "its score is no number"),
        ({"clause": "Sei nett!"}, "its clause is no slug"),
        ({"clause": None}, "its clause is no text of at most 50 characters"),
        ({"message": "x" * 301}, "its message is no text of at most 300 characters"),
        ({"message": "a\0b"}, "its message has characters that cannot be stored"),
        ({"message": "a\ud800"}, "its message has characters that cannot be stored"),
        ({"message": "%(name)s"}, "its message has a place without a parameter"),
        ({"message": "100 % sure"}, "its message has a % that is neither %(name)s nor %%"),
        ({"message": "%(n)999999999s", "parameters": {"n": 1}}, "its message has a % that is neither %(name)s nor %%"),
        ({"parameters": [("n", 1)]}, "its parameters are no mapping of at most 10 entries"),
        ({"parameters": {"n": "x" * 301}}, "its parameter is no text of at most 300 characters"),
        ({"parameters": {"n": 0.5}}, "its parameter is no text of at most 300 characters"),
        ({"parameters": {"n": 10**16}}, "a parameter is too great a number"),
        ({"parameters": {7: "n"}}, "the name of a parameter is not made of small letters"),
        ({"is_whole": 1}, "it does not say by true or false whether it read all"),
        ({"spans": None}, "its spans are no tuple of at most 200"),
        ({"spans": (span(0, 1),) * 201}, "its spans are no tuple of at most 200"),
        ({"spans": ((0, 1, ""),)}, "one of its spans is no Span of whole numbers"),
        ({"spans": (span(0, 1.0),)}, "one of its spans is no Span of whole numbers"),
        ({"spans": (span(-1, 1),)}, "one of its spans lies outside the text"),
        ({"spans": (span(2, 2),)}, "one of its spans lies outside the text"),
        ({"spans": (span(0, 6),)}, "one of its spans lies outside the text"),
        ({"spans": (span(0, 1, "x" * 61),)}, "its label is no text of at most 60 characters"),
    ],
)
def test_read_answer_rubbish_is_refused_by_the_rule_it_breaks(values: dict[str, Any], fault: str) -> None:
    answer = Finding(**{"flagger": "x", "version": "1", "outcome": CheckOutcome.CLEAR, **values})
    with pytest.raises(RubbishError) as refused:
        read_answer(answer, Finds(), "Hallo")
    assert str(refused.value) == fault


def test_read_answer_of_another_type_is_refused() -> None:
    with pytest.raises(RubbishError, match="it returned no Finding"):
        read_answer(None, Finds(), "Hallo")


def test_read_answer_good_one_is_kept_under_the_flaggers_own_name() -> None:
    answer = Finding(
        "somebody else", "9", CheckOutcome.FLAGGED, score=1, clause="respect", message="100 %% %(what)s",
        parameters={"what": "sure"}, spans=(Span(0, 5, "all"),), is_whole=False,
    )  # fmt: skip
    assert read_answer(answer, Finds(), "Hallo") == Finding(
        "finds", "1", CheckOutcome.FLAGGED, score=1.0, clause="respect", message="100 %% %(what)s",
        parameters={"what": "sure"}, spans=(Span(0, 5, "all"),), is_whole=False,
    )  # fmt: skip
