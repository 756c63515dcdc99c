"""A flagger that keeps failing at the cost of others is left out for a while, and says so; nobody else is."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from comments.enums import CheckOutcome
from comments.models import Comment
from moderation import conf
from moderation.flaggers.guard import PAUSED, TOO_HUNGRY, TOO_SLOW
from moderation.flaggers.registry import added
from moderation.models import Finding
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment
from tests.moderation.screening import crash
from tests.services.bad_flaggers import MEBIBYTE, EatsMemory, GoesDown, RunsOutOfTime, Well

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_added_flaggers")]


def found(comment: Comment, flagger: str) -> Finding:
    return Finding.objects.get(comment=comment, flagger=flagger)


def came_to_an_end(*flaggers: str) -> None:
    """What these have said of another comment."""
    comment = make_comment(make_article())
    Finding.objects.bulk_create(
        Finding(comment=comment, revision=1, flagger=flagger, version="1", outcome=CheckOutcome.CLEAR)
        for flagger in flaggers
    )


@pytest.mark.parametrize(("is_known", "failures"), [(True, 2), (False, 1)])
def test_flagger_that_keeps_failing_is_left_out_for_a_while(is_known: bool, failures: int) -> None:
    article, start = make_article(), timezone.now()
    slow = RunsOutOfTime()
    with added(slow), time_machine.travel(start) as clock:
        if is_known:
            came_to_an_end("runsoutoftime")
        for _ in range(failures):
            failed = make_comment(article)
            screen_stored_comment(failed.pk)
            assert found(failed, "runsoutoftime").message == TOO_SLOW
        left_out = make_comment(article)
        assert screen_stored_comment(left_out.pk)
        row = found(left_out, "runsoutoftime")
        assert (row.outcome, row.message, row.attempts) == (CheckOutcome.NOT_RUN, PAUSED, 0)
        left_out.refresh_from_db()
        assert left_out.screened_revision == left_out.revision

        clock.move_to(start + datetime.timedelta(minutes=6))
        later = make_comment(article)
        screen_stored_comment(later.pk)
        assert found(later, "runsoutoftime").message == TOO_SLOW


def test_flagger_that_nothing_stops_is_left_out_before_its_lease_ends() -> None:
    article, start, lease = make_article(), timezone.now(), conf.settings.flagger_lease
    with added(GoesDown(), Well()), time_machine.travel(start, tick=False) as clock:
        came_to_an_end("goesdown", "well")
        for _ in range(2):
            crash(make_comment(article))
        clock.move_to(start + 0.4 * lease)
        crash(make_comment(article))
        clock.move_to(start + 0.6 * lease)
        left_out = make_comment(article)
        assert screen_stored_comment(left_out.pk)
    assert found(left_out, "goesdown").message == PAUSED
    assert found(left_out, "well").outcome == CheckOutcome.CLEAR


def test_flagger_that_was_begun_elsewhere_and_may_be_gone_comes_last() -> None:
    article = make_article()
    crashed, next_one = make_comment(article), make_comment(article)
    came_to_an_end("goesdown", "well")
    with added(GoesDown(), Well()):
        crash(crashed)
        crash(next_one)
    assert not Finding.objects.filter(comment=crashed, flagger="well").exists()
    assert found(next_one, "well").outcome == CheckOutcome.CLEAR


def test_flagger_that_eats_memory_is_left_out_however_much_others_say_in_between(settings: Settings) -> None:
    settings.MODERATION_FLAGGER_MEMORY_BYTES = 128 * MEBIBYTE
    article = make_article()
    said = make_comment(article)
    came_to_an_end("eatsmemory")
    with added(EatsMemory()):
        for _ in range(2):
            screen_stored_comment(make_comment(article).pk)
        assert Finding.objects.filter(message=TOO_HUNGRY).count() == 2
        Finding.objects.bulk_create(
            Finding(comment=said, revision=number, flagger="other", version="1", outcome=CheckOutcome.CLEAR)
            for number in range(1_000)
        )
        left_out = make_comment(article)
        screen_stored_comment(left_out.pk)
    assert found(left_out, "eatsmemory").message == PAUSED


def test_failures_of_one_flagger_do_not_count_for_another() -> None:
    article = make_article()
    with added(RunsOutOfTime()):
        for _ in range(3):
            screen_stored_comment(make_comment(article).pk)
    comment = make_comment(article)
    with added(Well()):
        screen_stored_comment(comment.pk)
    assert [(row.flagger, row.outcome) for row in Finding.objects.filter(comment=comment)] == [
        ("well", CheckOutcome.CLEAR)
    ]
