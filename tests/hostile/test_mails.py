"""What strangers write is mailed over a real connection: nothing of it is ever a link, a header or a recipient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from comments.enums import Scope
from comments.mail import build, send
from comments.markup import render
from comments.models import Article, Author, Comment, Notification, Site, Subscriber, Subscription
from comments.notifications import SHOWN, news_mail
from comments.text import clean_body
from moderation.mail_samples import SAMPLES, make_sample
from tests.comments.mails import CONVERSATION, HEADERS, foreign_addresses, html_of, received, text_of
from tests.comments.smtp import HOST, Mailbox, mail_server, server_with_broken_encryption
from tests.factories import make_site
from tests.hostile.corpus import payloads

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900), pytest.mark.once]

READER = "hanna@reader.example"
# Every way to begin a new line or a new header that some mail server ever knew, and what headers are made of.
HOSTILE = st.sampled_from(
    ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r\n\r\n", "Bcc: x@evil.example", ", b@evil.example",
     "=?utf-8?q?=0d=0aBcc:_x@evil.example?=", "<a@evil.example>", '"', "\\", "(", ")", ";", ":", "\t", "\u202e", "\ufeff", "@"]
)  # fmt: skip
TEXT = st.lists(st.one_of(HOSTILE, st.text(max_size=8)), max_size=6).map("".join)
ADDRESS = st.one_of(
    TEXT, st.tuples(TEXT, TEXT, TEXT).map(lambda parts: f"{parts[0]}hanna{parts[1]}@reader.example{parts[2]}")
)


@pytest.fixture
def mailbox(settings: SettingsWrapper) -> Iterator[Mailbox]:
    """What arrives at the server to which all mails are sent."""
    with mail_server() as (port, box):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box


def news(bodies: Sequence[str], *, name: str = "Jonas", title: str = "The bridge") -> list[Notification]:
    """What a subscriber is told of comments with these rendered bodies, in no database."""
    site = Site(pk=1, slug="herald", name="The Herald")
    article = Article(pk=1, site=site, key="bridge", title=title)
    subscription = Subscription(site=site, article=article, scope=Scope.ARTICLE, author=Author(site=site))
    return [
        Notification(
            comment=Comment(site=site, article=article, author_name=name, public_html=body), subscription=subscription
        )
        for body in bodies
    ]


def test_every_payload_in_a_mail_is_words_alone(mailbox: Mailbox) -> None:
    written = [payload.text for payload in payloads()]
    reader = Subscriber(pk=1, email=READER, language="en")
    for start in range(0, len(written), SHOWN):
        some = written[start : start + SHOWN]
        told = news([render(clean_body(body)) for body in some])
        for one, body in zip(told, some, strict=True):
            one.comment.author_name = body[:60]
        assert send(news_mail(reader, told))

    assert len(mailbox.deliveries) == -(-len(written) // SHOWN)
    faults = [found for one in mailbox.deliveries for found in foreign_addresses(one.message)]
    assert faults == []
    assert {one.recipients for one in mailbox.deliveries} == {(READER,)}
    assert {tuple(sorted(one.message.keys())) for one in mailbox.deliveries} == {tuple(sorted(HEADERS + CONVERSATION))}
    # The control: the words of the payloads are there.
    assert sum("evil[.]example" in text_of(one.message) for one in mailbox.deliveries) >= 20


def test_the_same_payloads_unguarded_would_be_found() -> None:
    """The control of the look: in a mail that took them as they are, hundreds of foreign addresses are seen."""
    pages = [f"<html><body>{payload.text}</body></html>" for payload in payloads()]
    message = build(news_mail(Subscriber(pk=1, email=READER, language="en"), news(["x"])))
    message.alternatives.clear()
    message.body = "\n".join(pages)
    assert len(foreign_addresses(received(message))) > 500


def _try_headers(mailbox: Mailbox, name: str, title: str, address: str) -> None:
    mailbox.deliveries.clear()
    was_sent = send(
        news_mail(Subscriber(pk=1, email=address, language="en"), news(["<p>x</p>"], name=name, title=title))
    )
    if not was_sent:
        assert (address != READER, mailbox.deliveries) == (True, [])
        return
    [one] = mailbox.deliveries
    assert len(one.recipients) == 1
    assert sorted(one.message.keys()) == sorted(HEADERS + CONVERSATION)
    assert [one.message[key] for key in ("Bcc", "Cc", "Reply-To", "Sender")] == [None] * 4
    assert len(one.message["To"].addresses) == len(one.message["From"].addresses) == 1
    assert one.raw.split(b"\r\n\r\n")[0].count(b"\r\nSubject:") == 1


@given(name=TEXT, title=TEXT, address=st.one_of(st.just(READER), ADDRESS))
@effort(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_hostile_names_titles_and_addresses_change_neither_headers_nor_recipients(
    mailbox: Mailbox, name: str, title: str, address: str
) -> None:
    _try_headers(mailbox, name, title, address)


@pytest.mark.slow
@given(name=TEXT, title=TEXT, address=st.one_of(st.just(READER), ADDRESS))
@effort(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_ten_thousand_hostile_names_titles_and_addresses_change_nothing(
    mailbox: Mailbox, name: str, title: str, address: str
) -> None:
    _try_headers(mailbox, name, title, address)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_each_kind_of_mail_can_be_left_by_one_click_and_leads_nowhere_else(
    name: str, language: str, mailbox: Mailbox
) -> None:
    sample = make_sample(name, make_site(), language)
    assert sample is not None
    assert send(sample)

    [one] = mailbox.deliveries
    expected = HEADERS + (CONVERSATION if sample.conversation else [])
    plain = ["Content-Transfer-Encoding"] if sample.is_plain else []
    assert sorted(one.message.keys()) == sorted(expected + plain)
    assert str(one.message["List-Unsubscribe"]).strip() == f"<{sample.leave_url}>"
    assert one.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sample.leave_url in text_of(one.message)
    assert [address for address in foreign_addresses(one.message) if "/c/" not in address] == []
    assert (f'<html lang="{language}">' in html_of(one.message)) != sample.is_plain
    assert "\n\n\n" not in text_of(one.message)


def test_no_byte_of_a_mail_is_sent_in_clear_when_encryption_fails(settings: SettingsWrapper) -> None:
    with server_with_broken_encryption() as (port, told):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = HOST, port, True, 5
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        for _attempt in range(2):
            with pytest.raises(OSError, match=r".*"):
                send(news_mail(Subscriber(pk=1, email=READER, language="en"), news(["<p>secret</p>"])))
    assert b"STARTTLS" in told
    assert not [word for word in (b"MAIL FROM", b"RCPT", b"DATA", b"hanna", b"secret") if word in bytes(told)]
