from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.enums import Status
from comments.exceptions import InvalidInputError
from comments.models import Comment
from comments.services.identity import make_status_token
from comments.services.posting import revise_comment
from moderation.enums import Action, Role
from moderation.exceptions import AppealAnsweredError, AppealNotPossibleError, NotAllowedError, OwnDecisionError
from moderation.models import Appeal, Decision
from moderation.services.appeals import file_appeal, reject_appeal, uphold_appeal
from moderation.services.decisions import undo
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.reporting import deliver, judge

pytestmark = pytest.mark.django_db

ADDRESS = "hanna@reader.example"


def make_refused(action: Action = Action.REJECT, *, email: str = "") -> Comment:
    """A comment that somebody decided against who may answer appeals, too."""
    comment = make_comment(make_article(), email=email)
    if action == Action.REMOVE:
        judge(comment, Action.APPROVE)
    senior = make_moderator(comment.site, role=Role.SENIOR)
    judge(comment, action, clause="" if action == Action.SPAM else "respect", moderator=senior)
    return Comment.objects.with_context().get(pk=comment.pk)


def make_appeal(action: Action = Action.REJECT, *, email: str = "") -> Appeal:
    return file_appeal(comment=make_refused(action, email=email), text="Das war ein Zitat.")


def other(appeal: Appeal) -> User:
    """Somebody who may answer the appeal and did not decide."""
    return make_moderator(appeal.decision.comment.site, role=Role.SENIOR)


@pytest.mark.parametrize("action", [Action.REJECT, Action.REMOVE, Action.SPAM])
def test_appeal_against_a_refusal_is_kept_and_changes_nothing_yet(action: Action) -> None:
    comment = make_refused(action)

    file_appeal(comment=comment, text="Das war\r\nein Zitat. ")

    stored = Appeal.objects.get()
    assert (stored.text, stored.state, stored.decision) == (
        "Das war\nein Zitat.",
        "open",
        comment.decisions.latest("id"),
    )
    assert Comment.objects.get().status == comment.status != Status.APPROVED


def test_appeal_is_possible_once() -> None:
    appeal = make_appeal()
    with pytest.raises(AppealNotPossibleError):
        file_appeal(comment=appeal.decision.comment, text="Noch einmal.")
    assert Appeal.objects.get() == appeal


def test_appeal_is_possible_for_six_months() -> None:
    comment = make_refused()
    decided = comment.decisions.get().applied_at
    with time_machine.travel(decided + datetime.timedelta(days=185)), pytest.raises(AppealNotPossibleError):
        file_appeal(comment=comment, text="Zu spät.")
    with time_machine.travel(decided + datetime.timedelta(days=183)):
        file_appeal(comment=comment, text="Gerade noch.")
    assert Appeal.objects.get().text == "Gerade noch."


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.WITHDRAWN])
def test_appeal_without_a_decision_against_the_comment_is_refused(status: Status) -> None:
    with pytest.raises(AppealNotPossibleError):
        file_appeal(comment=make_comment(make_article(), status=status), text="Warum?")


def test_appeal_against_a_return_or_the_refusal_of_an_edit_is_refused() -> None:
    returned = make_refused(Action.RETURN)
    edited = make_comment(make_article(), status=Status.APPROVED)
    revise_comment(comment=edited, body="Neu")
    judge(edited, Action.REJECT, clause="respect")
    for comment in (returned, edited):
        with pytest.raises(AppealNotPossibleError):
            file_appeal(comment=comment, text="Warum?")


def test_appeal_after_an_undone_decision_is_about_the_next_one() -> None:
    first = make_appeal()
    comment = first.decision.comment
    undo(decision=first.decision, moderator=make_moderator(comment.site))
    first.refresh_from_db()
    assert first.state == "upheld"
    second = judge(comment, Action.REJECT, clause="on-topic")
    assert file_appeal(comment=comment, text="Schon wieder.").decision == second


@pytest.mark.parametrize("text", ["", " \n\u200b", "x" * 1_001])
def test_appeal_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        file_appeal(comment=make_refused(), text=text)
    assert refused.value.field == "text"
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("action", [Action.REJECT, Action.REMOVE, Action.SPAM])
def test_upheld_appeal_publishes_the_comment_and_keeps_the_answer(action: Action) -> None:
    appeal = make_appeal(action)
    moderator = other(appeal)

    uphold_appeal(appeal=appeal, moderator=moderator, answer="Sie haben recht.")

    decision = Decision.objects.latest("id")
    stored = Appeal.objects.get()
    assert Comment.objects.get().status == Status.APPROVED
    assert (decision.action, decision.note, decision.moderator) == ("restore", "Sie haben recht.", moderator)
    assert (stored.state, stored.answer, stored.decided_by, stored.settled_by) == (
        "upheld", "Sie haben recht.", moderator, decision.change,
    )  # fmt: skip


