"""Decisions that software made."""

from __future__ import annotations

from comments.enums import ArticleMode, Status
from comments.models import StatusChange
from moderation.enums import Action, Automation, Measure, Source
from moderation.models import Decision
from moderation.services.policies import current_policy


def record_publication(change: StatusChange) -> Decision | None:
    """The decision behind a comment that a rule let through where a person would have had to; None for any other step.

    4 queries. In a post-moderated discussion comments appear by its mode, and nobody has decided yet.
    """
    comment = change.comment
    is_publication = change.from_status == Status.PENDING and change.to_status == Status.APPROVED
    if not is_publication or comment.article.mode == ArticleMode.POST_MODERATED:
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
