"""Digests of texts that were stored before there were any."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from comments.models import Comment, Revision
from comments.text import body_digest

BATCH = 500


def count_undigested() -> int:
    """How many comments have no digest of their text. 1 query."""
    return Comment.objects.undigested().count()


def digest_texts() -> Iterator[int]:
    """Write the digest of each of them, and yield after each batch how many that were; may be stopped and begun again at
    any time. 2 queries for each 500 comments, and none that changes a text which its author has edited meanwhile."""
    last = 0
    while found := _texts_after(last):
        last = found[-1].comment_id
        for revision in found:
            revision.comment.body_digest = body_digest(revision.body)
        # Who edits at this moment writes the digest of the new text; that one stays.
        Comment.objects.undigested().bulk_update([revision.comment for revision in found], ["body_digest"])
        yield len(found)


def _texts_after(comment_id: int) -> list[Revision]:
    """The latest texts of the next comments without a digest."""
    latest = Revision.objects.filter(comment__in=Comment.objects.undigested(), number=F("comment__revision"))
    return list(latest.filter(comment__gt=comment_id).select_related("comment").order_by("comment_id")[:BATCH])
