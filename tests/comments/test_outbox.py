from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from comments.models import Heartbeat, Outbox
from comments.services import outbox
from comments.tasks import purge_task

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
done: list[int] = []


def record(payload: dict[str, int]) -> None:
    """A handler that works."""
    done.append(payload["number"])


def deliver_again(payload: dict[str, int]) -> None:
    """A handler during which the same message comes once more."""
    record(payload)
    outbox.deliver(Outbox.objects.get().pk, 0)


def refuse(_payload: dict[str, int]) -> None:
    raise ConnectionRefusedError("no mail server")


@pytest.fixture(autouse=True)
def _handlers(settings: Settings) -> None:
    done.clear()
    settings.COMMENTS_OUTBOX_HANDLERS = {
        "record": "tests.comments.test_outbox.record",
        "nested": "tests.comments.test_outbox.deliver_again",
        "refuse": "tests.comments.test_outbox.refuse",
    }


def put(kind: str = "record", number: int = 1, *, delay: float = 0, address: str = "") -> Outbox:
    return outbox.put(
        kind=kind,
        event_key=f"{kind}:{number}",
        payload={"number": number},
        delay=datetime.timedelta(seconds=delay),
        address=address,
    )


def test_lease_due_takes_what_is_due_and_nothing_twice() -> None:
    due, later = put(number=1), put(number=2, delay=15)

    assert outbox.lease_due(limit=10) == [(due.pk, 0)]
    assert outbox.lease_due(limit=10) == []
    with time_machine.travel(timezone.now() + 20 * SECOND):
        assert outbox.lease_due(limit=10) == [(later.pk, 0)]


def test_deliver_has_the_effect_once_however_often_the_message_comes() -> None:
    row = put()
    outbox.lease_due(limit=10)

    for _ in range(5):
        outbox.deliver(row.pk, 0)

    row.refresh_from_db()
    assert done == [1]
    assert row.done_at is not None
    assert row.attempts == 1


def test_deliver_of_a_message_that_comes_again_while_the_effect_is_being_had_does_nothing() -> None:
    row = put("nested")
    outbox.lease_due(limit=10)

    outbox.deliver(row.pk, 0)

    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_deliver_by_eight_workers_at_once_has_the_effect_once() -> None:
    row = put()
    outbox.lease_due(limit=10)

    def deliver(_number: int) -> None:
        try:
            outbox.deliver(row.pk, 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, range(8)))

    assert done == [1]


def test_deliver_of_a_row_nobody_leased_or_that_is_gone_does_nothing() -> None:
    row = put()
    outbox.deliver(row.pk, 0)
    outbox.deliver(row.pk + 1, 0)
    assert done == []


def test_a_lost_message_is_found_again_when_its_lease_is_over() -> None:
    row = put()
    assert outbox.lease_due(limit=10) == [(row.pk, row.attempts)]
    with time_machine.travel(timezone.now() + outbox.LEASE + SECOND):
        assert outbox.lease_due(limit=10) == [(row.pk, row.attempts)]
        outbox.deliver(row.pk, 0)
    assert done == [1]


def test_a_failure_is_tried_again_later_and_later_for_48_hours() -> None:
    start = timezone.now()
    waits = []
    with time_machine.travel(start, tick=False) as clock:
        row = put("refuse")
        while row.failed_at is None:
            before = timezone.now()
            assert outbox.lease_due(limit=10) == [(row.pk, row.attempts)]
            outbox.deliver(row.pk, row.attempts)
            row.refresh_from_db()
            waits.append((row.due_at - before).total_seconds())
            clock.move_to(row.due_at)
    assert waits[:4] == [30, 60, 120, 240]
    assert row.last_error == "slow ConnectionRefusedError"
    assert datetime.timedelta(hours=24) < row.failed_at - start <= datetime.timedelta(hours=48)
    assert outbox.lease_due(limit=10) == []


def test_cancel_before_the_effect_removes_it_and_after_it_says_no() -> None:
    put(number=1)
    assert outbox.cancel("record:1")
    assert outbox.cancel("never:1")
    row = put(number=2)
    outbox.lease_due(limit=10)
    assert outbox.cancel("record:2"), "it is on its way to a worker, who will not find it"
    assert outbox.deliver(row.pk, 0) is None
    row = put(number=3)
    outbox.lease_due(limit=10)
    outbox.deliver(row.pk, 0)
    assert not outbox.cancel("record:3")
    assert list(Outbox.objects.values_list("event_key", flat=True)) == ["record:3"]
    assert done == [3]


def cancel_meanwhile(payload: dict[str, int]) -> None:
    """A handler during which somebody wants its effect not to be had."""
    assert not outbox.cancel("record:1")
    record(payload)


def test_cancel_of_what_is_just_being_done_says_no(settings: Settings) -> None:
    settings.COMMENTS_OUTBOX_HANDLERS = {"record": "tests.comments.test_outbox.cancel_meanwhile"}
    row = put()
    outbox.lease_due(limit=10)
    outbox.deliver(row.pk, 0)
    assert done == [1]


def call_it_moot(_payload: dict[str, int]) -> None:
    raise outbox.MootError


def test_was_had_tells_what_has_been_done_from_what_was_moot_given_up_or_never_asked_for(settings: Settings) -> None:
    settings.COMMENTS_OUTBOX_HANDLERS |= {"moot": "tests.comments.test_outbox.call_it_moot"}
    rows = [put(number=1), put("moot", 2), put("refuse", 3)]
    with pytest.raises(outbox.PostponedError):
        outbox.was_had("record:1")
    for pk, attempt in outbox.lease_due():
        outbox.deliver(pk, attempt)
    Outbox.objects.filter(pk=rows[2].pk).update(failed_at=timezone.now())
    keys = ("record:1", "moot:2", "refuse:3", "record:4")
    assert [outbox.was_had(key) for key in keys] == [True, False, False, False]


