"""Asking to be told by mail, on our own pages: what is stored, who gets a mail to confirm, and what the page says."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.conf import Limit
from comments.enums import Frequency, Proof, Scope
from comments.models import Article, Outbox, Subscriber, Subscription
from comments.services.subscriptions import make_subscriber_token
from tests.comments.pages import read_forms, send
from tests.factories import make_article, make_site, make_user

pytestmark = pytest.mark.django_db

ASKED = "If we have not written to this address today, a mail is on its way."
Wishes = list[tuple[str, str, str, str, bool]]


def english_article() -> Article:
    return make_article(make_site(language="en"))


def follow_url(article: Article) -> str:
    return reverse("comments:follow", args=[article.site.slug, article.key])


def wishes() -> Wishes:
    """Every subscription: address, scope, how often, by what proof, whether confirmed."""
    rows = Subscription.objects.select_related("subscriber").order_by("pk")
    return [(one.subscriber.email, one.scope, one.frequency, one.proof, one.confirmed_at is not None) for one in rows]


def ask(client: Client, article: Article, **typed: str) -> Any:
    """Open the form, type, send, and go where it leads."""
    form = read_forms(client.get(follow_url(article)))[follow_url(article)]
    # The helper keeps the last of several radio buttons; a browser sends the one that is chosen.
    chosen = {"scope": Scope.ARTICLE.value, "digest": Frequency.INSTANT.value}
    return client.post(follow_url(article), form | chosen | typed, follow=True)


def test_guest_asks_and_one_mail_is_due_until_which_nothing_is_confirmed(client: Client) -> None:
    article = english_article()

    answer = ask(client, article, email="Vera@Reader.example", digest="daily")

    assert answer.redirect_chain == [(follow_url(article) + "?asked", 303)]
    assert ASKED in answer.content.decode()
    assert wishes() == [("vera@reader.example", Scope.ARTICLE, Frequency.DAILY, "", False)]
    row = Outbox.objects.get()
    assert (row.kind, row.payload) == ("confirmation_mail", {"subscriber": Subscriber.objects.get().pk})
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_page_says_the_same_of_an_address_that_follows_already(client: Client) -> None:
    article = english_article()
    first = ask(client, article, email="vera@reader.example").content
    Subscription.objects.update(confirmed_at="2031-05-04T10:00:00Z", proof=Proof.LINK)

    again = ask(client, article, email="vera@reader.example").content
    unknown = ask(client, article, email="nobody@reader.example").content

    assert first == again == unknown


def test_form_beside_a_discussion_sends_an_address_alone(client: Client) -> None:
    article = english_article()
    client.post(follow_url(article), {"email": "vera@reader.example"})
    assert wishes() == [("vera@reader.example", Scope.ARTICLE, Frequency.INSTANT, "", False)]


def test_whole_site_can_be_followed_from_an_article_and_from_its_own_page(client: Client) -> None:
    article = english_article()
    of_site = reverse("comments:follow_site", args=[article.site.slug])

    ask(client, article, email="vera@reader.example", scope="site")
    client.post(of_site, read_forms(client.get(of_site))[of_site] | {"email": "otto@reader.example"})

    assert [(email, scope) for email, scope, *_rest in wishes()] == [
        ("vera@reader.example", Scope.SITE),
        ("otto@reader.example", Scope.SITE),
    ]
    assert list(Subscription.objects.values_list("article", flat=True)) == [None, None]


def test_account_follows_with_one_click_and_sees_what_it_follows(client: Client) -> None:
    article = english_article()
    client.force_login(make_user("vera@reader.example"))
    page = client.get(follow_url(article)).content.decode()
    assert 'name="email"' not in page
    assert "We write to <strong>vera@reader.example</strong>" in page

    answer = ask(client, article).content.decode()

    assert wishes() == [("vera@reader.example", Scope.ARTICLE, Frequency.INSTANT, Proof.ACCOUNT, True)]
    assert "<li>New comments on this article</li>" in answer
    assert reverse("comments:subscriptions", args=[make_subscriber_token(Subscriber.objects.get())]) in answer
    assert not Outbox.objects.exists()


def test_account_cannot_make_somebody_else_follow(client: Client) -> None:
    article = english_article()
    client.force_login(make_user("vera@reader.example"))
    ask(client, article, email="victim@reader.example")
    assert [email for email, *_rest in wishes()] == ["vera@reader.example"]


def test_replies_are_offered_to_those_who_wrote_here_and_to_nobody_else(client: Client) -> None:
    article, other = english_article(), english_article()
    stranger = ask(client, article, email="vera@reader.example", scope="replies")
    assert stranger.status_code == 422
    assert wishes() == []

    send(client, article, body="A fair point.", name="Vera Lind", email="vera@reader.example")

    assert 'value="replies"' in client.get(follow_url(article)).content.decode()
    assert 'value="replies"' not in client.get(follow_url(other)).content.decode()
    page = client.get(follow_url(article)).content.decode()
    assert 'value="vera@reader.example"' in page
    ask(client, article, email="vera@reader.example", scope="replies")
    assert [(scope, author) for scope, author in Subscription.objects.values_list("scope", "author__name")] == [
        (Scope.REPLIES, "Vera Lind")
    ]


@pytest.mark.parametrize(
    "typed", ["", "vera", "vera@", "vera@reader.example\nBcc: x@y.example", "vıctim@reader.example"]
)
def test_impossible_address_is_refused_beside_the_field_and_kept(client: Client, typed: str) -> None:
    article = english_article()

    answer = client.post(follow_url(article), {"email": typed, "scope": "site", "digest": "daily"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert ("Please enter your e-mail address." if not typed else "This does not look like an e-mail address.") in page
    assert f'value="{typed.partition(chr(10))[0]}' in page or not typed
    assert 'value="site" id="mg-follow-scope_1" checked' in page
    assert 'value="daily" id="mg-follow-digest_1" checked' in page
    assert wishes() == []


def test_program_that_fills_the_trap_gets_the_answer_of_everybody_and_nothing_is_stored(client: Client) -> None:
    article = english_article()
    answer = ask(client, article, email="victim@reader.example", website="https://spam.example")
    assert ASKED in answer.content.decode()
    assert (wishes(), Outbox.objects.count()) == ([], 0)


def test_network_that_asks_too_often_is_told_when_to_come_back_and_keeps_the_address(
    client: Client, settings: Any
) -> None:
    settings.COMMENTS_SUBSCRIBE_LIMITS = {"network": (Limit(1, datetime.timedelta(hours=1)),)}
    article = english_article()
    ask(client, article, email="first@reader.example")

    answer = ask(client, article, email="second@reader.example")

    page = answer.content.decode()
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "That was a little fast." in page
    assert 'value="second@reader.example"' in page
    assert [email for email, *_rest in wishes()] == ["first@reader.example"]


def test_form_without_a_token_of_the_session_is_given_back_to_be_sent_again() -> None:
    article = english_article()
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})

    refused = client.post(follow_url(article), {"email": "vera@reader.example"})
    assert refused.status_code == 403
    assert wishes() == []
    form = read_forms(refused)[follow_url(article)]
    assert client.post(follow_url(article), form).status_code == 303

    assert [email for email, *_rest in wishes()] == ["vera@reader.example"]


def test_hidden_discussion_and_unknown_site_cannot_be_followed(client: Client) -> None:
    article = english_article()
    article.mode = "hidden"
    article.save(update_fields=["mode"])
    unknown = reverse("comments:follow_site", args=["nowhere"])
    assert [client.get(url).status_code for url in (follow_url(article), unknown)] == [404, 404]


def test_page_asks_the_database_as_often_for_one_subscription_as_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article = english_article()
    client.force_login(make_user("vera@reader.example"))
    ask(client, article)
    for scope in ("article", "site"):
        # Session, account, article, its authors of this account, the mailbox, what it follows.
        with django_assert_num_queries(6):
            client.get(follow_url(article))
        ask(client, article, scope=scope)
        ask(client, make_article(article.site))
