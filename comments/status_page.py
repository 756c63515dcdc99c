"""What the page of one comment shows its author."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from comments.forms import ReviseForm
from comments.models import Author, Comment
from comments.own_cards import editable_until
from comments.reply_feeds import RepliesFeed, replies_feed_of
from comments.services.posting import may_revise, may_withdraw
from comments.slots import fill_outcomes, fill_slot
from comments.standing import Standing, Step, describe, timeline


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What templates/comments/status.html shows. `form` is there while the text may be changed, or when a change was
    refused; `editable_until` is empty when no clock runs; `public_body` is the text that everybody reads meanwhile; `notices` says
    what holds for its author."""

    comment: Comment
    token: str
    language: str
    standing: Standing
    steps: tuple[Step, ...]
    body: str
    public_body: str
    outcome: SafeString
    notices: SafeString
    form: ReviseForm | None
    may_revise: bool
    may_withdraw: bool
    editable_until: datetime.datetime | None
    article_address: str
    replies_feed: RepliesFeed


def build_status_page(
    comment: Comment, *, token: str, article_address: str, form: ReviseForm | None = None
) -> StatusPage:
    """The page of a comment (with article, author and site) in the active language. 2 queries and those of the slots."""
    revisions = list(comment.revisions.all())
    bodies = {revision.number: revision.body for revision in revisions}
    body = bodies[comment.revision]
    allowed = may_revise(comment)
    author = _with_site(comment)
    shows_older = comment.has_waiting_edit and comment.published_revision is not None
    return StatusPage(
        comment=comment,
        token=token,
        language=translation.get_language() or comment.language,
        standing=describe(comment),
        steps=tuple(timeline(comment, revisions)),
        body=body,
        public_body=bodies[comment.published_revision] if shows_older and comment.published_revision else "",
        outcome=fill_outcomes([comment]).get(comment.pk, SafeString()),
        notices=fill_slot("reader_notices", authors=[author]),
        form=form or (ReviseForm(comment=comment, body=body) if allowed else None),
        may_revise=allowed,
        may_withdraw=may_withdraw(comment),
        editable_until=editable_until(comment) if allowed else None,
        article_address=article_address,
        replies_feed=replies_feed_of(author, action=reverse("comments:status_replies_feed", args=[token])),
    )


def _with_site(comment: Comment) -> Author:
    author = comment.author
    author.site = comment.site
    return author
