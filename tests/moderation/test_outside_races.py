"""Several workers ask a service at the same moment, on connections of their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection
from pytest_django import Settings

from comments.enums import CheckOutcome
from moderation.enums import FlaggerState
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside import sentences
from moderation.models import Finding, FlaggerSwitch, OutsideUse
from moderation.services.outside import ask, put_questions
from tests.factories import CLAUSES, make_article, make_comment
from tests.moderation.outside_service import Service, completion, running, verdict

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
WORKERS = 6


@pytest.fixture
def judge(settings: Settings) -> Iterator[Service]:
    """Answers a moment later, so that the others come in between."""
    forget_knowledge()
    with running() as service:
        settings.MODERATION_FLAGGERS = ["moderation.flaggers.outside.judge.OutsideJudge"]
        settings.MODERATION_JUDGE = {"url": service.url, "model": "nemo", "daily_requests": 3}
        reply = replace(completion(json.dumps(verdict(CLAUSES))), delay_s=0.5)
        service.reply = lambda _asked: reply
        yield service
    forget_knowledge()


def make_questions(count: int) -> list[int]:
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="outside_judge", state=FlaggerState.ON)
    return [put_questions(make_comment(article, name=f"Hanna {number}").pk)[0] for number in range(count)]


def ask_at_once(questions: list[int]) -> None:
    def run(question: int) -> None:
        try:
            ask(question)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        list(pool.map(run, questions))


def test_workers_at_once_send_no_more_than_the_budget_of_the_day(judge: Service, settings: Settings) -> None:
    settings.MODERATION_OUTSIDE_AT_ONCE = WORKERS
    ask_at_once(make_questions(WORKERS))
    assert len(judge.asked) == OutsideUse.objects.get().requests == 3
    found = Counter(Finding.objects.values_list("outcome", "message"))
    assert found == {(CheckOutcome.CLEAR, ""): 3, (CheckOutcome.NOT_RUN, sentences.SPENT): 3}


def test_workers_at_once_ask_the_same_question_once(judge: Service, settings: Settings) -> None:
    settings.MODERATION_OUTSIDE_AT_ONCE = WORKERS
    ask_at_once(make_questions(1) * WORKERS)
    assert len(judge.asked) == 1


def test_workers_at_once_have_one_question_of_a_site_under_way(judge: Service) -> None:
    ask_at_once(make_questions(WORKERS))
    assert len(judge.asked) == 1
    assert Finding.objects.unsettled().count() == WORKERS - 1
