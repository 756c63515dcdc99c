"""Nobody is made to get mail by others (S6)."""

from __future__ import annotations

import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from comments.conf import Limit
from comments.enums import Scope, SuppressionReason
from comments.mailboxes import fold_mailbox
from comments.models import Article, Outbox, Subscriber, Subscription
from comments.services import outbox
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, confirm, is_suppressed, subscribe, suppress
from tests.comments.smtp import mail_server
from tests.factories import make_article, make_site

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

WORKERS = 8
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
HOSTS = [
    "müller.example",
    "MÜLLER.example",
    "xn--mller-kva.example",
    "mu\u0308ller.example",
    "Xn--Mller-Kva.Example",
]
LOCALS = [
    "kaspar.lind",
    "KASPAR.LIND",
    "k.a.s.p.a.r.lind",
    "kasparlind",
    "kaſpar.lind",
    "\u212aaspar.lind",
    '"kaspar.lind"',
    '"kaspar\\.lind"',
]
DRESSED = ["kaspar.lind+{}", "kaspar.lind+{}+a", "kasparlind+{}"]


def spellings(count: int) -> list[str]:
    """So many spellings of one mailbox, each local part with each host, then with ever new tags."""
    found = [f"{local}@{host}" for local, host in itertools.product(LOCALS, HOSTS)]
    tagged = (f"{dress.format(number)}@{host}" for number in itertools.count() for dress in DRESSED for host in HOSTS)
    found += itertools.islice(tagged, max(0, count - len(found)))
    # Spread over the threads by something that is the same each time.
    return sorted(found[:count], key=lambda email: hashlib.sha256(email.encode()).digest())


def ask(article: Article, number: int, email: str) -> int:
    """One request in a thread of its own, by turns to each door; the status of the answer."""
    client, data = Client(), {"email": email, "scope": "site" if number % 2 else "article"}
    slug, key = article.site.slug, article.key
    try:
        if number % 3 == 0:
            return client.post(f"/follow/{slug}/{key}/", data).status_code
        if number % 3 == 1:
            address, data = "/api/v1/subscriptions", {**data, "site": slug, "article": key}
        else:
            address = f"/api/v1/sites/{slug}/articles/{key}/comments"
            data = {"body": f"Words {number}", "name": "Karla Wendt", "email": email, "notify": True}  # type: ignore[dict-item]
        return client.post(address, data, content_type="application/json").status_code
    finally:
        connection.close()


def work_off() -> None:
    """Several workers have everything that is due until nothing is."""

    def deliver(leased: tuple[int, int]) -> None:
        try:
            outbox.deliver(*leased)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        while leased := outbox.lease_due():
            list(pool.map(deliver, leased))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [90, pytest.param(1_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_stranger_whom_many_requests_subscribe_at_once_gets_one_mail_a_day(
    count: int, settings: SettingsWrapper
) -> None:
    article = make_article(make_site(language="en"))
    none = (Limit(1_000_000, timedelta(hours=1)),)
    settings.COMMENTS_SUBSCRIBE_LIMITS = {"network": none}
    settings.COMMENTS_POST_LIMITS = {"network": none, "author": none}
    emails = spellings(count)
    assert {fold_mailbox(email) for email in emails} == {"kasparlind@xn--mller-kva.example"}

    with mail_server() as (port, mailbox):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        with ThreadPoolExecutor(WORKERS) as pool:
            statuses = list(pool.map(ask, itertools.repeat(article), range(count), emails))
        work_off()
        for hours in (1, 23):
            with time_machine.travel(timezone.now() + timedelta(hours=hours)):
                work_off()

    # All were taken: nothing here is one mail because the rest was refused.
    refused = {email for email, status in zip(emails, statuses, strict=True) if status not in {201, 202, 303}}
    assert refused == set()
    assert Subscriber.objects.count() > 1
    assert [one.recipients[0].partition("@")[2] for one in mailbox.deliveries] == ["xn--mller-kva.example"]
    assert not Subscription.objects.confirmed().exists()
    assert not Outbox.objects.open().filter(kind="confirmation_mail").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("joker", ["%", "_era", "v%", "____", "*", "?era", "v\\%"])
def test_wildcards_in_an_address_are_letters_like_others(joker: str, client: Client) -> None:
    article = make_article(make_site(language="en"))
    wish = Wish(site=article.site, article=article, scope=Scope.ARTICLE, email="vera@reader.example")
    vera = subscribe(wish, identity=Identity())
    confirm([vera], network="")
    before = Subscription.objects.filter(pk=vera.pk).values().get()
    address = f"{joker}@reader.example"

    client.post(f"/follow/{article.site.slug}/{article.key}/", {"email": address})
    suppress(address, SuppressionReason.REFUSED)
    for pattern in (address, "%", "_"):
        asked = {"site": article.site.slug, "article": pattern, "email": "otto@reader.example"}
        client.post("/api/v1/subscriptions", asked, content_type="application/json")
        client.get(f"/follow/{article.site.slug}/{pattern}/")
        client.post(f"/follow/leave/{pattern}/", ONE_CLICK)
        client.post(f"/subscriptions/{pattern}/", {"act": "leave_everything"})

    assert Subscription.objects.filter(pk=vera.pk).values().get() == before
    assert not is_suppressed("vera@reader.example")
    assert not Subscriber.objects.filter(email="otto@reader.example").exists()
    others = list(Subscriber.objects.exclude(pk=vera.subscriber_id).values_list("email", flat=True))
    assert others in ([], [address])
