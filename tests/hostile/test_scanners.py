"""Programs that look at every link of every mail change nothing; a click without a cookie ends what a mail belongs to (S7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from comments.enums import Status
from comments.mail import build
from comments.models import Article, Subscription
from comments.services import outbox
from moderation.enums import Action, DigestChoice
from moderation.mail_samples import SAMPLES, make_sample
from moderation.models import DeskPreferences
from moderation.services.desk_digests import put_digests
from moderation.services.mail_choices import wants_mails
from tests.comments.mails import html_of, text_of
from tests.comments.smtp import HOST, Mailbox, mail_server
from tests.comments.test_subscription_pages import database_hash
from tests.factories import make_comment
from tests.hostile.every_mail import STATES, Newsroom, ask_for_account_mails, mailbox
from tests.moderation.reporting import judge

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
# What differs between a mail and the sample of its kind: numbers, and dates.
_VARYING = re.compile(r"\b(?:[A-Z][a-z]{2,8}\.? )?[\d:]+(?: [A-Z][a-z]+| min| h)?\b")
FOLLOWERS = {"confirmation", "reply", "news", "digest"}


@pytest.fixture
def arrived(settings: SettingsWrapper) -> Iterator[Mailbox]:
    """What arrives at the server to which all mails are sent."""
    settings.COMMENTS_BUNDLE_WINDOW = timedelta(0)
    with mail_server() as (port, box):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box


def deliver(*, hours: float) -> None:
    """Let time pass, and everything that is due happen, then what comes of it. Time stands still meanwhile: what one mail tells of
    must not fall into two windows."""
    start = timezone.now() + timedelta(hours=hours)
    for moment in (start, start + timedelta(minutes=1)):
        with time_machine.travel(moment, tick=False):
            while leased := outbox.lease_due():
                for pk, attempt in leased:
                    outbox.deliver(pk, attempt)


def own_paths(text: str) -> Iterator[str]:
    """Every address of ours in a text or a page, from the root on."""
    base = re.escape(django_settings.BASE_URL)
    for found in re.findall(rf"(?:{base}|(?<=[\"'(]))(/[^\s\"'<>)\]]*)", unescape(text)):
        yield found.partition("#")[0]


def paths_of(mails: Iterable[EmailMessage]) -> set[str]:
    return {
        path
        for one in mails
        for path in own_paths(text_of(one) + html_of(one) + str(one["List-Unsubscribe"] or ""))
    }  # fmt: skip


def kind_of(subject: str, text: str) -> tuple[str, str]:
    """By what somebody tells mails of one kind from those of others: the subject and how it begins."""
    opening = next(line for line in text.splitlines()[1:] if line.strip())
    return _VARYING.sub("", subject).strip(), _VARYING.sub("", opening)


def look_at_all(paths: Iterable[str]) -> set[str]:
    """GET and HEAD each twice, as somebody unknown. Returns the addresses on the pages that were seen."""
    further = set()
    for path in sorted(paths):
        for look in (Client().get, Client().head, Client().get, Client().head):
            page = look(path)
            assert page.status_code < 500, path
            further |= set() if page.streaming else set(own_paths(page.content.decode()))
    return {path for path in further if not path.startswith("/static/")}


def test_scanner_that_looks_at_every_link_of_every_mail_twice_changes_nothing_and_one_click_ends_what_it_belongs_to(
    arrived: Mailbox,
) -> None:
    assert set(STATES) == set(SAMPLES)
    desk = Newsroom()
    states = [state(desk) for state in STATES.values()]
    for hours in (1, 26, 51):
        for state in states:
            next(state, None)
        deliver(hours=hours)
    ask_for_account_mails()
    for name in STATES:
        sample = make_sample(name, desk.site, "en")
        assert sample is not None
        built = build(sample)
        got = {kind_of(str(one["Subject"]), text_of(one)) for one in arrived.of(mailbox(name))}
        assert kind_of(built.subject, str(built.body)) in got
    mails = [one.message for one in arrived.deliveries]

    of_mails = paths_of(mails)
    before = database_hash()
    # Some scanners go on from there.
    look_at_all(look_at_all(of_mails) - of_mails)
    assert database_hash() == before

    account = mailbox("account")
    for one in mails:
        if one["To"] == account:
            continue
        assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        (address,) = own_paths(str(one["List-Unsubscribe"]))
        answer = Client(enforce_csrf_checks=True).post(address, ONE_CLICK)
        assert (answer.status_code, dict(answer.cookies)) == (200, {}), one["Subject"]
    assert not Subscription.objects.confirmed().exists()
    assert set(DeskPreferences.objects.values_list("digest", flat=True)) == {DigestChoice.OFF}
    assert [name for name in set(STATES) - FOLLOWERS if wants_mails(desk.site, mailbox(name))] == ["waiting"]

    told = len(arrived.deliveries)
    for name in ("approved", "rejected", "together", "taken-back", "appeal-upheld"):
        judge(desk.comment(name), Action.REJECT, clause="respect")
    for article in Article.objects.all():
        make_comment(article, name="Jonas Weber", status=Status.APPROVED)
    put_digests()
    deliver(hours=80)
    assert [one.recipients for one in arrived.deliveries[told:]] == []
