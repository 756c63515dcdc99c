from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from comments.enums import Status
from comments.exceptions import IllegalTransitionError, InvalidInputError, StaleDecisionError
from comments.models import Comment, StatusChange
from comments.services.posting import revise_comment
from moderation.enums import Action, Mine, OpinionKind, Role
from moderation.exceptions import (
    AlreadyVotedError,
    NotAllowedError,
    NoVoteError,
    SecondPersonNeededError,
    SeniorNeededError,
)
from moderation.models import ArticleRule, Clause, Decision, Opinion
from moderation.queue import QueueFilters
from moderation.queue.colleagues import read_colleagues
from moderation.services.appeals import file_appeal, uphold_appeal
from moderation.services.decisions import decide, undo
from moderation.services.judging import judge
from moderation.services.two_people import take_vote_back
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.desk_pages import ids

pytestmark = pytest.mark.django_db


def make_contested() -> Comment:
    """A comment under an article where two people have to agree."""
    article = make_article()
    ArticleRule.objects.create(article=article, needs_two_people=True)
    return make_comment(article)


def say(comment: Comment, moderator: User, action: Action, clause: str = "", note: str = "") -> Decision | Opinion:
    """Judge the comment as it stands now."""
    now = Comment.objects.with_context().get(pk=comment.pk)
    return judge(
        comment=now,
        moderator=moderator,
        action=action,
        expected_status=Status(now.status),
        expected_revision=now.revision,
        clause=clause,
        note=note,
    )


def votes() -> list[tuple[object, ...]]:
    rows = Opinion.objects.order_by("id")
    return list(rows.values_list("moderator", "kind", "action", "clause", "note", "change__to_status"))


def status(comment: Comment) -> str:
    return Comment.objects.values_list("status", flat=True).get(pk=comment.pk)


def test_first_judgement_is_kept_and_the_comment_stays_where_it_is() -> None:
    comment = make_contested()
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    before = Comment.objects.filter(pk=comment.pk).values().get()

    vote = say(comment, first, Action.REJECT, "respect", "Ohne Spitznamen.")

    assert isinstance(vote, Opinion)
    assert votes() == [(first.pk, "two_people", "reject", "respect", "Ohne Spitznamen.", None)]
    assert Comment.objects.filter(pk=comment.pk).values().get() == before
    assert not Decision.objects.exists()
    assert not StatusChange.objects.exclude(from_status="").exists()
    views = {user: ids(comment.article, QueueFilters(viewer_id=user.pk)) for user in (first, second)}
    assert views == {first: [], second: [comment.public_id]}
    assert ids(comment.article, QueueFilters(mine=Mine.VOTED, viewer_id=first.pk)) == [comment.public_id]


def test_second_person_who_agrees_decides_and_both_are_named() -> None:
    comment = make_contested()
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    say(comment, first, Action.REJECT, "respect", "Ohne Spitznamen.")

    decision = say(comment, second, Action.REJECT, "respect")

    assert isinstance(decision, Decision)
    assert (decision.moderator_id, decision.note, decision.clause and decision.clause.slug) == (
        second.pk,
        "Ohne Spitznamen.",
        "respect",
    )
    assert status(comment) == Status.REJECTED
    assert votes() == [
        (first.pk, "two_people", "reject", "respect", "Ohne Spitznamen.", "rejected"),
        (second.pk, "two_people", "reject", "respect", "Ohne Spitznamen.", "rejected"),
    ]


@pytest.mark.parametrize(("action", "clause"), [(Action.APPROVE, ""), (Action.REJECT, "on-topic")])
def test_second_person_who_disagrees_leaves_it_to_a_senior(action: Action, clause: str) -> None:
    comment = make_contested()
    first, second, third = (make_moderator(comment.site) for _ in range(3))
    senior = make_moderator(comment.site, role=Role.SENIOR)
    say(comment, first, Action.REJECT, "respect")

    assert isinstance(say(comment, second, action, clause), Opinion)
    for user, refusal in ((first, AlreadyVotedError), (second, AlreadyVotedError), (third, SeniorNeededError)):
        with pytest.raises(refusal):
            say(comment, user, Action.APPROVE)
    assert status(comment) == Status.PENDING

    assert isinstance(say(comment, senior, Action.APPROVE), Decision)
    assert status(comment) == Status.APPROVED
    assert [(row[0], row[2], row[5]) for row in votes()] == [
        (first.pk, "reject", "approved"),
        (second.pk, action.value, "approved"),
        (senior.pk, "approve", "approved"),
    ]


def test_same_person_is_never_both() -> None:
    comment = make_contested()
    first = make_moderator(comment.site, role=Role.SENIOR)
    say(comment, first, Action.APPROVE)

    with pytest.raises(AlreadyVotedError):
        say(comment, first, Action.APPROVE)
    assert (status(comment), len(votes())) == (Status.PENDING, 1)


def test_clause_that_asks_for_two_people_makes_others_wait_too() -> None:
    article = make_article()
    Clause.objects.filter(slug="unlawful").update(needs_two_people=True)
    alone, together = make_comment(article), make_comment(article)
    first, second = make_moderator(article.site), make_moderator(article.site)

    assert isinstance(say(alone, first, Action.REJECT, "respect"), Decision)
    assert isinstance(say(together, first, Action.REJECT, "unlawful"), Opinion)
    # Somebody has asked for two people: now also an approval is one person's view.
    assert isinstance(say(together, second, Action.APPROVE), Opinion)
    assert (status(alone), status(together)) == (Status.REJECTED, Status.PENDING)


