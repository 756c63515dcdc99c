"""The desk against a model of it (desk_model.py): whatever people do in whatever order, state, counters, queues, outbox, mails
and history are those of the model after every step."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from comments.conf import Limit
from tests.flows import desk_values as model
from tests.flows.desk_machine import DeskMachine

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PLENTY = (Limit(1_000_000, datetime.timedelta(minutes=1)),)


@pytest.fixture(autouse=True)
def _generous(settings: SettingsWrapper) -> None:
    """Nobody is too fast, no flagger looks, and three readers send a comment back to the queue."""
    settings.COMMENTS_POST_LIMITS = dict.fromkeys(("author", "network"), PLENTY)
    settings.MODERATION_REPORT_LIMITS = dict.fromkeys(("author", "network"), PLENTY)
    settings.MODERATION_FLAGGERS = []
    settings.MODERATION_REQUEUE_AFTER_REPORTS = model.READERS_TO_REQUEUE


def run(examples: int, steps: int) -> int:
    """How many steps were made and compared."""
    DeskMachine.steps_done = 0
    run_state_machine_as_test(
        DeskMachine,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    return DeskMachine.steps_done


@pytest.mark.django_db
def test_desk_follows_the_model_for_a_while() -> None:
    assert run(examples=3, steps=50) > 75


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.django_db
def test_desk_follows_the_model_over_5_000_steps(record_property: Callable[[str, object], None]) -> None:
    done = run(examples=70, steps=110)
    record_property("steps", done)
    assert done > 5_000
