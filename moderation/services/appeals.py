"""Appeals of authors against a decision on their comment, and the answers to them (DSA, Article 20)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.exceptions import InvalidInputError
from comments.models import Comment, StatusChange
from comments.services import outbox
from comments.text import clean_body, is_visible, require_length
from moderation.enums import Action, AppealState, Measure, Permission
from moderation.exceptions import AppealAnsweredError, AppealNotPossibleError, AppealNotYoursError, OwnDecisionError
from moderation.models import Appeal, Decision
from moderation.permissions import may
from moderation.services.decisions import decide

TEXT_LIMIT = 1_000
# Six months have at most 184 days.
WINDOW = datetime.timedelta(days=184)
APPEALABLE = (Status.REJECTED, Status.SPAM, Status.REMOVED)
_RESTRICTED = (*APPEALABLE, Status.RETURNED)


def restriction_of(comment: Comment) -> Decision | None:
    """The decision by which a comment, or the edit of a published one, is not public, with its clause, policy and appeal;
    None when nobody decided against it. 1 query, none for a comment that is public as it is."""
    return restrictions_of([comment]).get(comment.pk)


def restrictions_of(comments: Iterable[Comment]) -> dict[int, Decision]:
    """What `restriction_of` gives for each of these comments, by primary key. 1 query for all of them."""
    restricted = {
        comment.pk: comment
        for comment in comments
        if comment.status in _RESTRICTED or (comment.is_published and comment.revision != comment.published_revision)
    }
    if not restricted:
        return {}
    standing = Decision.objects.filter(comment__in=restricted, undone_at__isnull=True)
    # The last one of a comment wins.
    last = {
        decision.comment_id: decision
        for decision in standing.select_related("clause", "policy_version", "appeal").order_by("id")
    }
    return {pk: decision for pk, decision in last.items() if _restricts(decision, restricted[pk])}


def _restricts(decision: Decision, comment: Comment) -> bool:
    if decision.to_status != comment.status or decision.measure == Measure.NONE:
        return False
    # Where an edit was refused and the author has written anew since, that text waits.
    return not comment.is_published or decision.revision == comment.revision


def may_appeal(decision: Decision) -> bool:
    """Whether the author may object to a decision that stands, as `restriction_of` gives it. No query."""
    is_early_enough = timezone.now() - decision.applied_at <= WINDOW
    return decision.to_status in APPEALABLE and not hasattr(decision, "appeal") and is_early_enough


def file_appeal(*, comment: Comment, text: str) -> Appeal:
    """Keep the author's objection to the decision that stands against their comment; once for each. 2 queries.

    Raises AppealNotPossibleError, InvalidInputError ("text").
    """
    decision = restriction_of(comment)
    if decision is None or not may_appeal(decision):
        raise AppealNotPossibleError
    clean = _clean("text", text, needed=_("Please say why the decision was a mistake."))
    try:
        with transaction.atomic():
            return Appeal.objects.create(decision=decision, text=clean, created_at=timezone.now())
    except IntegrityError as error:
        # Sent twice at once: the first one counts.
        raise AppealNotPossibleError from error


def uphold_appeal(*, appeal: Appeal, moderator: AbstractBaseUser, answer: str = "") -> Appeal:
    """Publish the comment after all, with the answer as the note of that decision. About 16 queries.

    Raises AppealNotYoursError, OwnDecisionError, AppealAnsweredError, InvalidInputError ("answer"), StaleDecisionError.
    """
    _require_other(appeal, moderator)
    clean = _clean("answer", answer)
    comment = appeal.decision.comment
    with transaction.atomic():
        _claim(appeal, AppealState.UPHELD, moderator, clean)
        decision = decide(
            comment=comment,
            moderator=moderator,
            action=Action.RESTORE,
            expected_status=Status(comment.status),
            expected_revision=comment.revision,
            note=clean,
            is_second_look=True,
        )
        Appeal.objects.filter(pk=appeal.pk).update(settled_by=decision.change)
    appeal.refresh_from_db()
    return appeal


def reject_appeal(*, appeal: Appeal, moderator: AbstractBaseUser, answer: str) -> Appeal:
    """Leave the decision as it is and tell the author why. 4 queries.

    Raises AppealNotYoursError, OwnDecisionError, AppealAnsweredError, InvalidInputError ("answer").
    """
    _require_other(appeal, moderator)
    clean = _clean("answer", answer, needed=_("Please tell the author why the decision stands."))
    address = appeal.decision.comment.author.email
    with transaction.atomic():
        _claim(appeal, AppealState.REJECTED, moderator, clean)
        if address:
            outbox.put(
                kind="appeal_decision",
                event_key=f"appeal_decision:{appeal.pk}",
                payload={"appeal": appeal.pk},
                delay=datetime.timedelta(),
                address=address,
            )
    appeal.refresh_from_db()
    return appeal


def settle_appeals_with(change: StatusChange) -> None:
    """Close the open appeal of a comment that another step brought back, or open it again when that was taken back.

    No query for a step that neither leaves nor enters a refusal, else 1 to 2. The caller holds the step's transaction.
    """
    leaves, enters = change.from_status in APPEALABLE, change.to_status in APPEALABLE
    if enters and change.undoes_id is not None:
        Appeal.objects.filter(settled_by_id=change.undoes_id).update(
            state=AppealState.OPEN, answer="", decided_at=None, decided_by=None, settled_by=None
        )
    if leaves and not enters:
        Appeal.objects.open().filter(decision__comment_id=change.comment_id).update(
            state=AppealState.UPHELD, decided_at=timezone.now(), decided_by_id=change.actor_id, settled_by=change
        )


def _require_other(appeal: Appeal, moderator: AbstractBaseUser) -> None:
    if not may(moderator, appeal.decision.comment.site, Permission.ANSWER_APPEALS):
        raise AppealNotYoursError
    if appeal.decision.moderator_id == moderator.pk:
        raise OwnDecisionError


def _claim(appeal: Appeal, state: AppealState, moderator: AbstractBaseUser, answer: str) -> None:
    """Of two answers at once one finds nothing left to answer."""
    claimed = Appeal.objects.open().filter(pk=appeal.pk)
    if not claimed.update(state=state, answer=answer, decided_at=timezone.now(), decided_by_id=moderator.pk):
        raise AppealAnsweredError


def _clean(field: str, text: str, *, needed: str = "") -> str:
    clean = clean_body(text)
    if not any(map(is_visible, clean)):
        if needed:
            raise InvalidInputError(field, needed)
        return ""
    require_length(field, clean, TEXT_LIMIT)
    return clean
