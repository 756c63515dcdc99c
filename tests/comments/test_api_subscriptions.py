"""`POST subscriptions`, and `notify` with a comment: who follows what, and what strangers learn of an address: nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from comments.enums import ArticleMode, AuthorKind, Frequency, Proof, Scope
from comments.models import Article, Author, Comment, Outbox, Subscription
from comments.services.identity import make_author_token, make_sign_in_token
from tests.comments.pages import fill_form, post_url, send
from tests.comments.test_follow import english_article, wishes
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/subscriptions"
VERA = "vera@reader.example"
SAME_WORDS = {
    "message": "If we have not written to this address today, a mail is on its way. "
    "Its link confirms everything that was asked for with it."
}
AT_ONCE = {"message": "We tell you by mail from now on."}


def post(client: Client, under: Article, *, token: str = "", **members: object) -> Any:
    data = {"site": under.site.slug, "article": under.key, **members}
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.post(ADDRESS, data, content_type="application/json", headers=headers)


def write(client: Client, article: Article, *, token: str = "", **members: object) -> Any:
    address = f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = {"body": f"Text {Comment.objects.count()}", **members}
    return client.post(address, data, content_type="application/json", headers=headers)


def sso_reader(article: Article, *, email: str = VERA) -> Author:
    return Author.objects.create(
        site=article.site,
        kind=AuthorKind.SSO,
        sso_subject="17",
        name="Vera Lind",
        email=email,
        email_verified_at=timezone.now() if email else None,
    )


def test_api_subscription_is_accepted_and_one_mail_is_due(client: Client) -> None:
    article = english_article()

    answer = post(client, article, email=VERA, scope="site", digest="daily")

    assert (answer.status_code, answer.json()) == (202, SAME_WORDS)
    assert answer["Cache-Control"] == "private, no-store"
    assert wishes() == [(VERA, Scope.SITE, Frequency.DAILY, "", False)]
    assert [row.kind for row in Outbox.objects.all()] == ["confirmation_mail"]


def test_api_subscription_answers_the_same_bytes_whatever_we_know_of_the_address(client: Client) -> None:
    article = english_article()
    first = post(client, article, email=VERA)
    Subscription.objects.update(confirmed_at=timezone.now(), proof=Proof.LINK)

    answers = [first, post(client, article, email=VERA), post(client, article, email="nobody@reader.example")]

    assert {(one.status_code, one.content, str(sorted(one.headers.items()))) for one in answers} == {
        (202, first.content, str(sorted(first.headers.items())))
    }


def test_api_subscription_of_the_publishers_reader_is_confirmed_at_once_for_their_own_address_alone(
    client: Client,
) -> None:
    article = english_article()
    token = make_sign_in_token(sso_reader(article))

    assert post(client, article, token=token).json() == AT_ONCE
    assert post(client, article, token=token, email="victim@reader.example").json() == SAME_WORDS

    assert [(email, proof) for email, _scope, _often, proof, _done in wishes()] == [
        (VERA, Proof.SSO),
        ("victim@reader.example", ""),
    ]


def test_api_subscription_to_replies_needs_who_wrote_here(client: Client) -> None:
    article = english_article()
    comment = make_comment(article, name="Vera Lind")

    stranger = post(client, article, email=VERA, scope="replies")
    assert stranger.status_code == 422
    assert [one["field"] for one in stranger.json()["errors"]] == ["scope"]
    assert wishes() == []

    token = make_author_token(comment.author)
    assert post(client, article, token=token, email=VERA, scope="replies").json() == SAME_WORDS
    assert Subscription.objects.get().author == comment.author


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "vera"}, "email"),
        ({"email": VERA, "article": None}, "article"),
        ({"email": VERA, "scope": "world"}, "scope"),
        ({"email": VERA, "digest": "hourly"}, "digest"),
        ({"email": VERA, "site": "%"}, "site"),
    ],
)
def test_api_subscription_that_cannot_be_names_the_field(
    client: Client, members: dict[str, object], field: str
) -> None:
    answer = post(client, english_article(), **members)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert wishes() == []


def test_api_subscription_to_what_is_hidden_or_not_there_is_not_found(client: Client) -> None:
    article = english_article()
    Article.objects.update(mode=ArticleMode.HIDDEN)
    hidden = post(client, article, email=VERA)
    absent = post(client, article, email=VERA, article="nothing-here")
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_api_subscription_of_a_program_that_fills_the_trap_is_not_stored(client: Client) -> None:
    answer = post(client, english_article(), email=VERA, website="https://spam.example")
    assert (answer.status_code, answer.json(), wishes()) == (202, SAME_WORDS, [])


def test_api_subscription_may_be_asked_for_from_the_pages_of_registered_origins(client: Client) -> None:
    english_article()
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answers = {
        origin: client.options(ADDRESS, headers={"Origin": origin, **asked}).headers.get("Access-Control-Allow-Origin")
        for origin in ("https://news.example", "https://evil.example")
    }
    assert answers == {"https://news.example": "https://news.example", "https://evil.example": None}


def test_comment_with_notify_follows_the_replies_once_the_guest_has_confirmed(client: Client) -> None:
    article = english_article()

    answer = write(client, article, name="Vera Lind", email=VERA, notify=True)

    assert answer.status_code == 201
    assert wishes() == [(VERA, Scope.REPLIES, Frequency.INSTANT, "", False)]
    assert Subscription.objects.get().author == Comment.objects.get().author
    assert [row.kind for row in Outbox.objects.all()] == ["confirmation_mail"]
    # The next one of the same guest, whose address is known by now.
    write(client, article, token=answer.json()["author_token"], notify=True)
    assert len(wishes()) == 1


def test_comment_without_notify_follows_nothing(client: Client) -> None:
    write(client, english_article(), name="Vera Lind", email=VERA)
    assert (wishes(), Outbox.objects.count()) == ([], 0)


def test_comment_with_notify_of_the_publishers_reader_follows_at_once(client: Client) -> None:
    article = english_article()
    write(client, article, token=make_sign_in_token(sso_reader(article)), notify=True)
    assert wishes() == [(VERA, Scope.REPLIES, Frequency.INSTANT, Proof.SSO, True)]


def test_comment_with_notify_and_no_address_is_refused_beside_the_field(client: Client) -> None:
    article = english_article()
    guest = write(client, article, name="Vera Lind", notify=True)
    reader = write(client, article, token=make_sign_in_token(sso_reader(article, email="")), notify=True)
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in (guest, reader)] == [
        (422, "email"),
        (422, "notify"),
    ]
    assert not Comment.objects.exists()


def test_form_offers_to_tell_of_replies_and_keeps_the_tick_when_it_is_refused(client: Client) -> None:
    article = english_article()
    assert send(client, article, body="A fair point.", name="Vera Lind", email=VERA, notify="on").status_code == 303
    assert wishes() == [(VERA, Scope.REPLIES, Frequency.INSTANT, "", False)]

    refused = Client().post(
        post_url(article), fill_form(Client(), article, body="Another.", name="Otto Olm", notify="on")
    )

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "To be told of replies, please enter your e-mail address." in page
    assert 'name="notify" class="mg-check__input" id="mg-notify" checked' in page


def test_form_of_an_account_follows_replies_at_once_and_offers_it_only_with_an_address(client: Client) -> None:
    article, user = english_article(), make_user(VERA, name="Vera Lind")
    client.force_login(user)

    send(client, article, body="A fair point.", notify="on")

    assert wishes() == [(VERA, Scope.REPLIES, Frequency.INSTANT, Proof.ACCOUNT, True)]
    user.email = ""
    user.save(update_fields=["email"])
    assert "notify" not in fill_form(client, article)


def test_preview_keeps_the_tick(client: Client) -> None:
    article = english_article()
    typed = fill_form(client, article, body="A fair point.", name="Vera Lind", notify="on", preview="1")
    page = client.post(post_url(article), typed).content.decode()
    assert 'id="mg-notify" checked' in page


def test_discussion_offers_to_follow_it_in_one_line(client: Client) -> None:
    article = english_article()
    page = client.get(f"/discussion/{article.site.slug}/{article.key}/").content.decode()
    action = f'action="/follow/{article.site.slug}/{article.key}/"'
    assert f'data-mg-to="/api/v1/subscriptions" method="post" {action}' in page
    assert 'id="mg-follow-email"' in page

    client.force_login(make_user(VERA))
    known = client.get(f"/discussion/{article.site.slug}/{article.key}/").content.decode()

    assert 'id="mg-follow-email"' not in known
    assert f"New comments by mail to <bdi>{VERA}</bdi>" in known
