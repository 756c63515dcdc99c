"""The pages that mails lead to: confirming, all that a mailbox follows, leaving, refusing. Looking changes nothing."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments.enums import Frequency, Proof, Scope, SuppressionReason
from comments.models import Article, Site, Subscriber, Subscription, Suppression
from comments.services.identity import Identity
from comments.services.subscriptions import (
    Wish,
    confirm,
    is_suppressed,
    make_confirmation_token,
    make_leave_token,
    make_subscriber_token,
    subscribe,
    suppress,
)
from tests.factories import make_article, make_site

pytestmark = pytest.mark.django_db

VERA = "vera@reader.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
TELLS_NO_LONGER = "You are no longer told"


def url(name: str, token: str) -> str:
    return reverse(f"comments:{name}", args=[token])


def wish(
    target: Article | Site, *, email: str = VERA, is_confirmed: bool = True, frequency: Frequency = Frequency.INSTANT
) -> Subscription:
    """A subscription to an article or a site, in English."""
    is_site = isinstance(target, Site)
    subscription = subscribe(
        Wish(
            site=target if isinstance(target, Site) else target.site,
            article=None if isinstance(target, Site) else target,
            scope=Scope.SITE if is_site else Scope.ARTICLE,
            email=email,
            frequency=frequency,
            language="en",
        ),
        identity=Identity(),
    )
    if is_confirmed:
        confirm([subscription], network="")
        subscription.refresh_from_db()
    return subscription


def database_hash() -> str:
    """A hash over every row of every table."""
    state = hashlib.sha256()
    for model in apps.get_models(include_auto_created=True):
        rows = serializers.serialize("json", model._default_manager.order_by("pk"))
        state.update(f"{model._meta.label}:{rows}".encode())
    return state.hexdigest()


def act(client: Client, subscriber: Subscriber, name: str, **fields: str) -> Any:
    """Press a button of the page of subscriptions."""
    return client.post(url("subscriptions", make_subscriber_token(subscriber)), {"act": name, **fields})


def test_confirmation_page_shows_all_that_waits_ticked_and_confirms_what_is_wanted(client: Client) -> None:
    wanted, unwanted = (wish(make_article(), is_confirmed=False) for _number in range(2))
    elsewhere = wish(make_article(), email="otto@reader.example", is_confirmed=False)
    address = url("confirm", make_confirmation_token(wanted.subscriber))

    page = client.get(address).content.decode()
    assert [
        f'value="{one.public_id}" id="mg-wanted-{one.public_id}" checked' in page for one in (wanted, unwanted)
    ] == [
        True,
        True,
    ]
    assert elsewhere.public_id not in page
    later = wish(make_article(), is_confirmed=False)

    answer = client.post(
        address, {"shown": [wanted.public_id, unwanted.public_id], "wanted": [wanted.public_id]}, follow=True
    )

    assert answer.redirect_chain == [(address, 303)]
    wanted.refresh_from_db()
    assert wanted.proof == Proof.LINK
    assert len(wanted.confirmed_network) == 32
    assert set(Subscription.objects.values_list("public_id", "confirmed_at")) == {
        (wanted.public_id, wanted.confirmed_at),
        # Neither somebody else's nor what was asked for since is touched.
        (elsewhere.public_id, None),
        (later.public_id, None),
    }


def test_confirmation_cannot_be_given_for_another_mailbox(client: Client) -> None:
    mine = wish(make_article(), is_confirmed=False)
    other = wish(make_article(), email="otto@reader.example", is_confirmed=False)

    client.post(
        url("confirm", make_confirmation_token(mine.subscriber)),
        {"shown": [other.public_id], "wanted": [other.public_id]},
    )

    other.refresh_from_db()
    assert other.confirmed_at is None


def test_confirmation_link_is_in_the_language_of_who_asked(client: Client) -> None:
    subscription = wish(make_article(), is_confirmed=False)
    address = url("confirm", make_confirmation_token(subscription.subscriber))
    assert '<html lang="en">' in client.get(address, headers={"Accept-Language": "de"}).content.decode()


def test_confirmation_link_that_is_over_forged_or_for_another_purpose_ends_on_a_page_that_says_so(
    client: Client,
) -> None:
    subscription = wish(make_article(), is_confirmed=False)
    good = make_confirmation_token(subscription.subscriber)
    others = [
        make_subscriber_token(subscription.subscriber),
        make_leave_token(subscription),
        good[:-1] + "!",
        "x",
        "1-a.b",
    ]

    for token in others:
        answer = client.post(
            url("confirm", token),
            {"shown": [subscription.public_id], "wanted": [subscription.public_id]},
            headers={"Accept-Language": "en"},
        )
        assert (answer.status_code, "This link has ended" in answer.content.decode()) == (404, True)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=7, minutes=1)):
        assert client.get(url("confirm", good)).status_code == 404

    subscription.refresh_from_db()
    assert subscription.confirmed_at is None


def test_page_of_subscriptions_changes_what_its_buttons_say(client: Client) -> None:
    subscription = wish(make_article())

    def stand(name: str) -> tuple[str, bool]:
        assert act(client, subscription.subscriber, name, subscription=subscription.public_id).status_code == 303
        subscription.refresh_from_db()
        return subscription.frequency, subscription.paused_at is not None

    assert [stand(name) for name in ("daily", "pause", "resume", "instant", "nonsense")] == [
        (Frequency.DAILY, False),
        (Frequency.DAILY, True),
        (Frequency.DAILY, False),
        (Frequency.INSTANT, False),
        (Frequency.INSTANT, False),
    ]
    act(client, subscription.subscriber, "leave", subscription=subscription.public_id)
    assert not Subscription.objects.exists()


def test_page_of_subscriptions_confirms_and_forgets_what_waits(client: Client) -> None:
    wanted, unwanted = (wish(make_article(), is_confirmed=False) for _number in range(2))

    act(client, wanted.subscriber, "confirm", subscription=wanted.public_id)
    act(client, wanted.subscriber, "forget", subscription=unwanted.public_id)

    assert [(one.public_id, one.proof) for one in Subscription.objects.all()] == [(wanted.public_id, Proof.LINK)]


def test_page_of_subscriptions_touches_no_other_mailbox(client: Client) -> None:
    mine, other = wish(make_article()), wish(make_article(), email="otto@reader.example")
    before = database_hash()
    for name in ("leave", "pause", "daily", "leave_site", "confirm", "forget"):
        act(client, mine.subscriber, name, subscription=other.public_id)
    assert database_hash() == before


def test_one_site_and_everything_can_be_left(client: Client) -> None:
    first, second = make_article(), make_article()
    kept, gone = wish(second), wish(first)
    wish(first.site)
    other = wish(first, email="otto@reader.example")

    act(client, gone.subscriber, "leave_site", subscription=gone.public_id)
    assert set(Subscription.objects.all()) == {kept, other}
    act(client, gone.subscriber, "leave_everything")
    assert set(Subscription.objects.all()) == {other}


def test_address_is_never_written_to_again_until_its_holder_takes_that_back(client: Client) -> None:
    subscriber = wish(make_article()).subscriber

    act(client, subscriber, "never")
    assert [one.reason for one in Suppression.objects.all()] == [SuppressionReason.REFUSED]
    page = client.get(url("subscriptions", make_subscriber_token(subscriber))).content.decode()
    assert "We do not write to this address any more." in page
    act(client, subscriber, "again")

    assert not is_suppressed(VERA)
    assert Subscription.objects.count() == 1


def test_language_of_the_mails_can_be_chosen_among_those_there_are(client: Client) -> None:
    subscriber = wish(make_article()).subscriber
    for value in ("de", "xx"):
        act(client, subscriber, "language", value=value)
    subscriber.refresh_from_db()
    assert subscriber.language == "de"
    page = client.get(url("subscriptions", make_subscriber_token(subscriber)), headers={"Accept-Language": "en"})
    assert '<html lang="de">' in page.content.decode()


def test_links_sent_so_far_can_be_ended_and_the_page_goes_on_under_a_new_address(client: Client) -> None:
    subscriber = wish(make_article()).subscriber
    old = url("subscriptions", make_subscriber_token(subscriber))
    confirmation = url("confirm", make_confirmation_token(subscriber))

    answer = client.post(old, {"act": "end_links"})

    assert answer["Location"] != old
    assert client.get(answer["Location"]).status_code == 200
    assert [client.get(one).status_code for one in (old, confirmation)] == [404, 404]


def test_page_of_subscriptions_asks_the_database_as_often_for_one_as_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    subscriber = wish(make_article()).subscriber
    address = url("subscriptions", make_subscriber_token(subscriber))
    confirmation = url("confirm", make_confirmation_token(subscriber))
    for _number in range(3):
        with django_assert_num_queries(3):
            client.get(address)
        with django_assert_num_queries(2):
            client.get(confirmation)
        wish(make_article())
        wish(make_article(), is_confirmed=False)
        wish(make_site())


@pytest.mark.parametrize("scope", ["", "site", "everything"])
def test_link_of_a_mail_ends_the_subscription_its_site_or_all(client: Client, scope: str) -> None:
    article = make_article()
    subscription, of_site = wish(article), wish(make_article(article.site))
    elsewhere, other = wish(make_article()), wish(article, email="otto@reader.example")
    address = url("leave", make_leave_token(subscription))
    page = client.get(address).content.decode()
    assert "End these mails?" in page
    assert VERA not in page

    answer = client.post(address, {"scope": scope})

    assert (answer.status_code, TELLS_NO_LONGER in answer.content.decode()) == (200, True)
    left = {"": {of_site, elsewhere, other}, "site": {elsewhere, other}, "everything": {other}}[scope]
    assert set(Subscription.objects.all()) == left


def test_one_click_ends_a_subscription_without_cookie_token_or_redirect() -> None:
    subscription = wish(make_article())
    client = Client(enforce_csrf_checks=True)
    headers = {"Origin": "null", "Accept-Language": "en"}

    answers = [client.post(url("leave", make_leave_token(subscription)), ONE_CLICK, headers=headers) for _ in range(2)]

    assert [(one.status_code, TELLS_NO_LONGER in one.content.decode()) for one in answers] == [(200, True)] * 2
    assert not answers[0].cookies
    assert not Subscription.objects.exists()


def test_one_click_keeps_an_address_from_being_written_to() -> None:
    subscriber = wish(make_article()).subscriber
    client = Client(enforce_csrf_checks=True)

    answer = client.post(url("refuse", make_subscriber_token(subscriber)), ONE_CLICK)

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert "We do not write to this address any more" in answer.content.decode()
    assert is_suppressed(VERA)


def test_link_of_a_subscription_that_is_gone_or_never_was_says_that_nothing_is_sent(client: Client) -> None:
    subscription = wish(make_article())
    token = make_leave_token(subscription)
    subscription.delete()
    for one in (token, "forged", make_subscriber_token(Subscriber.objects.get())):
        for answer in (
            client.get(url("leave", one), headers={"Accept-Language": "en"}),
            client.post(url("leave", one)),
        ):
            assert answer.status_code == 200
    assert TELLS_NO_LONGER in client.get(url("leave", token), headers={"Accept-Language": "en"}).content.decode()


def test_follower_of_a_site_who_leaves_one_discussion_follows_the_others(client: Client) -> None:
    article = make_article()
    subscription, of_site = wish(article), wish(article.site)

    client.post(url("leave", make_leave_token(subscription)))

    assert set(Subscription.objects.live()) == {of_site}


def test_looking_at_a_page_changes_no_row_and_leaves_no_trace(client: Client) -> None:
    asked, followed = wish(make_article(), is_confirmed=False), wish(make_article())
    suppress("somebody@reader.example", SuppressionReason.BOUNCE)
    token = make_subscriber_token(followed.subscriber)
    addresses = [
        url("confirm", make_confirmation_token(asked.subscriber)),
        url("subscriptions", token),
        url("refuse", token),
        *[url("leave", make_leave_token(one)) for one in (asked, followed)],
    ]
    before = database_hash()

    answers = [look(address) for address in addresses for look in (client.get, client.head, client.get, client.head)]

    assert {one.status_code for one in answers} == {200}
    assert database_hash() == before
    for one in answers:
        assert (one["Cache-Control"], one["Referrer-Policy"]) == ("private, no-store", "no-referrer")
        assert one["X-Robots-Tag"] == "noindex, nofollow"
        assert not one.cookies
    assert {client.options(address).status_code for address in addresses} == {405}
