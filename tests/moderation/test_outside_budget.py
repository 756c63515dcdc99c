"""What a judge from outside may cost on a day, as its account is kept: with the answers of questions that are under way."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from http.client import HTTPMessage

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from comments.outgoing import Answer
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside.base import Letter
from moderation.flaggers.outside.judge import OutsideJudge
from moderation.models import Finding, OutsideUse
from moderation.services.outside import put_questions
from moderation.services.outside_turns import Turn, correct_cost, take_turn
from tests.factories import make_article
from tests.moderation.test_outside_judge import JUDGE, make_judged

pytestmark = pytest.mark.django_db

# Nobody is asked.
ADDRESS = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _set_up(settings: Settings) -> Iterator[None]:
    forget_knowledge()
    settings.MODERATION_FLAGGERS = [JUDGE]
    settings.MODERATION_JUDGE = {"url": ADDRESS, "model": "nemo"}
    yield
    forget_knowledge()


def test_questions_under_way_at_once_keep_to_the_budget_with_their_answers(settings: Settings) -> None:
    settings.MODERATION_OUTSIDE_AT_ONCE = 3
    # Room for two questions, and for one with its answer.
    settings.MODERATION_JUDGE |= {"daily_tokens": 4_000, "options": {"temperature": 0, "max_tokens": 2_000}}
    article = make_article()
    turns = []
    for number in range(2):
        [question] = put_questions(make_judged(f"Text {number}", article=article).pk)
        row = Finding.objects.select_related("comment__site").get(pk=question)
        turns.append(take_turn(row, OutsideJudge(), Letter(ADDRESS, {}, b"x" * 4_800)))
    assert turns == [Turn.NOW, Turn.SPENT]
    assert OutsideUse.objects.get().tokens == 3_200

    # A service that does not count: what was not used is free again.
    answer = Answer(200, HTTPMessage(), b"{}" * 200)
    correct_cost(row, OutsideJudge(), Letter(ADDRESS, {}, b"x" * 4_800), answer)
    assert OutsideUse.objects.get().tokens == 1_300


def test_answer_after_midnight_is_on_the_account_of_the_day_on_which_it_was_asked() -> None:
    article = make_article()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    rows = [Finding.objects.get(pk=put_questions(make_judged(str(n), article=article).pk)[0]) for n in range(2)]
    letter, answer = Letter(ADDRESS, {}, b"x" * 4_000), Answer(200, HTTPMessage(), b"")
    with time_machine.travel(midnight - datetime.timedelta(seconds=1), tick=False):
        take_turn(rows[0], OutsideJudge(), letter)
    with time_machine.travel(midnight + datetime.timedelta(minutes=2), tick=False):
        take_turn(rows[1], OutsideJudge(), letter)
        correct_cost(rows[0], OutsideJudge(), letter, answer)
    assert list(OutsideUse.objects.order_by("day").values_list("tokens", flat=True)) == [1_000, 2_500]
