"""What follows from the reader's side's own news."""

from __future__ import annotations

import logging
from functools import partial

from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver

from comments.enums import Status
from comments.hints import hint_on_commit
from comments.models import Article, Comment, StatusChange
from comments.services import publications, subscriptions
from comments.services.websub import put_pings
from comments.signals import article_merged, comment_status_changed, votes_changed
from comments.tasks import rank_article_task

logger = logging.getLogger(__name__)

# How long votes are gathered before an article's comments are ranked anew.
RANK_PAUSE_S = 30


@receiver(votes_changed, dispatch_uid="marginalia.rank_soon")
def rank_soon(*, article_id: int, **_kwargs: object) -> None:
    """Have an article ranked after the pause, once for all votes that come until then."""
    transaction.on_commit(partial(_hint, article_id), robust=True)


@receiver(comment_status_changed, dispatch_uid="marginalia.tell_hub")
def tell_hub(*, comment: Comment, change: StatusChange, **_kwargs: object) -> None:
    """Have the hub told of the feeds that show something else now."""
    if Status.APPROVED in (change.from_status, change.to_status):
        put_pings(comment)


@receiver(comment_status_changed, dispatch_uid="marginalia.tell_followers")
def tell_followers(*, comment: Comment, change: StatusChange, **_kwargs: object) -> None:
    """Have followers told of what is published for the first time, and nobody of what is not published after all."""
    was_public = change.from_status == Status.APPROVED
    if comment.status == Status.APPROVED and not was_public and comment.published_at == change.created_at:
        publications.announce(comment)
    elif was_public and comment.status != Status.APPROVED:
        publications.hold_back(comment)


@receiver(article_merged, dispatch_uid="marginalia.follow_merged")
def follow_merged(*, source: Article, target: Article, **_kwargs: object) -> None:
    """Let whoever follows an article follow the one it is merged into."""
    subscriptions.follow_merged(source, target)


def _hint(article_id: int) -> None:
    """Only the first vote of a pause gets here what it wants; the others are stored before its message is due.

    The mark ends before the message is due, so a vote that comes too late for one ranking begins the next pause.
    Should the message get lost, the next vote after the pause or the daily round puts it right.
    """
    if _is_first(article_id):
        hint_on_commit(rank_article_task, article_id, countdown_s=RANK_PAUSE_S)


def _is_first(article_id: int) -> bool:
    try:
        return cache.add(f"marginalia:rank:{article_id}", 1, timeout=RANK_PAUSE_S)
    except Exception:
        # Whatever a cache client raises when its server is away: ranking too often is better than never.
        logger.exception("The cache does not answer; the article is ranked after each vote.")
        return True
