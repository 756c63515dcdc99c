"""Judging a comment, and taking a judgement back. Pages, API and bulk all come through here."""

from __future__ import annotations

import datetime
import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from comments import lifecycle
from comments.conf import settings
from comments.enums import ActorKind, CheckOutcome, Status
from comments.exceptions import IllegalTransitionError, InvalidInputError
from comments.models import Comment, StatusChange
from comments.services import outbox
from comments.text import clean_body
from moderation.enums import Action, Automation, Measure, ReportKind, Source
from moderation.exceptions import ClauseNeededError, NotAllowedError, NothingToUndoError
from moderation.models import Clause, Decision, Finding, PolicyVersion
from moderation.permissions import may_decide
from moderation.services.policies import current_policy

NOTE_LIMIT = 1_000

# Where each action leads, by where the comment stands.
TARGETS: dict[Action, dict[Status, Status]] = {
    Action.APPROVE: {Status.PENDING: Status.APPROVED},
    Action.REJECT: {Status.PENDING: Status.REJECTED},
    Action.SPAM: {Status.PENDING: Status.SPAM},
    Action.RETURN: {Status.PENDING: Status.RETURNED},
    Action.REMOVE: {Status.APPROVED: Status.REMOVED},
    Action.RESTORE: {
        Status.REJECTED: Status.APPROVED,
        Status.SPAM: Status.APPROVED,
        Status.REMOVED: Status.APPROVED,
    },
}
# The waiting edit of a published comment is published, or is not and the old text stays.
EDIT_ACTIONS = (Action.APPROVE, Action.REJECT)
CLAUSE_NEEDED = (Action.REJECT, Action.RETURN, Action.REMOVE)
MEASURES = {
    Action.APPROVE: Measure.NONE,
    Action.REJECT: Measure.NOT_PUBLISHED,
    Action.SPAM: Measure.NOT_PUBLISHED,
    Action.RETURN: Measure.RETURNED,
    Action.REMOVE: Measure.REMOVED,
    Action.RESTORE: Measure.NONE,
}


def possible_actions(comment: Comment) -> tuple[Action, ...]:
    """What a moderator may do with a comment as it stands. No query."""
    actions = [action for action, targets in TARGETS.items() if comment.status in targets]
    return (*EDIT_ACTIONS, *actions) if comment.has_waiting_edit else tuple(actions)


def decide(
    *,
    comment: Comment,
    moderator: AbstractBaseUser,
    action: Action,
    expected_status: Status,
    expected_revision: int,
    clause: str = "",
    note: str = "",
    batch_id: uuid.UUID | None = None,
) -> Decision:
    """Judge a comment as the moderator saw it, by a clause of the policy in force; return the decision. About 12 queries.

    Effects on others (the mail to its author) wait out the undo grace in the outbox. Raises NotAllowedError,
    ClauseNeededError, InvalidInputError ("note", "clause"), IllegalTransitionError, StaleDecisionError.
    """
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    clean_note = _clean_note(note)
    policy = current_policy(comment.site)
    broken = _find_clause(policy, action, clause)
    settles_edit = expected_status == Status.APPROVED and action in EDIT_ACTIONS
    actor = lifecycle.Actor(ActorKind.MODERATOR, moderator.pk)
    with transaction.atomic():
        if settles_edit:
            change = lifecycle.settle_edit(
                comment.pk,
                publish=action == Action.APPROVE,
                actor=actor,
                expected_revision=expected_revision,
                clause=clause,
                note=clean_note,
            )
        else:
            change = lifecycle.set_status(
                comment.pk,
                _target(action, expected_status),
                actor=actor,
                expected_status=expected_status,
                expected_revision=expected_revision,
                clause=clause,
                note=clean_note,
            )
        decision = _record(comment, change, action, policy, broken, settles_edit=settles_edit, batch_id=batch_id)
        _put_mail(decision, "decision_mail", f"decision:{decision.pk}", settings.undo_grace)
    return decision


