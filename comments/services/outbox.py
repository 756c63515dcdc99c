"""Effects outside the database: written with their cause, leased by a sweep, done once, tried again with patience."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import cast

from django.db import transaction
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from comments.conf import settings
from comments.enums import Trouble
from comments.mailboxes import fold_mailbox
from comments.models import Heartbeat, Lane, Outbox, WrittenMailbox
from comments.services import lanes
from comments.services.refusals import Failure, Reach, failure_of

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=90)
# So many rows are in hands at once: enough for every worker, few enough for other messages not to wait behind them.
IN_HANDS = 64
FIRST_RETRY = datetime.timedelta(seconds=30)
LONGEST_RETRY = datetime.timedelta(hours=8)
GIVE_UP_AFTER = datetime.timedelta(hours=48)
KEEP_DONE = datetime.timedelta(days=30)
UNPROVED_INTERVAL = datetime.timedelta(hours=24)
WORKER = "worker"
MOOT = "moot"


class PostponedError(Exception):
    """A handler asks to be called again at `until`; nothing went wrong."""

    def __init__(self, until: datetime.datetime) -> None:
        super().__init__(until)
        self.until = until


# The row whose effect this thread is having.
_row_in_hand: ContextVar[int | None] = ContextVar("row_in_hand", default=None)


class MootError(Exception):
    """A handler says that its effect is no longer wanted; nothing went wrong."""


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
        lane=lanes.lane_of(address),
    )


def put_once(*, kind: str, payloads: Mapping[str, dict[str, int]], due_at: datetime.datetime) -> None:
    """Write effects by their event keys, each unless a row of its key is there already; as `put` otherwise. 1 query."""
    rows = [
        Outbox(kind=kind, event_key=key, payload=payload, due_at=due_at) for key, payload in sorted(payloads.items())
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)


def cancel(event_key: str) -> bool:
    """Make sure that an effect is not had; False when it has been or may just be being had. 2 queries."""
    rows = Outbox.objects.filter(event_key=event_key)
    is_idle = Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now())
    # One that is leased and was never begun is only on its way to a worker, who will not find it.
    rows.open().filter(is_idle | Q(first_due_at__isnull=True, attempts=0)).delete()
    return not rows.exists()


def was_had(event_key: str) -> bool:
    """Whether an effect has been had; False when it was moot, given up, or there is none. 1 query.

    Raises PostponedError while that is open.
    """
    row = Outbox.objects.filter(event_key=event_key).first()
    if row is not None and row.done_at is None and row.failed_at is None:
        raise PostponedError(max(row.leased_until or row.due_at, row.due_at))
    return row is not None and row.done_at is not None and row.last_error != MOOT


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
    key of a new row, lets one of several through. A mail that fails does not count. A worker that is killed leaves its mark:
    the same row of the outbox may go on.
    """
    now, digest, row = timezone.now(), mailbox_digest(address), _row_in_hand.get()
    mailbox, is_new = WrittenMailbox.objects.get_or_create(
        digest=digest, defaults={"written_at": now, "outbox_id": row}
    )
    may_go = Q(written_at__lte=now - UNPROVED_INTERVAL)
    if row is not None:
        may_go |= Q(outbox_id=row)
    rested = WrittenMailbox.objects.filter(may_go, digest=digest)
    if not is_new and not rested.update(written_at=now, outbox_id=row):
        raise PostponedError(mailbox.written_at + UNPROVED_INTERVAL)
    try:
        yield
    except Exception:
        WrittenMailbox.objects.filter(digest=digest).update(written_at=now - UNPROVED_INTERVAL)
        raise


def lease_due(*, limit: int = IN_HANDS) -> list[tuple[int, int]]:
    """Lease what is due; the primary key and the number of the attempt of each, oldest first. 6 queries, however much waits.

    No more than IN_HANDS in all and `lanes.WIDTH` of a lane are in hands at once; nothing of a lane that rests, and one of
    a lane that is to be tried again.
    """
    now = timezone.now()
    with _alone():
        held = dict(Outbox.objects.leased(now).values_list("lane").annotate(Count("pk")).order_by())
        server = Lane.objects.filter(name=lanes.SERVER).values_list("rests_until", flat=True).first()
        free = min(limit, IN_HANDS - sum(held.values()))
        is_server_tried = server is not None and any(lane for lane in held)
        mails_allowed = free if server is None else 0 if server > now or is_server_tried else 1
        chosen: list[tuple[int, int]] = []
        for pk, attempts, lane in _candidates(now, held)[: max(free, 0)] if mails_allowed else _not_mails(now, free):
            if lane:
                mails_allowed -= 1
            if not lane or mails_allowed >= 0:
                chosen.append((pk, attempts))
        return _lease(chosen, now)


