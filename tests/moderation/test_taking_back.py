from __future__ import annotations

import datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.exceptions import StaleDecisionError
from comments.models import Article, Comment, Outbox
from comments.services.posting import revise_comment, withdraw_comment
from moderation.enums import Action, AppealState, Obstacle, ReportState, Role
from moderation.exceptions import AuthorWasLastError, NotAllowedError, NothingToUndoError
from moderation.models import Decision
from moderation.services.appeals import file_appeal, uphold_appeal
from moderation.services.decisions import undo
from moderation.services.taking_back import plan_undo, undo_down_to
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.reporting import deliver, judge, report

pytestmark = pytest.mark.django_db


def load(comment: Comment) -> Comment:
    return Comment.objects.with_context().get(pk=comment.pk)


def load_decision(decision: Decision) -> Decision:
    return Decision.objects.select_related("comment__site", "comment__author").get(pk=decision.pk)


def take_back(decision: Decision, *, moderator: User | None = None, newest: int | None = None) -> list[Decision]:
    """Take back what the page would show just now."""
    loaded = load_decision(decision)
    plan = plan_undo([loaded])[loaded.pk]
    return undo_down_to(
        decision=loaded,
        moderator=moderator or make_moderator(loaded.comment.site),
        newest=plan.newest if newest is None else newest,
    )


def standing(comment: Comment) -> dict[str, object]:
    names = ("status", "waiting_since", "published_at", "published_revision", "public_html", "edited_at", "revision")
    return {**Comment.objects.values(*names).get(pk=comment.pk)}


def test_undo_of_an_older_decision_takes_back_all_that_came_after_it_newest_first() -> None:
    comment = make_comment(make_article())
    before = standing(comment)
    first = judge(comment, Action.APPROVE)
    second = judge(comment, Action.REMOVE, clause="respect")
    third = judge(comment, Action.RESTORE)

    undone = take_back(first)

    assert [decision.pk for decision in undone] == [third.pk, second.pk, first.pk]
    assert standing(comment) == before
    assert Article.objects.get().comment_count == 0
    assert Article.objects.get().version == 7
    undoing = comment.status_changes.exclude(undoes=None).order_by("id").values_list("undoes", flat=True)
    assert list(undoing) == [third.change_id, second.change_id, first.change_id]
    assert not Decision.objects.filter(undone_at=None).exists()


def test_undo_of_a_decision_in_the_middle_leaves_what_came_before_it() -> None:
    comment = make_comment(make_article())
    first = judge(comment, Action.APPROVE)
    published = standing(comment)
    second = judge(comment, Action.REMOVE, clause="respect")
    third = judge(comment, Action.RESTORE)
    undo(decision=load_decision(third), moderator=make_moderator(comment.site))

    undone = take_back(second)

    assert [decision.pk for decision in undone] == [second.pk]
    assert standing(comment) == published
    assert Article.objects.get().comment_count == 1
    assert list(Decision.objects.filter(undone_at=None)) == [first]


def test_undo_of_a_chain_takes_the_steps_of_rules_with_it() -> None:
    comment = make_comment(make_article())
    first = judge(comment, Action.APPROVE)
    lifecycle.set_status(
        comment.pk,
        Status.PENDING,
        actor=lifecycle.Actor(ActorKind.RULE),
        expected_status=Status.APPROVED,
        expected_revision=1,
    )

    take_back(first)

    assert Comment.objects.get().waiting_since == comment.posted_at
    assert comment.status_changes.count() == 5


def test_undo_of_a_chain_opens_its_reports_and_its_appeal_again() -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)
    complaint = report(load(comment))
    removal = judge(comment, Action.REMOVE, clause="respect")
    appeal = file_appeal(comment=load(comment), text="Das war ein Zitat.")
    uphold_appeal(appeal=appeal, moderator=make_moderator(comment.site, role=Role.SENIOR))
    restoring = Decision.objects.latest("id")

    take_back(restoring)
    appeal.refresh_from_db()
    reopened = (appeal.state, appeal.settled_by_id, appeal.decided_at)
    take_back(removal)

    complaint.refresh_from_db()
    assert reopened == (AppealState.OPEN, None, None)
    assert (complaint.state, complaint.decided_at, complaint.settled_by_id) == (ReportState.OPEN, None, None)
    assert Comment.objects.get().status == Status.APPROVED


