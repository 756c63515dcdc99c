"""The asynchronous stage: a flagger that has not come to an end, or hung, is on trial, in one process at a time."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from comments.enums import CheckOutcome
from comments.models import Comment
from comments.screening import Finding, ScreeningInput
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.guard import RUNNING
from moderation.flaggers.registry import added
from moderation.models import Finding as FindingRow
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment
from tests.moderation.screening import LEASE_OVER, Remembers, crash, is_screened, outcomes
from tests.services.bad_flaggers import Asynchronous, GoesDown, RunsOutOfTime, Well

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_added_flaggers")]


def begin(comment: Comment, revision: int, flagger: str) -> FindingRow:
    """As if another process were at it."""
    return FindingRow.objects.create(
        comment=comment, revision=revision, flagger=flagger, outcome=CheckOutcome.NOT_RUN, message=RUNNING, attempts=1
    )


def test_screen_stored_comment_one_that_never_answered_is_begun_for_one_comment_at_a_time() -> None:
    article, start = make_article(), timezone.now()
    with added(Well()):
        screen_stored_comment(make_comment(article).pk)
    first, second = make_comment(article), make_comment(article)
    with added(GoesDown(), Well()), time_machine.travel(start) as clock:
        crash(first)
        assert outcomes(first) == {"goesdown": CheckOutcome.NOT_RUN, "well": CheckOutcome.CLEAR}
        assert screen_stored_comment(second.pk)
        assert outcomes(second) == {"well": CheckOutcome.CLEAR}
        assert not is_screened(second)

        clock.move_to(start + LEASE_OVER)
        crash(second)


@pytest.mark.parametrize("has_been_well", [True, False])
def test_screen_stored_comment_one_that_was_well_is_begun_for_several_comments_at_once(has_been_well: bool) -> None:
    article, remembers = make_article(), Remembers()
    comments = [make_comment(article) for _ in range(2 + has_been_well)]
    with added(remembers):
        for comment in comments[2:]:
            screen_stored_comment(comment.pk)
        begin(comments[0], 1, "remembers")
        assert screen_stored_comment(comments[1].pk)
    assert is_screened(comments[1]) is has_been_well
    assert len(remembers.shown) == 2 * has_been_well


def test_screen_stored_comment_while_one_on_trial_is_at_it_no_other_is_begun_even_for_the_same_comment() -> None:
    comment = make_comment(make_article())
    with added(GoesDown()):
        crash(comment)
    with added(GoesDown(), Well()):
        assert screen_stored_comment(comment.pk)
        assert outcomes(comment) == {"goesdown": CheckOutcome.NOT_RUN}


class Abstains(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return Finding(self.name, self.version, CheckOutcome.NOT_RUN, message="Too few decisions to learn from.")


def test_screen_stored_comment_one_that_had_nothing_to_say_is_not_on_trial() -> None:
    article = make_article()
    first, second = make_comment(article), make_comment(article)
    with added(Abstains()):
        screen_stored_comment(first.pk)
        begin(first, 2, "abstains")
        screen_stored_comment(second.pk)
    assert is_screened(second)


def test_screen_stored_comment_one_that_hung_is_on_trial_until_it_has_ended_again() -> None:
    article, start = make_article(), timezone.now()
    comments = [make_comment(article) for _ in range(4)]

    class Sometimes(Asynchronous):
        is_well = True

        def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
            return (Well if self.is_well else RunsOutOfTime)().check(comment, site)

    sometimes = Sometimes()
    with added(sometimes), time_machine.travel(start) as clock:
        screen_stored_comment(comments[0].pk)
        clock.shift(1)
        sometimes.is_well = False
        screen_stored_comment(comments[1].pk)
        clock.shift(1)
        begun = begin(comments[0], 2, "sometimes")
        sometimes.is_well = True
        screen_stored_comment(comments[2].pk)
        assert not is_screened(comments[2])

        FindingRow.objects.filter(pk=begun.pk).update(outcome=CheckOutcome.CLEAR, message="")
        begin(comments[0], 3, "sometimes")
        screen_stored_comment(comments[3].pk)
        assert is_screened(comments[3])


def test_screen_stored_comment_the_judge_that_learns_is_asked_last() -> None:
    article = make_article()

    class Learned(Well):
        pass

    first, second = make_comment(article), make_comment(article)
    with added(Learned()):
        screen_stored_comment(first.pk)
    with added(Learned(), Well()):
        screen_stored_comment(second.pk)
    asked = FindingRow.objects.filter(comment=second).order_by("pk").values_list("flagger", flat=True)
    assert list(asked) == ["well", "learned"]
