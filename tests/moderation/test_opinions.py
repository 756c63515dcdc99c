from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from comments.enums import Status
from comments.exceptions import IllegalTransitionError, InvalidInputError
from comments.models import Comment
from moderation.enums import Action, Mine, Role
from moderation.exceptions import AlreadyAskedError, ClauseNeededError, NotAllowedError, NotWaitingError
from moderation.models import Opinion, OpinionRequest
from moderation.queue import QueueFilters
from moderation.queue.colleagues import Work, read_colleagues, read_team
from moderation.services.decisions import undo
from moderation.services.opinions import ask, give_opinion, take_question_back
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.desk_pages import ids
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db


def asked(comment: Comment, user: User) -> list[str]:
    return ids(comment.article, QueueFilters(mine=Mine.ASKED, viewer_id=user.pk))


def answer(comment: Comment, user: User, **values: object) -> Opinion:
    return give_opinion(
        **({"comment": comment, "moderator": user, "action": Action.APPROVE, "expected_revision": 1} | values)
    )


def test_asking_a_colleague_puts_the_comment_before_that_one_alone() -> None:
    comment = make_comment(make_article())
    asker, colleague, other = (make_moderator(comment.site) for _ in range(3))

    ask(comment=comment, moderator=asker, colleague=colleague.pk, question=" Satire\noder nicht? ")

    row = OpinionRequest.objects.values_list("comment", "question", "asked_by", "asked_of", "answered_at").get()
    assert row == (comment.pk, "Satire oder nicht?", asker.pk, colleague.pk, None)
    assert [asked(comment, user) for user in (asker, colleague, other)] == [[], [comment.public_id], []]
    assert ids(comment.article, QueueFilters(mine=Mine.ASKING, viewer_id=asker.pk)) == [comment.public_id]


def test_asking_anybody_puts_the_comment_before_everybody_else_until_one_answers() -> None:
    comment = make_comment(make_article())
    asker, first, second = (make_moderator(comment.site) for _ in range(3))
    ask(comment=comment, moderator=asker)
    assert [asked(comment, user) for user in (asker, first, second)] == [[], [comment.public_id], [comment.public_id]]

    answer(comment, first, action=Action.REJECT, clause="respect", remark="Der zweite Satz.")

    assert [asked(comment, user) for user in (asker, first, second)] == [[], [], []]
    names = ("moderator", "revision", "kind", "action", "clause", "remark", "change")
    assert list(Opinion.objects.values_list(*names)) == [
        (first.pk, 1, "second", "reject", "respect", "Der zweite Satz.", None)
    ]
    assert read_team(comment.site, asker.pk).work == Work(taken=0, asked=0, asking=1, answered=1, voted=0)


def test_asker_sees_the_opinion_and_colleagues_only_after_giving_theirs() -> None:
    comment = make_comment(make_article())
    asker, first, second = (make_moderator(comment.site) for _ in range(3))
    ask(comment=comment, moderator=asker)
    answer(comment, first, remark="Gut so.")

    def seen(user: User) -> tuple[list[str], int]:
        found = read_colleagues([(comment.pk, 1)], user.pk, settles=False)[comment.pk]
        return [one.remark for one in found.opinions], found.hidden

    assert (seen(asker), seen(second)) == ((["Gut so."], 0), ([], 1))
    answer(comment, second, remark="Sehe ich auch so.")
    assert seen(second) == (["Gut so.", "Sehe ich auch so."], 0)


def test_opinion_changes_nothing_and_deciding_closes_question_and_opinions() -> None:
    comment = make_comment(make_article())
    asker, colleague = make_moderator(comment.site), make_moderator(comment.site)
    ask(comment=comment, moderator=asker, colleague=colleague.pk)
    other = make_comment(comment.article)
    ask(comment=other, moderator=asker)
    answer(other, colleague)
    before = Comment.objects.filter(pk=other.pk).values().get()
    assert Comment.objects.filter(pk=other.pk).values().get() == before

    move(comment, Status.APPROVED)
    move(other, Status.REJECTED)

    assert not OpinionRequest.objects.filter(answered_at=None).exists()
    assert Opinion.objects.get().change == other.status_changes.get(to_status=Status.REJECTED)


def test_comment_is_asked_about_once_at_a_time_and_the_question_can_be_taken_back() -> None:
    comment = make_comment(make_article())
    asker, other = make_moderator(comment.site), make_moderator(comment.site)
    ask(comment=comment, moderator=asker)

    with pytest.raises(AlreadyAskedError):
        ask(comment=comment, moderator=other)
    take_question_back(comment=comment, moderator=other)
    assert OpinionRequest.objects.count() == 1
    take_question_back(comment=comment, moderator=asker)
    assert OpinionRequest.objects.count() == 0


def test_asking_oneself_or_an_auditor_or_a_stranger_is_refused() -> None:
    comment = make_comment(make_article())
    asker, auditor = make_moderator(comment.site), make_moderator(comment.site, role=Role.AUDITOR)
    stranger = make_moderator(make_article().site)

    for colleague in (asker, auditor, stranger):
        with pytest.raises(InvalidInputError):
            ask(comment=comment, moderator=asker, colleague=colleague.pk)
    for user in (auditor, stranger):
        with pytest.raises(NotAllowedError):
            ask(comment=comment, moderator=user)
        with pytest.raises(NotAllowedError):
            answer(comment, user)
    assert (OpinionRequest.objects.count(), Opinion.objects.count()) == (0, 0)


def test_opinion_that_could_not_be_a_decision_is_refused() -> None:
    comment = make_comment(make_article())
    colleague = make_moderator(comment.site)

    for refusal, values in (
        (ClauseNeededError, {"action": Action.REJECT}),
        (InvalidInputError, {"action": Action.REJECT, "clause": "no-such-clause"}),
        (IllegalTransitionError, {"action": Action.RESTORE}),
        (InvalidInputError, {"remark": "x" * 501}),
        (NotWaitingError, {"expected_revision": 2}),
    ):
        with pytest.raises(refusal):
            answer(comment, colleague, **values)
    move(comment, Status.APPROVED)
    with pytest.raises(NotWaitingError):
        ask(comment=comment, moderator=colleague)
    assert (OpinionRequest.objects.count(), Opinion.objects.count()) == (0, 0)


def test_undo_brings_back_the_question_and_the_opinions_that_the_decision_settled() -> None:
    comment = make_comment(make_article())
    asker, colleague, other = (make_moderator(comment.site) for _ in range(3))
    ask(comment=comment, moderator=asker, colleague=other.pk, question="Satire?")
    answer(comment, colleague, remark="Ja.")
    before = [list(model.objects.order_by("pk").values()) for model in (OpinionRequest, Opinion)]
    decision = judge(comment, Action.APPROVE)
    assert asked(comment, other) == []
    assert list(OpinionRequest.objects.values_list("settled_by")) == [(decision.change_id,)]

    undo(decision=decision, moderator=asker)

    assert [list(model.objects.order_by("pk").values()) for model in (OpinionRequest, Opinion)] == before
    assert asked(comment, other) == [comment.public_id]


def test_undo_does_not_ask_again_what_a_colleague_had_answered_before() -> None:
    comment = make_comment(make_article())
    asker, colleague = make_moderator(comment.site), make_moderator(comment.site)
    ask(comment=comment, moderator=asker)
    answer(comment, colleague)
    answered_at = OpinionRequest.objects.get().answered_at

    undo(decision=judge(comment, Action.APPROVE), moderator=asker)

    assert OpinionRequest.objects.get().answered_at == answered_at
    assert Opinion.objects.get().change is None
