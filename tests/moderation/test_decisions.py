from __future__ import annotations

import uuid

import pytest

from comments.enums import Status
from comments.exceptions import IllegalTransitionError, InvalidInputError, StaleDecisionError
from comments.models import Comment, Outbox
from moderation.enums import Action, Role
from moderation.exceptions import ClauseNeededError, NotAllowedError, NothingToUndoError
from moderation.models import Decision
from moderation.services.decisions import CLAUSE_NEEDED, decide, possible_actions, undo
from moderation.services.taking_back import undo_batch
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site

pytestmark = pytest.mark.django_db


def test_decide_rejecting_by_a_clause_records_all_of_a_statement_of_reasons() -> None:
    article = make_article()
    policy = article.site.policy_versions.get()
    moderator = make_moderator(article.site)
    comment = make_comment(article, email="hanna@reader.example")

    decision = decide(
        comment=comment,
        moderator=moderator,
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
        note="Bitte ohne Spitznamen.",
    )

    stored: dict[str, object] = {**Decision.objects.values().get()}
    assert stored == {
        "id": decision.pk,
        "statement_id": decision.statement_id,
        "comment_id": comment.pk,
        "change_id": comment.status_changes.get(to_status="rejected").pk,
        "moderator_id": moderator.pk,
        "batch_id": None,
        "action": "reject",
        "from_status": "pending",
        "to_status": "rejected",
        "revision": 1,
        "settles_edit": False,
        "policy_version_id": policy.pk,
        "clause_id": policy.clauses.get(slug="respect").pk,
        "note": "Bitte ohne Spitznamen.",
        "measure": "not_published",
        "ground": "incompatible",
        "legal_ground": "",
        "facts": "Tatsachen respect",
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "source": "own_initiative",
        "findings_hidden": False,
        "automated_detection": False,
        "automated_decision": "not_automated",
        "rule_id": None,
        "content_language": "de",
        "content_date": comment.posted_at.date(),
        "applied_at": decision.change.created_at,
        "ends_at": None,
        "territorial_scope": [],
        "undone_at": None,
        "undone_by_id": None,
    }
    assert Comment.objects.get().status == Status.REJECTED
    mail = Outbox.objects.get()
    assert (mail.kind, mail.payload) == ("decision_mail", {"decision": decision.pk})
    assert (mail.due_at - decision.applied_at).total_seconds() == pytest.approx(15, abs=2)


@pytest.mark.parametrize("action", [Action.REJECT, Action.RETURN])
def test_decide_restricting_without_a_clause_is_refused(action: Action) -> None:
    article = make_article()
    comment = make_comment(article)

    with pytest.raises(ClauseNeededError):
        decide(
            comment=comment,
            moderator=make_moderator(article.site),
            action=action,
            expected_status=Status.PENDING,
            expected_revision=1,
        )

    assert Comment.objects.get().status == Status.PENDING
    assert Decision.objects.count() == 0


def test_decide_by_a_clause_that_does_not_exist_is_refused() -> None:
    article = make_article()
    with pytest.raises(InvalidInputError) as refusal:
        decide(
            comment=make_comment(article),
            moderator=make_moderator(article.site),
            action=Action.REJECT,
            expected_status=Status.PENDING,
            expected_revision=1,
            clause="no-such",
        )
    assert refusal.value.field == "clause"


def test_decide_by_somebody_of_another_site_or_an_auditor_is_refused() -> None:
    article = make_article()
    elsewhere = make_site()
    make_policy(elsewhere)
    comment = make_comment(article)
    for person in (make_moderator(elsewhere), make_moderator(article.site, role=Role.AUDITOR)):
        with pytest.raises(NotAllowedError):
            decide(
                comment=comment,
                moderator=person,
                action=Action.APPROVE,
                expected_status=Status.PENDING,
                expected_revision=1,
            )
    assert Comment.objects.get().status == Status.PENDING


def test_decide_a_second_time_is_stale_and_leaves_one_decision() -> None:
    article = make_article()
    comment = make_comment(article)
    first, second = make_moderator(article.site), make_moderator(article.site)
    approve(comment, first)

    with pytest.raises(StaleDecisionError) as refusal:
        approve(comment, second)

    assert refusal.value.standing is not None
    assert refusal.value.standing.actor == first
    assert Decision.objects.count() == 1