def test_upheld_appeal_whose_publication_is_undone_is_open_again() -> None:
    appeal = make_appeal()
    uphold_appeal(appeal=appeal, moderator=other(appeal))
    undo(decision=Decision.objects.latest("id"), moderator=other(appeal))
    stored = Appeal.objects.get()
    assert (stored.state, stored.answer, stored.decided_by, stored.settled_by) == ("open", "", None, None)


def test_rejected_appeal_leaves_the_comment_and_needs_an_answer() -> None:
    appeal = make_appeal()
    moderator = other(appeal)
    with pytest.raises(InvalidInputError) as refused:
        reject_appeal(appeal=appeal, moderator=moderator, answer=" ")
    assert refused.value.field == "answer"
    assert Appeal.objects.get().state == "open"

    reject_appeal(appeal=appeal, moderator=moderator, answer="Der Satz beleidigt.")

    stored = Appeal.objects.get()
    assert (stored.state, stored.answer, stored.decided_by) == ("rejected", "Der Satz beleidigt.", moderator)
    assert Comment.objects.get().status == Status.REJECTED


@pytest.mark.parametrize("judgement", [uphold_appeal, reject_appeal])
def test_appeal_is_not_judged_by_who_decided_nor_by_who_may_not(judgement: Callable[..., Appeal]) -> None:
    appeal = make_appeal()
    auditor = make_moderator(appeal.decision.comment.site, role=Role.AUDITOR)
    foreign = make_moderator(make_article().site)
    for somebody, error in [
        (appeal.decision.moderator, OwnDecisionError),
        (auditor, NotAllowedError),
        (foreign, NotAllowedError),
    ]:
        with pytest.raises(error):
            judgement(appeal=appeal, moderator=somebody, answer="Nein.")
    assert (Appeal.objects.get().state, Comment.objects.get().status) == ("open", Status.REJECTED)


@pytest.mark.parametrize("judgement", [uphold_appeal, reject_appeal])
def test_appeal_is_answered_once(judgement: Callable[..., Appeal]) -> None:
    appeal = make_appeal()
    reject_appeal(appeal=appeal, moderator=other(appeal), answer="Nein.")
    with pytest.raises(AppealAnsweredError):
        judgement(appeal=appeal, moderator=other(appeal), answer="Doch.")
    assert (Appeal.objects.get().answer, Comment.objects.get().status) == ("Nein.", Status.REJECTED)


def test_comment_that_is_published_after_all_closes_its_appeal() -> None:
    appeal = make_appeal()
    decision = judge(appeal.decision.comment, Action.RESTORE)
    stored = Appeal.objects.get()
    assert (stored.state, stored.decided_by, stored.settled_by) == ("upheld", decision.moderator, decision.change)


def test_ordinary_decision_asks_nothing_about_appeals() -> None:
    comment = make_comment(make_article())
    with CaptureQueriesContext(connection) as queries:
        judge(comment, Action.REJECT, clause="respect")
    assert not [query for query in queries if "moderation_appeal" in query["sql"]]


def test_rejected_appeal_is_mailed_with_its_answer_and_what_else_can_be_done() -> None:
    appeal = make_appeal(email=ADDRESS)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=30)):
        reject_appeal(appeal=appeal, moderator=other(appeal), answer="Der Satz beleidigt.")
        deliver()
        deliver(hours=25)

    message = mail.outbox[-1]
    assert message.to == [ADDRESS]
    assert "Der Satz beleidigt." in message.body
    assert make_status_token(appeal.decision.comment) in message.body
    assert "Das war ein Zitat." not in message.body


def test_upheld_appeal_is_mailed_as_the_publication_it_is() -> None:
    appeal = make_appeal(email=ADDRESS)
    uphold_appeal(appeal=appeal, moderator=other(appeal), answer="Sie haben recht.")
    deliver()
    [message] = mail.outbox
    assert message.subject.endswith("ist veröffentlicht")
    assert "Sie haben recht." in message.body
