"""Decisions that software made."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

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
    """Have a comment wait after all that appeared before anybody looked, when a later check found something in the text that
    everybody reads; whether it does now. It appeared because its author is trusted, or in a post-moderated discussion, where
    only a check that may hold back has it wait. 1 query for a comment of which nothing was found, else 2 or 3 and those of a
    step."""
    found = Finding.objects.flagged().filter(comment=comment_id, revision=F("comment__published_revision"))
    comment = Comment.objects.published().filter(Exists(found), pk=comment_id).select_related("article").first()
    if comment is None:
        return False
    decision = Decision.objects.filter(comment=comment, undone_at__isnull=True).first()
    if decision is None:
        appeared_by_itself = comment.article.mode == ArticleMode.POST_MODERATED and found.holding().exists()
    else:
        is_of_this_text = decision.revision == comment.published_revision
        appeared_by_itself = decision.automated_decision == Automation.FULL and is_of_this_text
    if not appeared_by_itself:
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


def weigh_drawn(comment_id: int) -> None:
    """Have a comment that was drawn to wait for people stand for itself alone once something was found for which it, and each of its
    like, would have to wait anyway. 1 query."""
    found = Finding.objects.flagged().filter(comment=OuterRef("pk"), revision=OuterRef("revision"))
    waits_anyway = Exists(found.holding()) | (~Q(article__mode=ArticleMode.POST_MODERATED) & Exists(found))
    drawn = Comment.objects.waiting().hidden_from_public().filter(pk=comment_id, is_drawn=True)
    drawn.filter(waits_anyway).update(drawn_share=1)
