"""Background work of the reader's side. Every message is a hint to look; the truth is in the rows."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from comments.services import bounces, outbox, publications, retention, sign_in, subscriptions, voting

logger = logging.getLogger(__name__)

# A little more than the time between two daily rounds.
VOTES_LOOKED_BACK = datetime.timedelta(hours=25)


@shared_task(base=DjangoTask, soft_time_limit=60, time_limit=75, acks_late=True)
def deliver_outbox_task(pk: int, attempt: int) -> None:
    """Have the effect of one outbox row, unless this attempt was begun already; then have the next in its place."""
    lane = outbox.deliver(pk, attempt)
    if lane is not None:
        _hand_out(outbox.lease_after(lane))


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def sweep_task() -> None:
    """Find outbox rows that are due, also those whose message was lost, and hand each to a worker.

    Each row that is done draws the next after it: a backlog does not wait for the next sweep.
    """
    outbox.beat()
    _hand_out(outbox.lease_due())


@shared_task(base=DjangoTask, soft_time_limit=300, time_limit=330, acks_late=False)
def purge_task() -> None:
    """Delete what has served its purpose, and rank anew where votes may have gone unheard."""
    logger.info("Purged %s outbox rows.", outbox.purge_done())
    logger.info("Purged %s subscriptions that nobody confirmed.", subscriptions.purge_unconfirmed())
    logger.info("Purged %s notifications.", publications.purge_notifications())
    logger.info("Purged %s returned mails.", bounces.purge_bounces())
    logger.info("Purged %s sign-in codes and tokens.", sign_in.purge_sign_ins())
    logger.info("Forgot the networks of %s comments.", retention.forget_networks())
    for article_id in voting.articles_voted_since(timezone.now() - VOTES_LOOKED_BACK):
        rank_article_task.apply_async((article_id,))


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def rank_article_task(article_id: int) -> None:
    """Bring the order "worth reading" of an article up to date with its votes."""
    logger.info("Ranked article %s: %s comments have moved.", article_id, voting.rank_article(article_id))


def _hand_out(rows: Iterable[tuple[int, int]]) -> None:
    for pk, attempt in rows:
        deliver_outbox_task.apply_async((pk, attempt))
