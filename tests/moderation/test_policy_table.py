"""What findings may do to a new comment."""

from __future__ import annotations

import itertools

import pytest

from comments.enums import ArticleMode, CheckOutcome, FindingReach, Status
from comments.screening import Finding, Verdict
from moderation.policy import judge


def finding(outcome: CheckOutcome, reach: FindingReach = FindingReach.HOLD) -> Finding:
    return Finding("some", "1", outcome, reach=reach)


@pytest.mark.parametrize("mode", [mode for mode in ArticleMode if mode != ArticleMode.POST_MODERATED])
@pytest.mark.parametrize("outcome", CheckOutcome)
def test_judge_before_publication_everything_waits(mode: ArticleMode, outcome: CheckOutcome) -> None:
    assert judge([finding(outcome)], mode).status == Status.PENDING
    assert judge([], mode).status == Status.PENDING


@pytest.mark.parametrize("size", [0, 1, 3])
def test_judge_after_publication_only_what_is_all_clear_is_published(size: int) -> None:
    for outcomes in itertools.product(CheckOutcome, repeat=size):
        verdict = judge([finding(outcome) for outcome in outcomes], ArticleMode.POST_MODERATED)
        is_clear = set(outcomes) <= {CheckOutcome.CLEAR}
        assert verdict.status == (Status.APPROVED if is_clear else Status.PENDING), outcomes


@pytest.mark.parametrize("reach", [FindingReach.INFORM, FindingReach.ORDER])
def test_judge_check_that_may_not_hold_back_does_so_only_where_it_broke_or_of_the_trusted(reach: FindingReach) -> None:
    for outcome in CheckOutcome:
        found = [finding(outcome, reach)]
        is_clear, is_broken = outcome == CheckOutcome.CLEAR, outcome in (CheckOutcome.FAILED, CheckOutcome.NOT_RUN)
        of_all = judge(found, ArticleMode.POST_MODERATED)
        of_the_trusted = judge(found, ArticleMode.PRE_MODERATED, is_trusted=True)
        assert of_all.status == (Status.PENDING if is_broken else Status.APPROVED)
        assert of_the_trusted.status == (Status.APPROVED if is_clear else Status.PENDING)


def test_judge_unknown_mode_counts_as_the_strictest() -> None:
    assert judge([], "anything goes").status == Status.PENDING


def test_judge_keeps_the_findings_in_their_order() -> None:
    found = [finding(CheckOutcome.CLEAR), finding(CheckOutcome.FLAGGED)]
    assert judge(iter(found), ArticleMode.PRE_MODERATED) == Verdict(Status.PENDING, tuple(found))
