"""What a screener that works after the fact needs: the stored text as it was posted, and a note that it was looked at."""

from __future__ import annotations

import datetime

from django.utils import timezone

from comments.models import Comment
from comments.screening import ScreeningInput
from comments.services.posting import recent_bodies


def stored_screening_input(comment: Comment) -> ScreeningInput:
    """What may be known of the latest revision of a stored comment. 2 to 3 queries, more without `with_context`.

    How the form was filled in is known at posting time only.
    """
    parent = comment.parent
    parent_body = ""
    if parent is not None and parent.published_revision is not None:
        parent_body = parent.revisions.get(number=parent.published_revision).body
    return ScreeningInput(
        site=comment.site.slug,
        article_key=comment.article.key,
        article_title=comment.article.title,
        language=comment.language,
        mode=comment.article.mode,
        body=comment.revisions.get(number=comment.revision).body,
        author_name=comment.author_name,
        author_kind=comment.author.kind,
        revision=comment.revision,
        parent_body=parent_body,
        recent_bodies=recent_bodies([comment.author], without=comment),
    )


def mark_screened(*, comment_id: int, revision: int) -> None:
    """Note that the asynchronous flaggers have seen this revision; never goes back. 1 query."""
    Comment.objects.filter(pk=comment_id, screened_revision__lt=revision).update(screened_revision=revision)


def find_unscreened(*, older_than: datetime.timedelta, limit: int) -> list[int]:
    """Keys of comments whose latest revision the asynchronous flaggers have not seen, oldest first. 1 query."""
    found = Comment.objects.unscreened().filter(posted_at__lt=timezone.now() - older_than)
    return list(found.order_by("id").values_list("id", flat=True)[:limit])