def test_waiting_for_finds_the_mailbox_however_it_is_spelled_and_keeps_no_address() -> None:
    first = put(number=1, address="vera.holm@mail.example")
    second = put(number=2, address="VeraHolm+list@MAIL.example")
    put(number=3, address="someone@mail.example")
    put(number=4)

    assert outbox.waiting_for("veraholm@mail.example", kind="record") == [first, second]
    assert outbox.waiting_for("veraholm@mail.example", kind="refuse") == []
    assert "vera" not in str(Outbox.objects.values()).casefold()


def test_once_a_day_lets_one_mail_through_and_says_when_the_next_may_go() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with outbox.once_a_day("vera.holm@mail.example"):
            pass
        with pytest.raises(outbox.PostponedError) as later, outbox.once_a_day("VERAHOLM+x@mail.example"):
            pytest.fail("a second mail went out")
        assert later.value.until == timezone.now() + outbox.UNPROVED_INTERVAL
        clock.move_to(later.value.until)
        with outbox.once_a_day("vera.holm@mail.example"):
            pass


def test_once_a_day_does_not_count_a_mail_that_failed() -> None:
    with pytest.raises(ConnectionRefusedError), outbox.once_a_day("vera@mail.example"):
        raise ConnectionRefusedError
    with outbox.once_a_day("vera@mail.example"):
        pass


@pytest.mark.django_db(transaction=True)
def test_once_a_day_lets_one_of_forty_parallel_mails_through() -> None:
    def mail(_number: int) -> int:
        try:
            with outbox.once_a_day("vera@mail.example"):
                return 1
        except outbox.PostponedError:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(mail, range(40))) == 1


def postpone(_payload: dict[str, int]) -> None:
    raise outbox.PostponedError(timezone.now() + datetime.timedelta(hours=5))


def test_deliver_of_what_is_postponed_waits_and_is_no_failure(settings: Settings) -> None:
    settings.COMMENTS_OUTBOX_HANDLERS = {"record": "tests.comments.test_outbox.postpone"}
    row = put()
    outbox.lease_due(limit=1)

    outbox.deliver(row.pk, 0)

    row.refresh_from_db()
    assert timezone.now() + datetime.timedelta(hours=4, minutes=59) < row.due_at
    assert (row.leased_until, row.failed_at, row.done_at, row.last_error) == (None, None, None, "")


def crash_once(payload: dict[str, int]) -> None:
    """A handler whose worker is killed after it has noted that it writes to an address."""
    with outbox.once_a_day("vera@mail.example"):
        record(payload)
        if len(done) == 1:
            raise KeyboardInterrupt


def test_once_a_day_lets_the_row_go_on_whose_worker_was_killed_and_no_other(settings: Settings) -> None:
    settings.COMMENTS_OUTBOX_HANDLERS = {"record": "tests.comments.test_outbox.crash_once"}
    killed, other = put(number=1), put(number=2)
    outbox.lease_due(limit=1)
    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(killed.pk, 0)
    with time_machine.travel(timezone.now() + outbox.LEASE + SECOND):
        for pk, attempt in reversed(outbox.lease_due(limit=2)):
            outbox.deliver(pk, attempt)
    assert done == [1, 1]
    other.refresh_from_db()
    assert (other.done_at, other.attempts) == (None, 1)


def test_deliver_of_what_kills_its_worker_every_time_is_given_up_after_two_days(settings: Settings) -> None:
    row = put()
    overdue = timezone.now() - outbox.GIVE_UP_AFTER - outbox.LONGEST_RETRY - SECOND
    Outbox.objects.filter(pk=row.pk).update(first_due_at=overdue, attempts=7)
    outbox.lease_due(limit=1)
    outbox.deliver(row.pk, 7)
    row.refresh_from_db()
    assert (done, row.last_error, row.failed_at is not None) == ([], "stuck", True)


def ask_anew(payload: dict[str, int]) -> None:
    """A handler during which the same effect is asked for once more."""
    record(payload)
    if len(done) == 1:
        Outbox.objects.update(due_at=timezone.now() + SECOND)


def test_deliver_of_what_is_asked_for_anew_meanwhile_is_due_once_more(settings: Settings) -> None:
    settings.COMMENTS_OUTBOX_HANDLERS = {"record": "tests.comments.test_outbox.ask_anew"}
    row = put()
    for attempt in range(2):
        with time_machine.travel(timezone.now() + 2 * attempt * SECOND):
            assert outbox.lease_due(limit=1) == [(row.pk, attempt)]
            outbox.deliver(row.pk, attempt)
    assert done == [1, 1]
    assert not Outbox.objects.open().exists()


def test_purge_removes_what_was_done_a_month_ago() -> None:
    old, new, open_row = put(number=1), put(number=2), put(number=3)
    Outbox.objects.filter(pk=old.pk).update(done_at=timezone.now() - outbox.KEEP_DONE - SECOND)
    Outbox.objects.filter(pk=new.pk).update(done_at=timezone.now())

    purge_task()

    assert set(Outbox.objects.values_list("pk", flat=True)) == {new.pk, open_row.pk}


def test_beat_keeps_one_row_for_a_worker() -> None:
    outbox.beat()
    outbox.beat()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker"]