def test_undo_of_a_chain_within_the_grace_sends_no_mail_at_all() -> None:
    comment = make_comment(make_article(), email="hanna@reader.example")
    first = judge(comment, Action.REJECT, clause="respect")
    judge(comment, Action.RESTORE)

    take_back(first)
    deliver()

    assert mail.outbox == []
    assert Outbox.objects.count() == 0


def test_undo_of_a_chain_after_the_mails_sends_one_more() -> None:
    comment = make_comment(make_article(), email="hanna@reader.example")
    first = judge(comment, Action.REJECT, clause="respect")
    deliver()
    judge(comment, Action.RESTORE)
    deliver(hours=25)

    take_back(first)
    deliver(hours=60)

    assert [row.event_key for row in Outbox.objects.filter(kind="undo_mail")] == [f"undo:{first.pk}"]
    assert len(mail.outbox) == 3


def test_undo_after_the_outbox_forgot_the_mail_still_tells_its_author() -> None:
    comment = make_comment(make_article(), email="hanna@reader.example")
    decision = judge(comment, Action.REJECT, clause="respect")
    deliver()
    Outbox.objects.all().delete()

    with time_machine.travel(timezone.now() + datetime.timedelta(days=31)):
        undo(decision=load_decision(decision), moderator=make_moderator(comment.site))

    assert [row.event_key for row in Outbox.objects.all()] == [f"undo:{decision.pk}"]


def test_undo_stops_at_what_the_author_did_since() -> None:
    article = make_article()
    edited, withdrawn = make_comment(article), make_comment(article, name="Otto")
    on_edited, on_withdrawn = judge(edited, Action.APPROVE), judge(withdrawn, Action.APPROVE)
    revise_comment(comment=load(edited), body="Ganz anders")
    judge(edited, Action.APPROVE)
    withdraw_comment(comment=load(withdrawn))
    before = (standing(edited), standing(withdrawn))

    plans = plan_undo([load_decision(on_edited), load_decision(on_withdrawn)])
    for decision, sentence in ((on_edited, Obstacle.EDITED.label), (on_withdrawn, Obstacle.WITHDRAWN.label)):
        with pytest.raises(AuthorWasLastError) as refusal:
            take_back(decision)
        assert refusal.value.message == sentence

    assert [plan.obstacle for plan in plans.values()] == [Obstacle.EDITED, Obstacle.WITHDRAWN]
    assert (standing(edited), standing(withdrawn)) == before


def test_undo_of_a_chain_that_grew_since_it_was_shown_is_refused_whole() -> None:
    comment = make_comment(make_article())
    first = judge(comment, Action.APPROVE)
    judge(comment, Action.REMOVE, clause="respect")

    with pytest.raises(StaleDecisionError):
        take_back(first, newest=first.change_id)

    assert Comment.objects.get().status == Status.REMOVED
    assert Decision.objects.filter(undone_at=None).count() == 2


def test_undo_of_a_chain_twice_or_by_who_may_only_look_is_refused() -> None:
    comment = make_comment(make_article())
    decision = judge(comment, Action.APPROVE)
    auditor = make_moderator(comment.site, role=Role.AUDITOR)

    with pytest.raises(NotAllowedError):
        take_back(decision, moderator=auditor)
    with pytest.raises(NotAllowedError):
        take_back(decision, moderator=make_moderator(make_article().site))
    take_back(decision)
    with pytest.raises(NothingToUndoError):
        take_back(decision)

    assert comment.status_changes.count() == 3
