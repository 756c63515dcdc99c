"""Decisions that software made."""

from __future__ import annotations

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Status
from comments.exceptions import StaleDecisionError
from comments.models import Comment, StatusChange
from moderation.enums import Action, Automation, Measure, Source
from moderation.models import Decision, Finding
from moderation.services.policies import current_policy


def record_publication(change: StatusChange) -> Decision | None:
    """The decision behind a comment that was let through for trust where a person would have had to; None for any other step.

    4 queries. In a post-moderated discussion comments appear by its mode, and nobody has decided yet. Trust lets through
    before the background has looked; a check that decides does so after it, and writes its own decision.
    """
    comment = change.comment
    is_publication = change.from_status == Status.PENDING and change.to_status == Status.APPROVED
    is_screened = comment.screened_revision >= change.revision
    if not is_publication or is_screened or comment.article.mode == ArticleMode.POST_MODERATED:
        return None
    return Decision.objects.create(
        comment=comment,
        change=change,
        moderator=None,
        action=Action.APPROVE,
        from_status=change.from_status,
        to_status=change.to_status,
        revision=change.revision,
        policy_version=current_policy(comment.site),
        measure=Measure.NONE,
        source=Source.OWN_INITIATIVE,
        automated_detection=False,
        automated_decision=Automation.FULL,
        content_language=comment.language,
        content_date=comment.posted_at.date(),
        applied_at=change.created_at,
    )


def take_back_flagged(comment_id: int) -> bool:
    """Have a comment wait after all that appeared because its author is trusted, when a later check found something; whether
    it does now. 1 query for all other comments, else 3 and those of a step."""
    decision = Decision.objects.filter(comment=comment_id, undone_at__isnull=True).first()
    if decision is None or decision.automated_decision != Automation.FULL:
        return False
    comment = Comment.objects.published().filter(pk=comment_id, revision=decision.revision).first()
    found = Finding.objects.flagged().holding().filter(comment=comment_id, revision=decision.revision)
    if comment is None or not found.exists():
        return False
    try:
        lifecycle.set_status(
            comment.pk,
            Status.PENDING,
            actor=lifecycle.Actor(ActorKind.RULE),
            expected_status=Status.APPROVED,
            expected_revision=comment.revision,
        )
    except StaleDecisionError:
        # Somebody has just decided, or its author wrote anew: it is looked at anyway.
        return False
    return True