def undo(*, decision: Decision, moderator: AbstractBaseUser) -> Decision:
    """Take a decision back: the comment stands exactly where it stood, history keeps both. About 10 queries.

    A mail that still waits is never sent, one that was sent is followed by a second. Raises NotAllowedError,
    NothingToUndoError, StaleDecisionError when anything came after the decision.
    """
    if not may_decide(moderator, decision.comment.site):
        raise NotAllowedError
    now = timezone.now()
    with transaction.atomic():
        # The row is claimed first, so that of two undos at once one finds nothing left to take back.
        claimed = Decision.objects.filter(pk=decision.pk, undone_at__isnull=True)
        if not claimed.update(undone_at=now, undone_by_id=moderator.pk):
            raise NothingToUndoError
        lifecycle.undo_change(decision.change_id, actor=lifecycle.Actor(ActorKind.MODERATOR, moderator.pk))
        if not outbox.cancel(f"decision:{decision.pk}"):
            _put_mail(decision, "undo_mail", f"undo:{decision.pk}", datetime.timedelta())
    decision.refresh_from_db()
    return decision


def undo_batch(*, batch_id: uuid.UUID, moderator: AbstractBaseUser) -> list[Decision]:
    """Take back what was decided together, all or nothing; newest first. Raises as `undo`."""
    found = Decision.objects.filter(batch_id=batch_id, undone_at__isnull=True).select_related("comment__site")
    decisions = list(found.order_by("-id"))
    if not decisions:
        raise NothingToUndoError
    with transaction.atomic():
        return [undo(decision=decision, moderator=moderator) for decision in decisions]


def _clean_note(note: str) -> str:
    clean = clean_body(note)
    if len(clean) > NOTE_LIMIT:
        raise InvalidInputError(
            "note",
            _("The note has %(length)d characters; at most %(limit)d are possible.")
            % {
                "length": len(clean),
                "limit": NOTE_LIMIT,
            },
        )
    return clean


def _find_clause(policy: PolicyVersion | None, action: Action, slug: str) -> Clause | None:
    if not slug:
        if action in CLAUSE_NEEDED:
            raise ClauseNeededError
        return None
    if MEASURES[action] == Measure.NONE:
        raise InvalidInputError("clause", _("A comment is published without naming a clause."))
    for clause in policy.clauses.all() if policy else ():
        if clause.slug == slug:
            return clause
    raise InvalidInputError("clause", _("The policy in force has no such clause."))


def _target(action: Action, status: Status) -> Status:
    target = TARGETS[action].get(status)
    if target is None:
        raise IllegalTransitionError(status, action)
    return target


def _record(
    comment: Comment,
    change: StatusChange,
    action: Action,
    policy: PolicyVersion | None,
    clause: Clause | None,
    *,
    settles_edit: bool,
    batch_id: uuid.UUID | None,
) -> Decision:
    """The decision with the facts of its statement of reasons, which come from the policy, never from the comment."""
    flagged = Finding.objects.filter(
        comment_id=comment.pk, revision=change.revision, outcome=CheckOutcome.FLAGGED
    ).exists()
    with override(comment.language):
        facts = clause.facts if clause else ""
    return Decision.objects.create(
        comment_id=comment.pk,
        change=change,
        moderator_id=change.actor_id,
        batch_id=batch_id,
        action=action,
        from_status=change.from_status,
        to_status=change.to_status,
        revision=change.revision,
        settles_edit=settles_edit,
        policy_version=policy,
        clause=clause,
        note=change.note,
        measure=MEASURES[action],
        ground=clause.ground if clause else "",
        facts=facts,
        category=clause.category if clause else "",
        source=_source(change, action),
        automated_detection=flagged,
        automated_decision=Automation.NONE,
        content_language=comment.language,
        content_date=comment.posted_at.date(),
        applied_at=change.created_at,
    )


def _source(change: StatusChange, action: Action) -> Source:
    """What made us look at a comment that is restricted. 1 query, none for a comment that was never public."""
    if MEASURES[action] == Measure.NONE or change.from_published_at is None:
        return Source.OWN_INITIATIVE
    kinds = set(change.settled_reports.values_list("kind", flat=True))
    if ReportKind.UNLAWFUL in kinds:
        return Source.NOTICE
    return Source.REPORT if kinds else Source.OWN_INITIATIVE


def _put_mail(decision: Decision, kind: str, event_key: str, delay: datetime.timedelta) -> None:
    """A mail to the author, if there is an address. Spam gets no answer."""
    author = decision.comment.author
    if author.email and decision.action != Action.SPAM:
        outbox.put(kind=kind, event_key=event_key, payload={"decision": decision.pk}, delay=delay, address=author.email)
