"""Judging a comment, and taking a judgement back. Pages, API and bulk all come through here."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from comments import lifecycle
from comments.conf import settings
from comments.enums import ActorKind, Status
from comments.exceptions import IllegalTransitionError, InvalidInputError
from comments.models import Comment, Site, StatusChange
from comments.services import outbox
from comments.text import clean_body
from moderation.enums import Action, Automation, Measure, Permission, ReportKind, Source
from moderation.exceptions import ClauseNeededError, NotAllowedError, NothingToUndoError
from moderation.models import Clause, DecidingRule, Decision, DeskSettings, Finding, PolicyVersion
from moderation.permissions import may_decide, permissions_of
from moderation.sampling import hides_findings
from moderation.services.policies import current_policy
from moderation.services.trust import review_trust, trust_rule_of
from moderation.services.two_people import require_agreement

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


@dataclass(frozen=True, slots=True)
class Bench:
    """What judgements on one site need besides the comment, read once however many comments are judged: what the moderator
    may do there, the policy in force, by which rule authors are trusted, which texts software has flagged (primary key
    and revision; None: look anew), and whether the moderator has what it said before them.
    """

    site_id: int
    moderator_id: int
    permissions: frozenset[Permission]
    policy: PolicyVersion | None
    trust_rule: DeskSettings | None
    flagged: frozenset[tuple[int, int]] | None = None
    shows_findings: bool = True

    def is_for(self, comment: Comment, moderator: AbstractBaseUser) -> bool:
        """Whether it was made ready for this moderator and the site of this comment."""
        return (self.site_id, self.moderator_id) == (comment.site_id, moderator.pk)


def make_bench(
    *,
    site: Site,
    moderator: AbstractBaseUser,
    comments: Collection[Comment] | None = None,
    shows_findings: bool = True,
) -> Bench:
    """Make ready to judge on a site; `comments` are those to be judged, where they are many. 4 queries, 5 for many."""
    flagged = None
    if comments is not None:
        found = Finding.objects.flagged().filter(comment__in=[comment.pk for comment in comments])
        flagged = frozenset(found.values_list("comment_id", "revision"))
    return Bench(
        site_id=site.pk,
        moderator_id=moderator.pk,
        permissions=permissions_of(moderator, site),
        policy=current_policy(site),
        trust_rule=trust_rule_of(site.pk),
        flagged=flagged,
        shows_findings=shows_findings,
    )


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
    bench: Bench | None = None,
    is_second_look: bool = False,
) -> Decision:
    """Judge a comment as the moderator saw it, by a clause of the policy in force; return the decision. About 14 queries,
    4 to 5 less with a bench that was made ready for many.

    Effects on others (the mail to its author) wait out the undo grace in the outbox. Where two people have to agree, only
    the second one gets through (`two_people.require_agreement`), and whoever looks at somebody's decision once more.
    Raises NotAllowedError, ClauseNeededError, InvalidInputError ("note", "clause"), IllegalTransitionError,
    StaleDecisionError, SecondPersonNeededError, AlreadyVotedError, SeniorNeededError.
    """
    if bench is None or not bench.is_for(comment, moderator):
        bench = make_bench(site=comment.site, moderator=moderator)
    if Permission.DECIDE not in bench.permissions:
        raise NotAllowedError
    cleaned = clean_note(note)
    broken = find_clause(bench.policy, action, clause)
    settles_edit = expected_status == Status.APPROVED and action in EDIT_ACTIONS
    actor = lifecycle.Actor(ActorKind.MODERATOR, moderator.pk)
    if not settles_edit:
        _target(action, expected_status)
    with transaction.atomic():
        if not is_second_look:
            require_agreement(comment=comment, moderator=moderator, action=action, clause=broken)
        if settles_edit:
            change = lifecycle.settle_edit(
                comment.pk,
                publish=action == Action.APPROVE,
                actor=actor,
                expected_revision=expected_revision,
                clause=clause,
                note=cleaned,
            )
        else:
            change = lifecycle.set_status(
                comment.pk,
                _target(action, expected_status),
                actor=actor,
                expected_status=expected_status,
                expected_revision=expected_revision,
                clause=clause,
                note=cleaned,
            )
        # What stands now is of the same author and site as what was judged; nobody has to read them again.
        change.comment.site, change.comment.author = comment.site, comment.author
        review_trust(change, bench.trust_rule)
        decision = _record(change, action, bench, broken, settles_edit=settles_edit, batch_id=batch_id)
        put_decision_mail(decision)
    return decision


def undo(*, decision: Decision, moderator: AbstractBaseUser) -> Decision:
    """Take a decision back: the comment stands exactly where it stood, history keeps both. About 10 queries.

    A mail that still waits is never sent, one that was sent is followed by a second. Raises NotAllowedError,
    NothingToUndoError, StaleDecisionError when anything came after the decision.
    """
    if not may_decide(moderator, decision.comment.site):
        raise NotAllowedError
    with transaction.atomic():
        if revoke(decision, moderator, trust_rule_of(decision.comment.site_id)):
            put_undo_mail(decision)
    return decision


def revoke(decision: Decision, moderator: AbstractBaseUser, trust_rule: DeskSettings | None) -> bool:
    """Take back what a decision did, for those who may; return whether its author has been told of it. About 8 queries, in
    the caller's transaction. `decision.comment` is then the comment as it stands. Raises as `undo`.
    """
    now, comment = timezone.now(), decision.comment
    # The row is claimed first, so that of two undos at once one finds nothing left to take back.
    claimed = Decision.objects.filter(pk=decision.pk, undone_at__isnull=True)
    if not claimed.update(undone_at=now, undone_by_id=moderator.pk):
        raise NothingToUndoError
    change = lifecycle.undo_change(decision.change_id, actor=lifecycle.Actor(ActorKind.MODERATOR, moderator.pk))
    change.comment.site, change.comment.author = comment.site, comment.author
    review_trust(change, trust_rule)
    decision.comment = change.comment
    decision.undone_at, decision.undone_by_id = now, moderator.pk
    has_left = not outbox.cancel(f"decision:{decision.pk}")
    # What was done is not kept for ever; a mail so old has long been sent.
    return has_left or decision.applied_at < now - outbox.KEEP_DONE


def put_decision_mail(decision: Decision) -> None:
    """Write to the author what was decided, when the grace of an undo is over. 1 query."""
    _put_mail(decision, "decision_mail", f"decision:{decision.pk}", settings.undo_grace)


def put_undo_mail(decision: Decision) -> None:
    """Write to the author that a decision they were told of no longer holds. 1 query."""
    _put_mail(decision, "undo_mail", f"undo:{decision.pk}", datetime.timedelta())


def clean_note(note: str) -> str:
    """A sentence for the author as it is stored. Raises InvalidInputError ("note")."""
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


def find_clause(policy: PolicyVersion | None, action: Action, slug: str) -> Clause | None:
    """The clause a judgement is by. Raises ClauseNeededError, InvalidInputError ("clause")."""
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
    change: StatusChange,
    action: Action,
    bench: Bench,
    clause: Clause | None,
    *,
    settles_edit: bool,
    batch_id: uuid.UUID | None,
) -> Decision:
    return record_decision(
        change,
        action,
        bench.policy,
        clause,
        is_flagged=_is_flagged(change, bench),
        settles_edit=settles_edit,
        batch_id=batch_id,
        shows_findings=bench.shows_findings,
    )


def record_decision(
    change: StatusChange,
    action: Action,
    policy: PolicyVersion | None,
    clause: Clause | None,
    *,
    is_flagged: bool,
    settles_edit: bool = False,
    batch_id: uuid.UUID | None = None,
    rule: DecidingRule | None = None,
    shows_findings: bool = True,
) -> Decision:
    """The decision with the facts of its statement of reasons, which come from the policy, never from the comment. With a
    rule it is software's, and says so (DSA, Article 17(3)(c)). Not `shows_findings`: it was made where nobody could see what
    was found. The caller holds the step's transaction. 1 to 2 queries."""
    comment = change.comment
    with override(comment.language):
        facts = clause.facts if clause else ""
    return Decision.objects.create(
        comment=comment,
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
        findings_hidden=not shows_findings or hides_findings(comment, change.from_waiting_since),
        automated_detection=is_flagged,
        automated_decision=Automation.NONE if rule is None else Automation.FULL,
        rule=rule,
        content_language=comment.language,
        content_date=comment.posted_at.date(),
        applied_at=change.created_at,
    )


def _is_flagged(change: StatusChange, bench: Bench) -> bool:
    """Whether software had marked the text that was judged. No query with a bench for many, else 1."""
    if bench.flagged is not None:
        return (change.comment_id, change.revision) in bench.flagged
    return Finding.objects.flagged().filter(comment_id=change.comment_id, revision=change.revision).exists()


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
