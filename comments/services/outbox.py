"""Effects outside the database: written with their cause, leased by a sweep, done once, tried again with patience."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from functools import cache
from typing import cast

from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from comments.conf import settings
from comments.models import Heartbeat, Outbox

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=90)
FIRST_RETRY = datetime.timedelta(seconds=30)
GIVE_UP_AFTER = datetime.timedelta(hours=48)
KEEP_DONE = datetime.timedelta(days=30)
UNPROVED_INTERVAL = datetime.timedelta(hours=24)
WORKER = "worker"

# What a handler gets: the row's payload. It returns, or raises to be called again later.
Handler = Callable[[dict[str, int]], None]


def put(
    *, kind: str, event_key: str, payload: dict[str, int], delay: datetime.timedelta, recipient: str = ""
) -> Outbox:
    """Write an effect to be had after `delay`; the caller holds the transaction of its cause. 1 to 2 queries.

    `recipient` is an address that nobody has proved to be theirs: at most one mail a day goes there, the next one waits.
    """
    due_at = timezone.now() + delay
    digest = recipient_digest(recipient) if recipient else ""
    if digest:
        latest = Outbox.objects.filter(recipient=digest).order_by("-due_at").values_list("due_at", flat=True).first()
        due_at = max(due_at, latest + UNPROVED_INTERVAL) if latest else due_at
    return Outbox.objects.create(kind=kind, event_key=event_key, payload=payload, due_at=due_at, recipient=digest)


def cancel(event_key: str) -> bool:
    """Take an effect back before it happened; False when it has happened or is happening. 1 query."""
    free = Outbox.objects.open().filter(Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now()))
    return bool(free.filter(event_key=event_key).delete()[0])


def recipient_digest(address: str) -> str:
    """A keyed hash of the mailbox behind an address: case, dots and +tags of the local part make no difference."""
    local, _at, domain = address.casefold().rpartition("@")
    mailbox = local.partition("+")[0].replace(".", "") + "@" + domain
    return salted_hmac("marginalia.recipient", mailbox, algorithm="sha256").hexdigest()


def lease_due(*, limit: int) -> list[int]:
    """Lease what is due and return its primary keys, oldest first. 1 query and 1 per row.

    The condition in each UPDATE makes sure that two sweeps never lease the same row.
    """
    now = timezone.now()
    due = Outbox.objects.due(now)
    candidates = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:limit])
    return [pk for pk in candidates if due.filter(pk=pk).update(leased_until=now + LEASE)]


def deliver(pk: int) -> None:
    """Have the effect of a leased row and mark it done; after a failure it is due again later, for 48 hours.

    A message that comes late or twice finds the row done, or its lease over, and does nothing.
    """
    now = timezone.now()
    held = Outbox.objects.open().filter(pk=pk, leased_until__gt=now)
    # Trading the lease for a fresh one lets exactly one of several deliveries of the same message through.
    row = held.first()
    if row is None or not held.filter(leased_until=row.leased_until).update(
        leased_until=now + LEASE + datetime.timedelta(seconds=1), attempts=F("attempts") + 1
    ):
        logger.info("Outbox row %s is done, gone or held by another worker.", pk)
        return
    try:
        _load_handler(settings.outbox_handlers[row.kind])(row.payload)
    except Exception as error:  # noqa: BLE001 - a handler is somebody else's code
        # A mail server, a web service: whatever goes wrong there, the row stays and is tried again.
        logger.warning("Outbox row %s failed: %s", pk, type(error).__name__)
        _postpone(row, now, error)
    else:
        Outbox.objects.filter(pk=pk).update(done_at=timezone.now(), leased_until=None, last_error="")


def _postpone(row: Outbox, now: datetime.datetime, error: Exception) -> None:
    again = now + FIRST_RETRY * 2 ** min(row.attempts, 10)
    gave_up = again > row.created_at + GIVE_UP_AFTER
    Outbox.objects.filter(pk=row.pk).update(
        due_at=again,
        leased_until=None,
        failed_at=now if gave_up else None,
        last_error=type(error).__name__[:200],
    )


def purge_done() -> int:
    """Delete rows that were done a month ago; return how many. 1 query."""
    return Outbox.objects.filter(done_at__lt=timezone.now() - KEEP_DONE).delete()[0]


def beat(name: str = WORKER) -> None:
    """Note that a background process is alive. 2 queries."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})


@cache
def _load_handler(path: str) -> Handler:
    return cast("Handler", import_string(path))
