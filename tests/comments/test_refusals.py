from __future__ import annotations

import dataclasses
import smtplib
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from comments.enums import Trouble
from comments.exceptions import MailServerError
from comments.mail import send
from comments.services.refusals import Failure, Meaning, Reach, failure_of, meaning_of
from comments.services.subscriptions import is_suppressed
from tests.comments.smtp_sink import Sink, run_sink
from tests.comments.test_mail import MAIL

GONE, SOFT, OTHER = Meaning.GONE, Meaning.SOFT, Meaning.NOT_THE_MAILBOX


@pytest.mark.parametrize(
    ("code", "answer", "meaning"),
    [
        (550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table", GONE),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", GONE),
        (550, "5.2.1 The email account that you tried to reach is disabled.", GONE),
        (550, "5.1.2 Host or domain name not found", GONE),
        (550, "No such user here", GONE),
        (550, "Unrouteable address", GONE),
        (553, "sorry, no mailbox here by that name", GONE),
        (552, "5.2.2 Mailbox full", SOFT),
        (552, "Quota exceeded", SOFT),
        (550, "5.2.2 <a@b.example>... Quota", SOFT),
        (450, "4.2.0 Greylisted, see http://postgrey.example", SOFT),
        (451, "4.7.1 Please try again later", SOFT),
        (421, "too many connections", SOFT),
        (550, "5.4.1 Recipient address rejected: Access denied", SOFT),
        (554, "5.7.1 <a@b.example>: Relay access denied", OTHER),
        (550, "relay not permitted", OTHER),
        (550, "5.7.1 Our system has detected that this message is likely unsolicited mail", OTHER),
        (550, "5.7.26 Unauthenticated email is not accepted", OTHER),
        (550, "Blocked, see https://rbl.example", OTHER),
        (553, "5.1.8 Sender address rejected: Domain not found", OTHER),
        (553, "5.1.7 bad address syntax of the sender", OTHER),
        (554, "5.6.0 Message contents rejected", OTHER),
        (530, "5.5.1 Authentication required", OTHER),
        (554, "Transaction failed", OTHER),
        (550, "5.0.0 rejected by our spam policy", OTHER),
        (550, "5.0.0 no such user", GONE),
    ],
)
def test_meaning_of_an_answer(code: int, answer: str, meaning: Meaning) -> None:
    assert meaning_of(answer, code=code) == meaning
    assert meaning_of(f"smtp; {code} {answer}") == meaning


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"5.1.1 unknown a@b")}), (Trouble.UNKNOWN, Reach.ROW, True)),
        (smtplib.SMTPRecipientsRefused({"a@b": (554, b"5.7.1 relay")}), (Trouble.POLICY, Reach.ROW, False)),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"4.7.1 later")}), (Trouble.BUSY, Reach.ROW, False)),
        (smtplib.SMTPRecipientsRefused({"a@b": (421, b"4.7.0 slow down")}), (Trouble.BUSY, Reach.LANE, False)),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), (Trouble.REJECTED, Reach.ROW, True)),
        (smtplib.SMTPDataError(550, b"5.1.1 no such user"), (Trouble.UNKNOWN, Reach.ROW, True)),
        (smtplib.SMTPDataError(451, b"4.3.0 local error"), (Trouble.BUSY, Reach.ROW, False)),
        (smtplib.SMTPServerDisconnected("closed"), (Trouble.SLOW, Reach.LANE, False)),
        (smtplib.SMTPSenderRefused(553, b"5.1.8 sender", "x@y"), (Trouble.UNREACHABLE, Reach.SERVER, False)),
        (MailServerError(), (Trouble.UNREACHABLE, Reach.SERVER, False)),
        (KeyError("address"), (Trouble.OTHER, Reach.ROW, False)),
    ],
)
def test_failure_of_an_exception(error: Exception, failure: tuple[Trouble, Reach, bool]) -> None:
    found = failure_of(error)
    assert (found.trouble, found.reach, found.is_final) == failure
    assert "a@b" not in str(found)


def test_failure_is_written_down_by_its_codes_alone() -> None:
    answer = b"5.1.1 <vera@mail.example>: unknown"
    found = failure_of(smtplib.SMTPRecipientsRefused({"vera@mail.example": (550, answer)}))
    assert str(found) == "unknown 550 5.1.1"
    assert str(Failure(Trouble.OTHER, "HTTPError")) == "HTTPError"


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 1
    with run_sink(stall_s=3) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("domain", "trouble"),
    [
        ("refusing.example", Trouble.UNKNOWN),
        ("grey.example", Trouble.BUSY),
        ("full.example", Trouble.BUSY),
        ("suspicious.example", Trouble.POLICY),
        ("dropping.example", Trouble.SLOW),
        ("slow.example", Trouble.SLOW),
    ],
)
def test_send_suppresses_an_address_only_when_its_server_says_that_there_is_no_such_mailbox(
    sink: Sink, domain: str, trouble: Trouble
) -> None:
    address = f"hanna@{domain}"
    with pytest.raises(OSError) as error:  # noqa: PT011 - which one is what the test is about
        send(dataclasses.replace(MAIL, to=address))
    assert failure_of(error.value).trouble == trouble
    assert is_suppressed(address) == (trouble == Trouble.UNKNOWN)
    assert sink.tries[address] == 1


@pytest.mark.django_db
def test_send_says_that_the_mail_server_is_away_and_not_the_mailbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(MailServerError) as error:
        send(MAIL)
    assert str(failure_of(error.value)) == "unreachable ConnectionRefusedError"
