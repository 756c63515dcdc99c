"""A decision that is taken back while its mail is on its way, or in the hands of a worker that is killed."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail as sent
from django.utils import timezone

from comments.models import Author, Comment, Outbox
from comments.services import outbox
from moderation.enums import Action
from moderation.services.decisions import undo
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)


def comment_of_somebody_known() -> Comment:
    comment = make_comment(make_article(), email="hanna@reader.example")
    Author.objects.update(email_verified_at=timezone.now())
    comment.refresh_from_db()
    return comment


def work(clock: time_machine.Traveller, after: datetime.timedelta) -> None:
    clock.shift(after)
    for pk, attempt in outbox.lease_due():
        outbox.deliver(pk, attempt)


def test_decision_that_is_taken_back_while_its_mail_is_on_its_way_to_a_worker_leaves_no_trace() -> None:
    comment = comment_of_somebody_known()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        decision = judge(comment, Action.REJECT, clause="respect")
        clock.shift(16 * SECOND)
        [(pk, attempt)] = outbox.lease_due()
        undo(decision=decision, moderator=make_moderator(comment.site))
        assert outbox.deliver(pk, attempt) is None
        work(clock, 120 * SECOND)
    assert (sent.outbox, Outbox.objects.count()) == ([], 0)


def test_decision_whose_mail_a_killed_worker_had_in_hand_is_not_said_to_be_taken_back_to_who_never_heard_of_it() -> (
    None
):
    comment = comment_of_somebody_known()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        decision = judge(comment, Action.REJECT, clause="respect")
        clock.shift(16 * SECOND)
        [(pk, attempt)] = outbox.lease_due()
        begun = Outbox.objects.get(pk=pk)
        Outbox.objects.filter(pk=pk).update(attempts=attempt + 1, first_due_at=begun.due_at)
        undo(decision=decision, moderator=make_moderator(comment.site))
        for _round in range(3):
            work(clock, 60 * SECOND)
    assert sent.outbox == []
    assert not Outbox.objects.open().exists()


def test_decision_that_its_author_was_told_of_is_said_to_be_taken_back() -> None:
    comment = comment_of_somebody_known()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        decision = judge(comment, Action.REJECT, clause="respect")
        work(clock, 16 * SECOND)
        undo(decision=decision, moderator=make_moderator(comment.site))
        work(clock, SECOND)
    assert len(sent.outbox) == 2