def lease_after(lane: str) -> list[tuple[int, int]]:
    """Lease what takes the place of a row of this lane that is no longer in hands, as `lease_due` does. 5 to 10 queries.

    The next of the same lane, found without a look at the others; else, where few are in hands, whatever is due.
    """
    now = timezone.now()
    with _alone():
        held = Outbox.objects.leased(now)
        if lane and not lanes.troubled(lane) and held.filter(lane=lane).count() < lanes.WIDTH:
            following = Outbox.objects.due(now).filter(lane=lane).order_by("due_at", "id")
            if chosen := list(following.values_list("pk", "attempts")[:1]):
                return _lease(chosen, now)
        is_busy = held.count() > IN_HANDS // 2
    return [] if is_busy else lease_due()


def deliver(pk: int, attempt: int) -> str | None:
    """Have the effect of a leased row and mark it done; after a failure it is due again later, for 48 hours.

    A message that comes late or twice finds its attempt already begun, or its lease over, and does nothing. Returns the lane
    of a row that is no longer in hands, None for such a message. 4 queries besides the handler's, 3 for a lane that rests.
    """
    now = timezone.now()
    leased = Outbox.objects.leased(now).filter(pk=pk, attempts=attempt)
    row = leased.first()
    troubled = lanes.troubled(row.lane) if row is not None and row.lane else {}
    if row is not None and any(until > now for until in troubled.values()):
        leased.update(leased_until=None)
        return row.lane
    first_due_at = Coalesce("first_due_at", "due_at")
    if row is None or not leased.update(leased_until=now + LEASE, attempts=attempt + 1, first_due_at=first_due_at):
        logger.info("Outbox row %s is done, gone or in other hands.", pk)
        return None
    _have_effect(row, now, troubled)
    return row.lane


def _have_effect(row: Outbox, now: datetime.datetime, troubled: Mapping[str, datetime.datetime]) -> None:
    found, begun = Outbox.objects.filter(pk=row.pk), time.monotonic()
    in_hand = _row_in_hand.set(row.pk)
    try:
        if row.first_due_at is not None and now > row.first_due_at + GIVE_UP_AFTER + LONGEST_RETRY:
            # It would have been given up by then, had any of its workers lived to say so.
            _note_failure(row, now, Failure(Trouble.STUCK, "", is_final=True))
            return
        _load_handler(settings.outbox_handlers[row.kind])(row.payload)
    except PostponedError as error:
        found.update(due_at=error.until, leased_until=None, first_due_at=None)
    except MootError:
        found.update(done_at=timezone.now(), leased_until=None, last_error=MOOT)
    except Exception as error:  # noqa: BLE001 - a handler is somebody else's code
        # A mail server, a web service: whatever goes wrong there, the row stays and is tried again.
        failure = failure_of(error)
        logger.warning("Outbox row %s failed: %s", row.pk, failure)
        _note_failure(row, now, failure)
    else:
        if not found.filter(due_at=row.due_at).update(done_at=timezone.now(), leased_until=None, last_error=""):
            # It was asked for anew meanwhile, and what has been done may not know of that.
            found.update(leased_until=None)
        if row.lane:
            _note_success(row.lane, datetime.timedelta(seconds=time.monotonic() - begun), troubled)
    finally:
        _row_in_hand.reset(in_hand)


def _note_success(lane: str, took: datetime.timedelta, troubled: Mapping[str, datetime.datetime]) -> None:
    """Let go on what waited for a lane or for the mail server, which work again. No query where both did before."""
    names = {*troubled, *([lane] if took >= lanes.SLOW_AFTER else [])}
    for name in names:
        if name == lanes.SERVER:
            Lane.objects.filter(name=name).delete()
            waiting = Outbox.objects.open().filter(last_error__startswith=Trouble.UNREACHABLE.value)
        elif lanes.note_success(name, took):
            waiting = Outbox.objects.open().filter(lane=lane, first_due_at__isnull=False)
        else:
            continue
        now = timezone.now()
        waiting.filter(due_at__gt=now).update(due_at=now)


