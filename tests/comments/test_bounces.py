from __future__ import annotations

import datetime
import io
import random
import sys
from pathlib import Path

import pytest
import time_machine
from django.core import mail as sent
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from comments.enums import SuppressionReason
from comments.mail import build, send
from comments.models import Bounce, Suppression
from comments.services.bounces import Kind, read_return_path, read_returned_mail, receive, return_path
from comments.services.subscriptions import address_digest, is_suppressed, suppress, write_again
from comments.tasks import purge_task
from tests.comments.returned_mails import ADDRESS, CASES, Case, exim, plain, report
from tests.comments.test_mail import MAIL

REASONS = {Kind.PERMANENT: SuppressionReason.BOUNCE, Kind.COMPLAINT: SuppressionReason.COMPLAINT}


@pytest.fixture(autouse=True)
def _bounce_address(settings: Settings) -> None:
    settings.COMMENTS_BOUNCE_ADDRESS = "bounces@comments.example"


def raw(text: str) -> bytes:
    path = return_path(ADDRESS)
    filled = text.replace("{path}", path).replace("{PATH_IN_CAPITALS}", path.upper())
    return filled.replace("{other}", return_path("other@reader.example")).encode("utf-8", "surrogateescape")


def test_there_are_forty_returned_mails_and_more() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_returned_mail_ends_writing_to_an_address_only_where_it_says_so_for_sure(case: Case) -> None:
    assert receive(raw(case.text)) == case.kind

    assert is_suppressed(ADDRESS) == (case.kind in REASONS)
    assert [one.reason for one in Suppression.objects.all()] == [one for one in (REASONS.get(case.kind),) if one]
    assert Bounce.objects.count() == (case.kind == Kind.TEMPORARY)
    assert sent.outbox == []


def test_damaged_mail_is_read_without_an_error() -> None:
    chance = random.Random(5)  # noqa: S311 - a test repeats its chance
    for _round in range(20):
        for case in CASES:
            damaged = bytearray(raw(case.text) or b"x")
            for _change in range(chance.randint(1, 8)):
                place = chance.randrange(len(damaged))
                damaged[place : place + chance.randint(0, 40)] = chance.randbytes(chance.randint(0, 3))
                damaged = damaged or bytearray(b"x")
            read_returned_mail(bytes(damaged))


@pytest.mark.django_db
def test_fifth_failure_within_a_week_that_may_pass_ends_writing() -> None:
    full = report("5.2.2", "552 5.2.2 Mailbox full")
    with time_machine.travel(timezone.now() - datetime.timedelta(days=8), tick=False) as clock:
        for number in range(4):
            receive(raw(f"X-Number: {number}\n{full}"))
        clock.shift(datetime.timedelta(days=8))
        for number in range(4, 8):
            receive(raw(f"X-Number: {number}\n{full}"))
            receive(raw(f"X-Number: {number}\n{full}"))
        assert not is_suppressed(ADDRESS)
        receive(raw(f"X-Number: 8\n{full}"))
        assert is_suppressed(ADDRESS)
        purge_task()
    assert Bounce.objects.count() == 5


def test_return_path_is_lower_case_short_and_known_only_to_us(settings: Settings) -> None:
    path = return_path("Vera@Reader.example")
    local, _at, domain = path.partition("@")
    assert (path, domain) == (path.lower(), "comments.example")
    assert len(local) == len("bounces+") + 40 <= 64
    assert path == return_path(ADDRESS) != return_path("vera@other.example")
    assert read_return_path(path) == address_digest(ADDRESS)
    for place in range(len("bounces+"), len(local)):
        for letter in "a7" if local[place] not in "a7" else "bc":
            assert read_return_path(f"{local[:place]}{letter}{local[place + 1 :]}@{domain}") == ""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [settings.SECRET_KEY]
    assert read_return_path(path) != ""
    settings.SECRET_KEY_FALLBACKS = []
    assert read_return_path(path) == ""


def test_return_path_is_the_sender_where_no_address_is_set(settings: Settings) -> None:
    settings.COMMENTS_BOUNCE_ADDRESS = ""
    assert return_path(ADDRESS) == settings.DEFAULT_FROM_EMAIL
    assert read_return_path("+" + "a" * 40 + "@") == ""


def test_mail_is_sent_by_the_return_path_and_shows_its_sender(settings: Settings) -> None:
    message = build(MAIL)
    assert message.from_email == return_path(MAIL.to)
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL


@pytest.mark.django_db
def test_suppression_outlives_the_key_it_was_made_with(settings: Settings) -> None:
    suppress(ADDRESS, SuppressionReason.COMPLAINT)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [settings.SECRET_KEY]
    assert is_suppressed(ADDRESS)
    write_again(ADDRESS)
    assert not is_suppressed(ADDRESS)


@pytest.mark.django_db
def test_complaint_keeps_further_mails_back() -> None:
    receive(
        raw(next(case.text for case in CASES if case.name == "complaint")).replace(
            return_path(ADDRESS).encode(), return_path(MAIL.to).encode()
        )
    )
    assert not send(MAIL)
    assert sent.outbox == []


def test_recipient_named_by_the_mail_server_counts() -> None:
    text = report("5.1.1", "550 5.1.1 x", to="undisclosed-recipients:;")
    assert read_returned_mail(raw(text)).kind == Kind.NOTHING
    assert read_returned_mail(raw(text), recipient=return_path(ADDRESS)).kind == Kind.PERMANENT


# --- manage.py receive_bounce


def pipe(monkeypatch: pytest.MonkeyPatch, text: str, *options: str) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw(text))))
    output = io.StringIO()
    call_command("receive_bounce", *options, stdout=output)
    return output.getvalue().strip()


@pytest.mark.django_db
def test_receive_bounce_takes_a_mail_from_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipe(monkeypatch, report("5.1.1", to="x@y"), "--recipient", return_path(ADDRESS)) == "permanent"
    assert is_suppressed(ADDRESS)
    assert pipe(monkeypatch, plain("Hello")) == "nothing"
    assert sent.outbox == []


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    for name, text in (("1", exim("Unrouteable address")), ("2", report("5.2.2")), ("3", plain("Hello"))):
        (tmp_path / "new" / name).write_bytes(raw(text))
    return tmp_path


@pytest.mark.django_db
def test_receive_bounce_reads_a_maildir_once(maildir: Path) -> None:
    for counts in (
        "1 permanent, 1 temporary, 0 complaint, 1 nothing",
        "0 permanent, 0 temporary, 0 complaint, 0 nothing",
    ):
        output = io.StringIO()
        call_command("receive_bounce", maildir=maildir, stdout=output)
        assert output.getvalue().strip() == counts
    assert sorted(path.name for path in (maildir / "cur").iterdir()) == ["1:2,S", "2:2,S", "3:2,S"]
    assert is_suppressed(ADDRESS)


@pytest.mark.django_db(transaction=True)
def test_receive_bounce_loses_nothing_while_the_database_is_away(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Suppression._meta.db_table} RENAME TO away")
    try:
        with pytest.raises(SystemExit) as ended:
            pipe(monkeypatch, report("5.1.1"))
        assert ended.value.code == 75
        with pytest.raises(SystemExit):
            call_command("receive_bounce", maildir=maildir)
        assert sorted(path.name for path in (maildir / "new").iterdir()) == ["1", "2", "3"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {Suppression._meta.db_table}")
    call_command("receive_bounce", maildir=maildir, stdout=io.StringIO())
    assert is_suppressed(ADDRESS)
