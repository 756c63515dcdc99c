"""Background work of the moderators' side. Every message is a hint to look; the truth is in the rows."""

from __future__ import annotations

import datetime

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from comments.hints import hint_on_commit
from comments.services.screening import find_unscreened
from moderation.services.desk_digests import put_digests
from moderation.services.publications import take_back_flagged
from moderation.services.restrictions import forget_networks
from moderation.services.screening import screen_stored_comment
from moderation.services.trust import review_trust_by_rules

SWEEP_LIMIT = 200
# Younger ones still have their own message under way.
SWEEP_AGE = datetime.timedelta(seconds=5)


@shared_task(base=DjangoTask, soft_time_limit=10, time_limit=15, acks_late=True)
def screen_comment_task(comment_id: int) -> None:
    """Let the asynchronous flaggers look at a comment; again when the time was not enough for all."""
    # A message comes again, at once, when the process that had it ended.
    is_after_crash = bool((screen_comment_task.request.delivery_info or {}).get("redelivered"))
    if not screen_stored_comment(comment_id, is_after_crash=is_after_crash):
        hint_on_commit(screen_comment_task, comment_id)
    take_back_flagged(comment_id)


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def sweep_unscreened_task() -> None:
    """Find comments whose message was lost, or whose worker died, and hand each to a worker."""
    for comment_id in find_unscreened(older_than=SWEEP_AGE, limit=SWEEP_LIMIT):
        hint_on_commit(screen_comment_task, comment_id)


@shared_task(base=DjangoTask, soft_time_limit=120, time_limit=150, acks_late=True)
def review_trust_task() -> None:
    """Bring the trust that sites give by their rules up to date, and forget which networks were restricted long ago."""
    review_trust_by_rules()
    forget_networks()


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def put_desk_digests_task() -> None:
    """Have those moderators written to about what waits who want that now."""
    put_digests()