def _note_failure(row: Outbox, now: datetime.datetime, failure: Failure) -> None:
    first_due_at = row.first_due_at or row.due_at
    # Each wait is as long as all before together.
    again = now + min(FIRST_RETRY + max(now - first_due_at, datetime.timedelta()), LONGEST_RETRY)
    gave_up = failure.is_final or again > first_due_at + GIVE_UP_AFTER
    Outbox.objects.filter(pk=row.pk).update(
        due_at=again, leased_until=None, failed_at=now if gave_up else None, last_error=str(failure)
    )
    if not row.lane or failure.reach == Reach.ROW:
        return
    lanes.note_failure(lanes.SERVER if failure.reach == Reach.SERVER else row.lane)
    # What waited in a lane that has not worked for so long is not tried one by one.
    too_old = Q(due_at__lt=now - GIVE_UP_AFTER) | Q(first_due_at__lt=now - GIVE_UP_AFTER)
    waiting = Outbox.objects.open().filter(too_old, lane=row.lane, leased_until__isnull=True)
    waiting.update(failed_at=now, last_error=str(failure))


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time counts what is in hands and takes more; none is kept from its work by it. 1 query."""
    with transaction.atomic():
        list(Heartbeat.objects.select_for_update().filter(name=WORKER))
        yield


def _candidates(now: datetime.datetime, held: Mapping[str, int]) -> list[tuple[int, int, str]]:
    """What may be leased, with attempts and lane, oldest first: of each lane as many as there is room for. 1 query."""
    of_lane = Lane.objects.filter(name=OuterRef("lane"))
    full = [lane for lane, count in held.items() if lane and count >= lanes.WIDTH]
    in_hands = [When(lane=lane, then=Value(count)) for lane, count in held.items() if lane]
    width = Case(
        When(lane="", then=Value(IN_HANDS)),
        When(Exists(of_lane), then=Value(1)),
        default=Value(lanes.WIDTH),
        output_field=IntegerField(),
    )
    awake = Outbox.objects.due(now).exclude(lane__in=full).exclude(Exists(of_lane.filter(rests_until__gt=now)))
    placed = awake.annotate(
        room=width - Case(*in_hands, default=Value(0), output_field=IntegerField()),
        place=Window(RowNumber(), partition_by=F("lane"), order_by=("due_at", "id")),
    )
    chosen = placed.filter(place__lte=F("room")).order_by("due_at", "id")
    return list(chosen.values_list("pk", "attempts", "lane")[:IN_HANDS])


def _not_mails(now: datetime.datetime, limit: int) -> list[tuple[int, int, str]]:
    due = Outbox.objects.due(now).filter(lane="").order_by("due_at", "id")
    return list(due.values_list("pk", "attempts", "lane")[: max(limit, 0)])


def _lease(chosen: list[tuple[int, int]], now: datetime.datetime) -> list[tuple[int, int]]:
    """The caller holds `_alone`. 1 query."""
    Outbox.objects.due(now).filter(pk__in=[pk for pk, _attempt in chosen]).update(leased_until=now + LEASE)
    return chosen


def try_again(pk: int | None = None) -> int:
    """Put a row that was given up back in line for another 48 hours, or all of them; how many. 1 query."""
    failed = Outbox.objects.failed()
    if pk is not None:
        failed = failed.filter(pk=pk)
    return failed.update(failed_at=None, due_at=timezone.now(), first_due_at=None, leased_until=None)


def purge_done() -> int:
    """Delete rows that were done or given up a month ago, and mailboxes that have rested; how many rows. 2 queries."""
    ended_before = timezone.now() - KEEP_DONE
    WrittenMailbox.objects.filter(written_at__lt=timezone.now() - UNPROVED_INTERVAL).delete()
    return Outbox.objects.filter(Q(done_at__lt=ended_before) | Q(failed_at__lt=ended_before)).delete()[0]


def beat(name: str = WORKER) -> None:
    """Note that a background process is alive. 2 queries."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})


@cache
def _load_handler(path: str) -> Handler:
    return cast("Handler", import_string(path))
