"""What goes to one domain shares a lane of the outbox: one that is slow, dead or full holds up no other."""

from __future__ import annotations

import datetime
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from comments.exceptions import MailServerError
from comments.models import Heartbeat, Lane, Outbox
from comments.services import lanes, outbox

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
sent: list[int] = []
answers: dict[int, Exception] = {}


def send(payload: dict[str, int]) -> None:
    """A handler that has the outcome the test wants."""
    number = payload["number"]
    if number in answers:
        raise answers[number]
    sent.append(number)


@pytest.fixture(autouse=True)
def _handlers(settings: Settings) -> None:
    sent.clear()
    answers.clear()
    settings.COMMENTS_OUTBOX_HANDLERS = {"send": "tests.comments.test_lanes.send"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def put(number: int, domain: str = "", *, error: Exception | None = None) -> Outbox:
    if error is not None:
        answers[number] = error
    return outbox.put(
        kind="send",
        event_key=f"send:{number}",
        payload={"number": number},
        delay=datetime.timedelta(),
        address=f"reader{number}@{domain}" if domain else "",
    )


def run_sweep() -> list[int]:
    """One sweep and what it hands out; the numbers that were sent."""
    before = len(sent)
    for pk, attempt in outbox.lease_due():
        outbox.deliver(pk, attempt)
    return sent[before:]


def disconnected() -> Exception:
    return smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out")


def test_lane_is_shared_by_a_domain_however_it_is_written_and_names_nobody() -> None:
    lane = lanes.lane_of("a@Slow.Example")
    assert lane == lanes.lane_of("b@slow.example")
    assert lane != lanes.lane_of("b@fast.example")
    assert lanes.lane_of("") == ""
    assert "slow" not in lane


def test_lease_due_takes_a_few_of_each_lane_and_all_that_is_no_mail() -> None:
    big = [put(number, "big.example").pk for number in range(30)]
    small = [put(number, "small.example").pk for number in range(30, 33)]
    effects = [put(number).pk for number in range(33, 53)]

    leased = [pk for pk, _attempt in outbox.lease_due()]

    assert leased == big[: lanes.WIDTH] + small + effects
    assert outbox.lease_due() == []


def test_lease_due_keeps_no_more_in_hands_than_there_is_room_for() -> None:
    for number in range(outbox.IN_HANDS + 20):
        put(number)
    assert len(outbox.lease_due(limit=10)) == 10
    assert len(outbox.lease_due(limit=1_000)) == outbox.IN_HANDS - 10
    assert outbox.lease_due() == []


def test_lease_after_draws_the_next_of_the_lane_until_it_is_dry_and_then_what_else_is_due() -> None:
    first = [put(number, "big.example") for number in range(lanes.WIDTH + 1)]
    outbox.lease_due()
    other = put(50, "other.example")

    lane = outbox.deliver(first[0].pk, 0)
    assert lane == lanes.lane_of("a@big.example")
    assert outbox.lease_after(lane) == [(first[-1].pk, 0)]
    outbox.deliver(first[1].pk, 0)
    assert outbox.lease_after(lane) == [(other.pk, 0)]
    assert outbox.lease_after(lane) == []


def test_backlog_of_one_domain_is_worked_off_by_one_sweep() -> None:
    for number in range(150):
        put(number, "big.example")
    put(150)
    waiting = outbox.lease_due()
    while waiting:
        assert Outbox.objects.leased(timezone.now()).count() <= lanes.WIDTH + 1
        pk, attempt = waiting.pop(0)
        lane = outbox.deliver(pk, attempt)
        assert lane is not None
        waiting += outbox.lease_after(lane)
    assert sorted(sent) == list(range(151))


@pytest.mark.django_db(transaction=True)
def test_five_sweeps_at_once_lease_no_more_of_a_lane_than_one_and_nothing_twice() -> None:
    outbox.beat()
    for number in range(3 * lanes.WIDTH):
        put(number, "big.example")

    def sweep(_number: int) -> list[tuple[int, int]]:
        try:
            return outbox.lease_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        leased = [row for rows in pool.map(sweep, range(5)) for row in rows]
    assert len(leased) == len(set(leased)) == lanes.WIDTH


def test_message_that_comes_twice_draws_nothing_after_it() -> None:
    row = put(1, "big.example")
    outbox.lease_due()
    outbox.deliver(row.pk, 0)
    assert outbox.deliver(row.pk, 0) is None


@pytest.mark.parametrize("count", [1, 60])
def test_sweep_takes_the_same_queries_however_much_waits(count: int) -> None:
    outbox.beat()
    for number in range(count):
        put(number, f"domain{number % 20}.example")
        Lane.objects.create(name=f"lane{number}", failures=1, rests_until=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert len(outbox.lease_due()) == count
    statements = [one for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(statements) == 5


def test_lane_that_breaks_off_rests_longer_each_time_while_others_go_on(clock: time_machine.Traveller) -> None:
    dead = [put(number, "dead.example", error=disconnected()) for number in range(3)]
    put(3, "fast.example")

    assert run_sweep() == [3]
    attempts = [Outbox.objects.get(pk=row.pk).attempts for row in dead]
    assert attempts == [1, 0, 0], "those that were leased with the first are not tried"
    fast = put(4, "fast.example")
    assert outbox.lease_due() == [(fast.pk, 0)], "nothing of a lane that rests is leased"
    outbox.deliver(fast.pk, 0)
    rests = []
    for _round in range(9):
        lane = Lane.objects.get()
        rests.append((lane.rests_until - timezone.now()).total_seconds())
        clock.move_to(lane.rests_until + SECOND)
        run_sweep()
    assert rests == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_lane_to_be_tried_again_gets_one_mail_and_then_all_that_waits(clock: time_machine.Traveller) -> None:
    for number in range(3):
        put(number, "dead.example", error=disconnected())
    run_sweep()
    clock.move_to(Lane.objects.get().rests_until + SECOND)
    [(pk, attempt)] = outbox.lease_due()
    assert outbox.lease_due() == []
    answers.clear()
    lane = outbox.deliver(pk, attempt)
    assert lane is not None
    assert not Lane.objects.exists()
    assert len(outbox.lease_due()) == 2


def test_lane_that_has_not_worked_for_two_days_gives_up_what_waits_in_it(clock: time_machine.Traveller) -> None:
    for number in range(3):
        put(number, "dead.example", error=disconnected())
    while Outbox.objects.open().exists():
        run_sweep()
        clock.shift(datetime.timedelta(minutes=50))
    assert set(Outbox.objects.values_list("last_error", flat=True)) == {"slow SMTPServerDisconnected"}
    assert Outbox.objects.filter(failed_at__gt=F("created_at") + datetime.timedelta(hours=40)).count() == 3


def test_mail_server_that_is_away_stops_all_mail_and_nothing_else(clock: time_machine.Traveller) -> None:
    for number in range(4):
        put(number, f"domain{number}.example", error=MailServerError())
    put(4)
    assert run_sweep() == [4]
    tried = Outbox.objects.exclude(lane="").filter(attempts__gt=0).count()
    assert tried == 1
    put(5)
    assert run_sweep() == [5]
    clock.move_to(Lane.objects.get(name=lanes.SERVER).rests_until + SECOND)
    answers.clear()
    [(pk, attempt)] = outbox.lease_due()
    assert outbox.lease_due() == [], "one mail at a time tries it"
    outbox.deliver(pk, attempt)
    assert not Lane.objects.exists()
    assert len(run_sweep()) == 3


def test_mailbox_that_asks_to_come_later_does_not_stop_its_neighbours(clock: time_machine.Traveller) -> None:
    put(0, "grey.example", error=smtplib.SMTPRecipientsRefused({"a@grey.example": (451, b"4.7.1 Greylisted")}))
    put(1, "grey.example")
    assert run_sweep() == [1]
    row = Outbox.objects.open().get()
    assert (row.last_error, row.due_at - timezone.now()) == ("busy 451 4.7.1", outbox.FIRST_RETRY)
    assert not Lane.objects.exists()


def test_refusal_for_good_ends_at_once() -> None:
    put(0, "gone.example", error=smtplib.SMTPRecipientsRefused({"a@gone.example": (550, b"5.1.1 No such user a")}))
    run_sweep()
    row = Outbox.objects.get()
    assert (row.last_error, row.attempts, row.failed_at is not None) == ("unknown 550 5.1.1", 1, True)
    assert not Lane.objects.exists()


def test_postponement_begins_the_two_days_anew() -> None:
    row = put(0)
    outbox.lease_due()
    answers[0] = outbox.PostponedError(timezone.now() + datetime.timedelta(hours=24))
    outbox.deliver(row.pk, 0)
    row.refresh_from_db()
    assert row.first_due_at is None


def test_slow_lane_that_works_rests_as_long_as_it_took() -> None:
    assert not lanes.note_success("slow", lanes.SLOW_AFTER * 2)
    lane = Lane.objects.get()
    assert lane.rests_until > timezone.now() + lanes.SLOW_AFTER
    assert lanes.note_success("slow", SECOND)
    assert not Lane.objects.exists()


def test_beat_is_the_lock_of_the_sweep() -> None:
    outbox.beat()
    with CaptureQueriesContext(connection) as queries:
        outbox.lease_due()
    assert Heartbeat._meta.db_table in queries.captured_queries[1]["sql"]