def test_deciding_alone_past_the_rule_is_refused() -> None:
    comment = make_contested()
    moderator = make_moderator(comment.site)

    with pytest.raises(SecondPersonNeededError):
        decide(
            comment=comment,
            moderator=moderator,
            action=Action.APPROVE,
            expected_status=Status.PENDING,
            expected_revision=1,
        )
    assert (status(comment), Decision.objects.count()) == (Status.PENDING, 0)


def test_nobody_sees_the_first_vote_before_giving_their_own() -> None:
    comment = make_contested()
    first, second, other = (make_moderator(comment.site) for _ in range(3))
    senior = make_moderator(comment.site, role=Role.SENIOR)

    def seen(user: User, *, settles: bool = False) -> tuple[list[int | None], int, int]:
        found = read_colleagues([(comment.pk, 1)], user.pk, settles=settles)[comment.pk]
        return [one.user_id for one in found.opinions], found.hidden, found.votes

    say(comment, first, Action.REJECT, "respect")
    assert seen(first) == ([first.pk], 0, 1)
    assert seen(second) == ([], 1, 1)
    assert seen(senior, settles=True) == ([], 1, 1)

    say(comment, second, Action.APPROVE)
    assert seen(first) == ([first.pk, second.pk], 0, 2)
    assert seen(second) == ([first.pk, second.pk], 0, 2)
    assert seen(senior, settles=True) == ([first.pk, second.pk], 0, 2)
    assert seen(other) == ([], 2, 2)


def test_own_first_vote_is_taken_back_while_nothing_came_of_it() -> None:
    comment = make_contested()
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    say(comment, first, Action.APPROVE)

    with pytest.raises(NoVoteError):
        take_vote_back(comment=comment, moderator=second)
    assert len(votes()) == 1
    take_vote_back(comment=comment, moderator=first)
    assert votes() == []

    say(comment, first, Action.APPROVE)
    say(comment, second, Action.APPROVE)
    with pytest.raises(NoVoteError):
        take_vote_back(comment=comment, moderator=first)
    assert len(votes()) == 2


def test_new_text_begins_anew() -> None:
    comment = make_contested()
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    say(comment, first, Action.APPROVE)
    revise_comment(comment=Comment.objects.get(pk=comment.pk), body="Ein anderer Text")

    assert isinstance(say(comment, second, Action.APPROVE), Opinion)
    assert isinstance(say(comment, first, Action.APPROVE), Decision)


def test_undo_leads_back_to_where_two_people_are_needed_again() -> None:
    comment = make_contested()
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    say(comment, first, Action.APPROVE)
    decision = say(comment, second, Action.APPROVE)
    assert isinstance(decision, Decision)

    undo(decision=decision, moderator=second)

    assert status(comment) == Status.PENDING
    # The first vote is open again; the second was the decision, and was taken back with it.
    assert [(row[0], row[5]) for row in votes()] == [(first.pk, None), (second.pk, "approved")]
    with pytest.raises(AlreadyVotedError):
        say(comment, first, Action.APPROVE)
    assert isinstance(say(comment, second, Action.APPROVE), Decision)
    assert len(votes()) == 3


def test_removing_what_is_published_needs_two_people_too_and_an_appeal_only_the_other_one() -> None:
    comment = move(make_contested(), Status.APPROVED)
    first, second = make_moderator(comment.site), make_moderator(comment.site)
    senior = make_moderator(comment.site, role=Role.SENIOR)

    assert isinstance(say(comment, first, Action.REMOVE, "respect"), Opinion)
    assert status(comment) == Status.APPROVED
    assert isinstance(say(comment, second, Action.REMOVE, "respect"), Decision)
    appeal = file_appeal(comment=Comment.objects.with_context().get(pk=comment.pk), text="Das war sachlich.")
    uphold_appeal(appeal=appeal, moderator=senior)

    assert status(comment) == Status.APPROVED


def test_vote_that_could_not_be_carried_out_is_refused() -> None:
    comment = make_contested()
    moderator, auditor = make_moderator(comment.site), make_moderator(comment.site, role=Role.AUDITOR)
    values = {"comment": comment, "moderator": moderator, "action": Action.APPROVE, "expected_revision": 1}

    with pytest.raises(NotAllowedError):
        judge(**(values | {"moderator": auditor}), expected_status=Status.PENDING)
    with pytest.raises(StaleDecisionError):
        judge(**values, expected_status=Status.APPROVED)
    with pytest.raises(StaleDecisionError):
        judge(**(values | {"expected_revision": 2}), expected_status=Status.PENDING)
    with pytest.raises(IllegalTransitionError):
        judge(**(values | {"action": Action.RESTORE}), expected_status=Status.PENDING)
    with pytest.raises(InvalidInputError):
        judge(**(values | {"action": Action.REJECT}), expected_status=Status.PENDING, clause="no-such-clause")
    assert votes() == []


def test_second_opinion_of_the_same_person_becomes_their_vote() -> None:
    comment = make_contested()
    first = make_moderator(comment.site)
    Opinion.objects.create(
        comment=comment, revision=1, moderator=first, kind=OpinionKind.SECOND, action=Action.APPROVE, remark="Gut."
    )

    say(comment, first, Action.REJECT, "respect")

    assert votes() == [(first.pk, "two_people", "reject", "respect", "", None)]
