"""The outbox against a real SMTP server that is fast, slow, greylisting, refusing, full, suspicious, or drops after DATA."""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from comments.mail import send
from comments.models import Lane, Outbox
from comments.services import outbox
from comments.services.subscriptions import is_suppressed
from tests.comments.smtp_sink import DROPPING, FULL, GREY, REFUSING, SLOW, SUSPICIOUS, Sink, run_sink
from tests.comments.test_mail import MAIL

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FAST = "fast"
KINDS = (SLOW, DROPPING, GREY, REFUSING, FULL, SUSPICIOUS, FAST)
COUNT = 3
TIMEOUT_S = 3
MINUTE = datetime.timedelta(minutes=1)


def send_probe(payload: dict[str, int]) -> None:
    """A handler that sends a mail to the address that the payload's numbers stand for, under a name of its own."""
    kind, number = KINDS[payload["kind"]], payload["number"]
    send(dataclasses.replace(MAIL, to=f"reader{number}@{kind}.example", name=f"probe-{kind}-{number}"))


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    settings.COMMENTS_OUTBOX_HANDLERS = {"probe": "tests.comments.test_mail_servers.send_probe"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = TIMEOUT_S
    with run_sink(stall_s=2 * TIMEOUT_S) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


def put_probes(kinds: tuple[str, ...] = KINDS) -> None:
    for kind in kinds:
        for number in range(COUNT):
            outbox.put(
                kind="probe",
                event_key=f"probe-{kind}-{number}",
                payload={"kind": KINDS.index(kind), "number": number},
                delay=datetime.timedelta(),
                address=f"reader{number}@{kind}.example",
            )


def work() -> None:
    """Everything that is due now, by one worker."""
    waiting = outbox.lease_due()
    while waiting:
        lane = outbox.deliver(*waiting.pop(0))
        if lane is not None:
            waiting += outbox.lease_after(lane)


def arrived(sink: Sink, kind: str) -> list[str]:
    """The names of the mails to a domain, as often as they have come."""
    return sorted(name for (to, name), count in sink.names().items() for _ in range(count) if f"@{kind}." in to)


def names(kind: str) -> list[str]:
    return [f"<probe-{kind}-{number}@127.0.0.1>" for number in range(COUNT)]


def test_slow_domain_costs_one_worker_one_time_out_and_the_fast_get_their_mails(sink: Sink) -> None:
    put_probes((SLOW, FAST))
    begun = time.monotonic()
    work()
    assert time.monotonic() - begun < 2 * TIMEOUT_S, "the first of three stalls, and the others are not tried"
    assert arrived(sink, FAST) == names(FAST)
    assert sum(sink.tries[f"reader{number}@slow.example"] for number in range(COUNT)) == 1


def test_nothing_is_lost_whatever_the_servers_do(sink: Sink) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=True) as clock:
        put_probes()
        work()
        assert arrived(sink, FAST) == names(FAST)
        refused = Outbox.objects.filter(event_key__startswith="probe-refusing", failed_at__isnull=False)
        assert refused.count() == COUNT, "given up at once"
        for hours in range(50):
            if hours == 6:
                sink.stall_s = 0
            clock.move_to(start + datetime.timedelta(hours=hours, minutes=5))
            work()

    for kind in (SLOW, GREY, FAST):
        assert arrived(sink, kind) == names(kind)
    assert set(arrived(sink, DROPPING)) == set(names(DROPPING))
    assert max(sink.names().values()) == 2, "a server that had the mail and did not say so gets it once more"
    ends = {kind: Outbox.objects.filter(event_key__startswith=f"probe-{kind}-") for kind in KINDS}
    assert {kind: rows.filter(done_at__isnull=False).count() for kind, rows in ends.items()} == {
        SLOW: COUNT, DROPPING: COUNT, GREY: COUNT, FAST: COUNT, REFUSING: 0, FULL: 0, SUSPICIOUS: 0,
    }  # fmt: skip
    errors = {kind: set(ends[kind].values_list("last_error", flat=True)) for kind in (REFUSING, FULL, SUSPICIOUS)}
    assert errors == {REFUSING: {"unknown 550 5.1.1"}, FULL: {"busy 452 4.2.2"}, SUSPICIOUS: {"policy 554 5.7.1"}}
    assert not Outbox.objects.open().exists()
    assert not Lane.objects.exists()
    assert {kind for kind in KINDS if is_suppressed(f"reader0@{kind}.example")} == {REFUSING}
    assert {sink.tries[f"reader{number}@refusing.example"] for number in range(COUNT)} == {1}


def test_mail_server_that_comes_back_gets_everything(sink: Sink, settings: Settings) -> None:
    put_probes((FAST,))
    settings.EMAIL_PORT = 1
    work()
    assert Outbox.objects.filter(attempts__gt=0).count() == 1
    settings.EMAIL_PORT = sink.port
    with time_machine.travel(timezone.now() + MINUTE):
        work()
    assert arrived(sink, FAST) == names(FAST)
