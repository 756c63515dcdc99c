"""What ends when something has become of a comment, and comes back with an undo: deferrals, questions and opinions; leases end."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils import timezone

from comments.models import Comment, StatusChange
from moderation.models import Deferral, Lease, Opinion, OpinionRequest


def clear_desk(change: StatusChange) -> None:
    """Nobody has a comment before them, aside or in question any more; opinions are settled by this step. What a step had
    ended that is taken back by this one holds again. 1 query, 1 for each of the four that is there, 4 more for an undo.

    A lease that is taken at this very moment is left to end by itself; the others lock the comment as the step did.
    """
    of_comment = {"comment": OuterRef("pk")}
    found = Comment.objects.filter(pk=change.comment_id).values_list(
        Exists(Lease.objects.filter(**of_comment)),
        Exists(Deferral.objects.filter(**of_comment)),
        Exists(OpinionRequest.objects.filter(answered_at__isnull=True, **of_comment)),
        Exists(Opinion.objects.filter(change__isnull=True, **of_comment)),
    )
    has_lease, has_deferral, has_question, has_opinions = found.get()
    if has_lease:
        Lease.objects.filter(comment=change.comment_id).delete()
    if has_deferral:
        Deferral.objects.filter(comment=change.comment_id).update(comment=None, ended_by=change)
    if has_question:
        questions = OpinionRequest.objects.filter(comment=change.comment_id, answered_at=None)
        questions.update(answered_at=timezone.now(), settled_by=change)
    if has_opinions:
        Opinion.objects.filter(comment=change.comment_id, change=None).update(change=change)
    if change.undoes is not None:
        _bring_back(change.undoes)


def _bring_back(undone: StatusChange) -> None:
    """What a step had ended. The vote of who carried it out is a part of it, and stays with it in the history."""
    Deferral.objects.filter(ended_by=undone).update(comment=undone.comment_id, ended_by=None)
    OpinionRequest.objects.filter(settled_by=undone).update(answered_at=None, settled_by=None)
    Opinion.objects.filter(change=undone, created_at__lt=undone.created_at).update(change=None)
