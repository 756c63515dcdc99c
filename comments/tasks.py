"""Background work of the reader's side. Every message is a hint to look; the truth is in the rows."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from comments.services import outbox

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200


@shared_task(base=DjangoTask, soft_time_limit=60, time_limit=75, acks_late=True)
def deliver_outbox_task(pk: int, attempt: int) -> None:
    """Have the effect of one outbox row, unless this attempt was begun already."""
    outbox.deliver(pk, attempt)


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def sweep_task() -> None:
    """Find outbox rows that are due, also those whose message was lost, and hand each to a worker."""
    outbox.beat()
    for pk, attempt in outbox.lease_due(limit=SWEEP_LIMIT):
        deliver_outbox_task.apply_async((pk, attempt))


@shared_task(base=DjangoTask, soft_time_limit=300, time_limit=330, acks_late=True)
def purge_task() -> None:
    """Delete what has served its purpose."""
    logger.info("Purged %s outbox rows.", outbox.purge_done())