def test_undo_within_the_grace_leaves_no_mail() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decision = approve(make_comment(article, email="hanna@reader.example"), moderator)

    undone = undo(decision=decision, moderator=moderator)

    assert undone.undone_by == moderator
    assert Outbox.objects.count() == 0
    assert Comment.objects.get().status == Status.PENDING


def test_undo_after_the_mail_went_out_sends_a_second_one() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decision = approve(make_comment(article, email="hanna@reader.example"), moderator)
    Outbox.objects.update(done_at=decision.applied_at)

    undo(decision=decision, moderator=moderator)

    mails = Outbox.objects.exclude(kind="publication").order_by("id")
    assert list(mails.values_list("kind", flat=True)) == ["decision_mail", "undo_mail"]


def test_undo_twice_is_refused() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decision = approve(make_comment(article), moderator)
    undo(decision=decision, moderator=moderator)

    with pytest.raises(NothingToUndoError):
        undo(decision=decision, moderator=moderator)


def test_undo_of_a_superseded_decision_leaves_it_standing() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article)
    first = approve(comment, moderator)
    comment.refresh_from_db()
    decide(
        comment=comment,
        moderator=moderator,
        action=Action.REMOVE,
        expected_status=Status.APPROVED,
        expected_revision=1,
        clause="respect",
    )

    with pytest.raises(StaleDecisionError):
        undo(decision=first, moderator=moderator)

    first.refresh_from_db()
    assert first.undone_at is None
    assert Comment.objects.get().status == Status.REMOVED


def test_undo_batch_restores_all_of_it_or_nothing() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    batch_id = uuid.uuid4()
    comments = [make_comment(article) for _ in range(3)]
    decisions = [approve(comment, moderator, batch_id=batch_id) for comment in comments]
    comments[1].refresh_from_db()
    later = decide(
        comment=comments[1],
        moderator=moderator,
        action=Action.REMOVE,
        expected_status=Status.APPROVED,
        expected_revision=1,
        clause="respect",
    )
    with pytest.raises(StaleDecisionError):
        undo_batch(batch_id=batch_id, moderator=moderator)
    assert Comment.objects.published().count() == 2
    undo(decision=later, moderator=moderator)

    undone = undo_batch(batch_id=batch_id, moderator=moderator)

    assert {decision.pk for decision in undone} == {decision.pk for decision in decisions}
    assert Comment.objects.published().count() == 0


def test_possible_actions_are_exactly_those_that_decide_takes() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    for status in (s for s in Status if s != Status.AWAITING_EMAIL):
        for action in Action:
            comment = make_comment(article, status=status)
            if action in possible_actions(comment):
                decide(
                    comment=comment,
                    moderator=moderator,
                    action=action,
                    expected_status=status,
                    expected_revision=1,
                    clause="respect" if action in CLAUSE_NEEDED else "",
                )
            else:
                with pytest.raises((IllegalTransitionError, StaleDecisionError)):
                    decide(
                        comment=comment,
                        moderator=moderator,
                        action=action,
                        expected_status=status,
                        expected_revision=1,
                        clause="respect" if action in CLAUSE_NEEDED else "",
                    )


def test_spam_is_decided_without_a_clause_and_without_a_mail() -> None:
    article = make_article()
    comment = make_comment(article, email="spam@reader.example")
    decide(
        comment=comment,
        moderator=make_moderator(article.site),
        action=Action.SPAM,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    assert Comment.objects.get().status == Status.SPAM
    assert Outbox.objects.count() == 0


def approve(comment: Comment, moderator: object, *, batch_id: uuid.UUID | None = None) -> Decision:
    return decide(
        comment=comment,
        moderator=moderator,  # type: ignore[arg-type]
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
        batch_id=batch_id,
    )


@pytest.mark.parametrize(("action", "status"), [(Action.APPROVE, Status.PENDING), (Action.RESTORE, Status.REJECTED)])
def test_decide_publishing_with_a_clause_is_refused(action: Action, status: Status) -> None:
    article = make_article()
    comment = make_comment(article, status=status)

    with pytest.raises(InvalidInputError) as refusal:
        decide(
            comment=comment,
            moderator=make_moderator(article.site),
            action=action,
            expected_status=status,
            expected_revision=1,
            clause="respect",
        )

    assert refusal.value.field == "clause"
    assert Comment.objects.get().status == status
