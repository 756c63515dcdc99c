"""Having texts looked at: what a screener is shown of a new or a stored one, and a note that it was looked at."""

from __future__ import annotations

import datetime
import logging

from django.utils import timezone

from comments.enums import Status
from comments.gate import Gate
from comments.models import Author, Comment, Revision
from comments.screening import ScreeningInput, Verdict, get_screener

logger = logging.getLogger(__name__)

RECENT_BODIES = 10


def stored_screening_input(comment: Comment) -> ScreeningInput:
    """What may be known of the latest revision of a stored comment. 2 to 3 queries, more without `with_context`.

    How the form was filled in is known at posting time only.
    """
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
        parent_body=published_body(comment.parent),
        recent_bodies=recent_bodies([comment.author], without=comment),
    )


def unseen_revisions(comment: Comment) -> list[int]:
    """The latest revision of a comment, and before it the one that everybody reads where none has looked at that yet: whoever is
    published at once could else write anew before anybody has looked. No query."""
    published = comment.published_revision if comment.is_published else None
    unseen = range(comment.screened_revision + 1, comment.revision)
    return [published, comment.revision] if published is not None and published in unseen else [comment.revision]


def mark_screened(*, comment_id: int, revision: int) -> None:
    """Note that the asynchronous flaggers have seen this revision; never goes back. 1 query."""
    Comment.objects.filter(pk=comment_id, screened_revision__lt=revision).update(screened_revision=revision)


def find_unscreened(*, older_than: datetime.timedelta, limit: int) -> list[int]:
    """Keys of comments whose latest revision the asynchronous flaggers have not seen, oldest first. 1 query."""
    found = Comment.objects.unscreened().filter(posted_at__lt=timezone.now() - older_than)
    return list(found.order_by("id").values_list("id", flat=True)[:limit])


def screening_input_for_revision(comment: Comment, body: str) -> ScreeningInput:
    """What may be known of a new text for a comment (with article, author, site and parent). 1 to 2 queries."""
    return ScreeningInput(
        site=comment.site.slug,
        article_key=comment.article.key,
        article_title=comment.article.title,
        language=comment.language,
        mode=comment.article.mode,
        body=body,
        author_name=comment.author_name,
        author_kind=comment.author.kind,
        revision=comment.revision + 1,
        parent_body=published_body(comment.parent),
        recent_bodies=recent_bodies([comment.author], without=comment),
    )


def recent_bodies(authors: list[Author], *, without: Comment | None = None) -> tuple[str, ...]:
    """What these authors wrote in the last day, newest first, at most 10 texts. 1 query, none without authors."""
    if not authors:
        return ()
    since = timezone.now() - datetime.timedelta(days=1)
    found = Revision.objects.filter(comment__author__in=authors, created_at__gte=since)
    if without is not None:
        found = found.exclude(comment=without)
    return tuple(found.order_by("-created_at").values_list("body", flat=True)[:RECENT_BODIES])


def published_body(comment: Comment | None) -> str:
    """The text that everybody reads; empty without one. 1 query for a published comment."""
    if comment is None or comment.published_revision is None:
        return ""
    return comment.revisions.get(number=comment.published_revision).body


def screen_safely(screening_input: ScreeningInput) -> Verdict:
    """What the screener says; where it fails, that a person has to look."""
    try:
        return get_screener()(screening_input)
    except Exception:
        # A screener is other people's code. Whatever it does, the comment is kept and a person looks at it.
        logger.exception("The screener failed; the comment waits for a moderator.")
        return Verdict(Status.PENDING)


def held(verdict: Verdict, gate: Gate) -> Verdict:
    """The verdict on a text by somebody of whom everything waits for a person."""
    return Verdict(Status.PENDING, verdict.findings) if gate.holds else verdict
