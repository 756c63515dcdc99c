from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.exceptions import InvalidInputError
from comments.models import Comment
from comments.services.posting import revise_comment
from moderation.enums import Action, DeferFor, Role
from moderation.exceptions import NotAllowedError, NotWaitingError
from moderation.models import Decision, Deferral, Lease
from moderation.queue import read_item
from moderation.services.decisions import decide, undo
from moderation.services.deferrals import defer, end_of_deferral, take_up
from moderation.services.leases import hold
from moderation.services.taking_back import plan_undo, undo_down_to
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def stored() -> list[tuple[object, ...]]:
    """The deferrals that hold."""
    held = Deferral.objects.filter(ended_by=None)
    return list(held.values_list("comment__public_id", "until", "note", "user"))


def test_deferring_keeps_until_when_and_why_and_lets_go_of_the_comment() -> None:
    comment = make_comment(make_article())
    moderator = make_moderator(comment.site)
    hold(comment_id=comment.pk, user=moderator)
    until = timezone.now() + HOUR

    defer(comment=comment, moderator=moderator, until=until, note="  Fragt die\n Redaktion ")

    assert stored() == [(comment.public_id, until, "Fragt die Redaktion", moderator.pk)]
    assert not Lease.objects.exists()
    comment = Comment.objects.get(pk=comment.pk)
    assert (comment.status, comment.waiting_since is None) == (Status.PENDING, False)


def test_deferring_once_more_changes_the_moment_and_taking_up_ends_it() -> None:
    comment = make_comment(make_article())
    one, other = make_moderator(comment.site), make_moderator(comment.site)
    until = timezone.now() + 3 * HOUR

    defer(comment=comment, moderator=one, until=timezone.now() + HOUR, note="Später")
    defer(comment=comment, moderator=other, until=until)
    assert stored() == [(comment.public_id, until, "", other.pk)]

    take_up(comment=comment, moderator=one)
    assert stored() == []


def test_deferral_that_is_over_is_shown_no_more() -> None:
    comment = make_comment(make_article())
    moderator = make_moderator(comment.site)
    defer(comment=comment, moderator=moderator, until=timezone.now() + HOUR)

    assert read_item(Comment.objects.get(pk=comment.pk)).deferral is not None
    with time_machine.travel(timezone.now() + HOUR, tick=False):
        assert read_item(Comment.objects.get(pk=comment.pk)).deferral is None


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN])
def test_deferring_what_does_not_wait_is_refused(status: Status) -> None:
    comment = make_comment(make_article())
    moderator = make_moderator(comment.site)
    move(Comment.objects.get(pk=comment.pk), status)

    with pytest.raises(NotWaitingError):
        defer(comment=comment, moderator=moderator, until=timezone.now() + HOUR)
    assert stored() == []


@pytest.mark.parametrize("shift", [datetime.timedelta(seconds=-1), datetime.timedelta(days=30, minutes=1)])
def test_deferring_to_the_past_or_for_ever_is_refused(shift: datetime.timedelta) -> None:
    comment = make_comment(make_article())

    with pytest.raises(InvalidInputError) as refused:
        defer(comment=comment, moderator=make_moderator(comment.site), until=timezone.now() + shift)
    assert (refused.value.field, stored()) == ("until", [])


def test_deferring_by_an_auditor_or_a_stranger_is_refused() -> None:
    comment = make_comment(make_article())
    auditor, stranger = make_moderator(comment.site, role=Role.AUDITOR), make_moderator(make_article().site)
    until = timezone.now() + HOUR
    defer(comment=comment, moderator=make_moderator(comment.site), until=until, note="Bleibt")

    for user in (auditor, stranger):
        with pytest.raises(NotAllowedError):
            defer(comment=comment, moderator=user, until=until + HOUR)
        with pytest.raises(NotAllowedError):
            take_up(comment=comment, moderator=user)
    assert [row[2] for row in stored()] == ["Bleibt"]


def test_deciding_withdrawing_and_editing_end_a_deferral() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decided, withdrawn, edited, kept = (make_comment(article) for _ in range(4))
    for comment in (decided, withdrawn, edited, kept):
        defer(comment=comment, moderator=moderator, until=timezone.now() + HOUR)

    decide(
        comment=decided,
        moderator=moderator,
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    move(withdrawn, Status.WITHDRAWN)
    revise_comment(comment=edited, body="Ein neuer Text")

    assert [row[0] for row in stored()] == [kept.public_id]


def test_undo_brings_back_exactly_the_deferral_that_the_decision_ended() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    first, other = make_comment(article), make_comment(article)
    for comment in (first, other):
        defer(comment=comment, moderator=moderator, until=timezone.now() + 3 * HOUR, note="Fragt die Redaktion")
    before = list(Deferral.objects.order_by("pk").values())
    decisions = [judge(comment, Action.REJECT, clause="respect") for comment in (first, other)]
    assert stored() == []

    undo(decision=decisions[0], moderator=moderator)

    assert Deferral.objects.filter(comment=first).values().get() == before[0]
    assert Deferral.objects.get(comment=None).ended_by_id == decisions[1].change_id


def test_undo_down_to_an_older_decision_brings_back_what_that_one_had_ended() -> None:
    comment = make_comment(make_article())
    moderator = make_moderator(comment.site)
    defer(comment=comment, moderator=moderator, until=timezone.now() + 3 * HOUR, note="Zuerst")
    first = judge(comment, Action.APPROVE)
    lifecycle.set_status(
        comment.pk,
        Status.PENDING,
        actor=lifecycle.Actor(ActorKind.RULE),
        expected_status=Status.APPROVED,
        expected_revision=1,
    )
    defer(comment=comment, moderator=moderator, until=timezone.now() + HOUR, note="Danach")
    last = judge(comment, Action.REJECT, clause="respect")

    undo(decision=last, moderator=moderator)
    assert [row[2] for row in stored()] == ["Danach"]
    loaded = Decision.objects.select_related("comment__site", "comment__author").get(pk=first.pk)
    undo_down_to(decision=loaded, moderator=moderator, newest=plan_undo([loaded])[loaded.pk].newest)

    assert [row[2] for row in stored()] == ["Zuerst"]


def test_ends_of_deferrals() -> None:
    berlin = timezone.get_default_timezone()
    evening = datetime.datetime(2026, 11, 28, 22, 30, tzinfo=berlin)

    assert {choice: end_of_deferral(choice, evening) for choice in DeferFor} == {
        DeferFor.HOUR: datetime.datetime(2026, 11, 28, 23, 30, tzinfo=berlin),
        DeferFor.TOMORROW: datetime.datetime(2026, 11, 29, 8, 0, tzinfo=berlin),
        DeferFor.THREE_DAYS: datetime.datetime(2026, 12, 1, 22, 30, tzinfo=berlin),
        DeferFor.MOMENT: None,
    }
