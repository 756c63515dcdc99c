"""Effects outside the database: written with their cause, leased by a sweep, done once, tried again with patience."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import cast

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from comments.conf import settings
from comments.mailboxes import fold_mailbox
from comments.models import Heartbeat, Outbox, WrittenMailbox

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=90)
FIRST_RETRY = datetime.timedelta(seconds=30)
GIVE_UP_AFTER = datetime.timedelta(hours=48)
KEEP_DONE = datetime.timedelta(days=30)
UNPROVED_INTERVAL = datetime.timedelta(hours=24)
WORKER = "worker"


class PostponedError(Exception):
    """A handler asks to be called again at `until`; nothing went wrong."""

    def __init__(self, until: datetime.datetime) -> None:
        super().__init__(until)
        self.until = until


# What a handler gets: the row's payload. It returns, or raises to be called again later.
Handler = Callable[[dict[str, int]], None]


def put(*, kind: str, event_key: str, payload: dict[str, int], delay: datetime.timedelta, address: str = "") -> Outbox:
    """Write an effect to be had after `delay`; the caller holds the transaction of its cause. 1 query.

    `address` is where a mail is meant to go; only a keyed hash of it is kept.
    """
    return Outbox.objects.create(
        kind=kind,
        event_key=event_key,
        payload=payload,
        due_at=timezone.now() + delay,
        recipient=mailbox_digest(address) if address else "",
    )


def put_once(*, kind: str, payloads: Mapping[str, dict[str, int]], due_at: datetime.datetime) -> None:
    """Write effects by their event keys, each unless a row of its key is there already; as `put` otherwise. 1 query."""
    rows = [
        Outbox(kind=kind, event_key=key, payload=payload, due_at=due_at) for key, payload in sorted(payloads.items())
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)


def cancel(event_key: str) -> bool:
    """Make sure that an effect is not had; False when it has been or is just being had. 2 queries."""
    rows = Outbox.objects.filter(event_key=event_key)
    rows.open().filter(Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now())).delete()
    return not rows.exists()


def waits_until(event_key: str) -> datetime.datetime | None:
    """When an effect that has not been had is due; None when it has been, or was given up, or there is none. 1 query."""
    return Outbox.objects.open().filter(event_key=event_key).values_list("due_at", flat=True).first()


def mailbox_digest(address: str) -> str:
    """A keyed hash of the mailbox behind an address, the same for all its spellings that `fold_mailbox` knows."""
    return salted_hmac("marginalia.recipient", fold_mailbox(address), algorithm="sha256").hexdigest()


def waiting_for(address: str, *, kind: str) -> list[Outbox]:
    """What else of this kind waits for the mailbox behind an address, oldest first. 1 query."""
    return list(Outbox.objects.open().filter(kind=kind, recipient=mailbox_digest(address)).order_by("id"))


def mark_done(rows: list[Outbox]) -> None:
    """Note that the effects of these rows have been had together with another one's. 1 query."""
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(done_at=timezone.now(), leased_until=None)


@contextmanager
def once_a_day(address: str) -> Iterator[None]:
    """Let one mail a day through to an address that nobody has proved to be theirs. 2 queries.

    Raises PostponedError when one was sent within the last day, also under load: the condition of the UPDATE, or the primary
    key of a new row, lets one of several through. A mail that fails does not count.
    """
    now, digest = timezone.now(), mailbox_digest(address)
    mailbox, is_new = WrittenMailbox.objects.get_or_create(digest=digest, defaults={"written_at": now})
    rested = WrittenMailbox.objects.filter(digest=digest, written_at__lte=now - UNPROVED_INTERVAL)
    if not is_new and not rested.update(written_at=now):
        raise PostponedError(mailbox.written_at + UNPROVED_INTERVAL)
    try:
        yield
    except Exception:
        WrittenMailbox.objects.filter(digest=digest).update(written_at=now - UNPROVED_INTERVAL)
        raise


def lease_due(*, limit: int) -> list[tuple[int, int]]:
    """Lease what is due; the primary key and the number of the attempt of each, oldest first. 1 query and 1 per row.

    The condition in each UPDATE makes sure that two sweeps never lease the same row.
    """
    now = timezone.now()
    due = Outbox.objects.due(now)
    candidates = list(due.order_by("due_at", "id").values_list("pk", "attempts")[:limit])
    return [
        (pk, attempt)
        for pk, attempt in candidates
        if due.filter(pk=pk, attempts=attempt).update(leased_until=now + LEASE)
    ]


def deliver(pk: int, attempt: int) -> None:
    """Have the effect of a leased row and mark it done; after a failure it is due again later, for 48 hours.

    A message that comes late or twice finds its attempt already begun, or its lease over, and does nothing.
    """
    now = timezone.now()
    leased = Outbox.objects.open().filter(pk=pk, attempts=attempt, leased_until__gt=now)
    if not leased.update(leased_until=now + LEASE, attempts=attempt + 1):
        logger.info("Outbox row %s is done, gone or in other hands.", pk)
        return
    row = Outbox.objects.get(pk=pk)
    try:
        _load_handler(settings.outbox_handlers[row.kind])(row.payload)
    except PostponedError as error:
        Outbox.objects.filter(pk=pk).update(due_at=error.until, leased_until=None)
    except Exception as error:  # noqa: BLE001 - a handler is somebody else's code
        # A mail server, a web service: whatever goes wrong there, the row stays and is tried again.
        logger.warning("Outbox row %s failed: %s", pk, type(error).__name__)
        _postpone(row, now, error)
    else:
        Outbox.objects.filter(pk=pk).update(done_at=timezone.now(), leased_until=None, last_error="")


def _postpone(row: Outbox, now: datetime.datetime, error: Exception) -> None:
    again = now + FIRST_RETRY * 2 ** min(row.attempts - 1, 10)
    gave_up = again > row.created_at + GIVE_UP_AFTER
    Outbox.objects.filter(pk=row.pk).update(
        due_at=again,
        leased_until=None,
        failed_at=now if gave_up else None,
        last_error=type(error).__name__[:200],
    )


def purge_done() -> int:
    """Delete rows that were done a month ago, and mailboxes that have rested; return how many rows. 2 queries."""
    WrittenMailbox.objects.filter(written_at__lt=timezone.now() - UNPROVED_INTERVAL).delete()
    return Outbox.objects.filter(done_at__lt=timezone.now() - KEEP_DONE).delete()[0]


def beat(name: str = WORKER) -> None:
    """Note that a background process is alive. 2 queries."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})


@cache
def _load_handler(path: str) -> Handler:
    return cast("Handler", import_string(path))
