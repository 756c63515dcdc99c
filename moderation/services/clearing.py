"""What ends when something has become of a comment: leases, deferrals, questions and opinions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils import timezone

from comments.models import Comment, StatusChange
from moderation.models import Deferral, Lease, Opinion, OpinionRequest


def clear_desk(change: StatusChange) -> None:
    """Nobody has a comment before them, aside or in question any more; opinions are settled by this step. 1 query, and 1
    for each of the four that is there.

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
        Deferral.objects.filter(comment=change.comment_id).delete()
    if has_question:
        OpinionRequest.objects.filter(comment=change.comment_id, answered_at=None).update(answered_at=timezone.now())
    if has_opinions:
        Opinion.objects.filter(comment=change.comment_id, change=None).update(change=change)
