from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.enums import Scope, Status
from comments.models import Subscriber
from comments.my_comments import PAGE_SIZE
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, make_subscriber_token, subscribe
from tests.comments.pages import send
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
MINE = "/my-comments/"


def own_ids(client: Client, address: str = MINE) -> list[str]:
    return re.findall(r'id="own-([a-z0-9]+)"', client.get(address).content.decode())


def test_my_comments_of_an_account_holds_all_its_comments_on_every_site_and_nobody_elses(client: Client) -> None:
    user, other = make_user(name="Jonas Feld"), make_user(name="Ada Lind")
    mine = [
        make_comment(make_article(), identity=Identity(user=user), status=status, body=f"words-{status}")
        for status in (Status.PENDING, Status.APPROVED, Status.REJECTED, Status.WITHDRAWN)
    ]
    make_comment(make_article(), identity=Identity(user=other), body="secret-words")
    client.force_login(user)

    response = client.get(MINE)

    assert own_ids(client) == [comment.public_id for comment in reversed(mine)]
    assert "words-pending" in response.content.decode()
    assert "secret-words" not in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_my_comments_of_a_guest_holds_what_this_browser_wrote(client: Client) -> None:
    article = make_article()
    send(client, article, body="My guest words", name="Gast")

    assert len(own_ids(client)) == 1
    assert "My guest words" in client.get(MINE).content.decode()
    assert own_ids(Client()) == []


def test_my_comments_goes_on_page_by_page_at_the_same_cost(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user, article = make_user(name="Jonas Feld"), make_article()
    comments = []
    for _number in range(PAGE_SIZE + 3):
        cache.clear()  # Nobody writes as fast.
        comments.append(make_comment(article, identity=Identity(user=user)))
    client.force_login(user)

    first = own_ids(client)
    more = re.search(r'href="(/my-comments/[^"]+)"', client.get(MINE).content.decode())
    assert more is not None
    # Session, account, authors, where to go on, comments with their texts, what holds for the reader.
    with django_assert_num_queries(8):
        second = own_ids(client, more[1])

    assert first + second == [comment.public_id for comment in reversed(comments)]


def test_my_comments_ignores_somebody_elses_comment_as_a_place_to_go_on(client: Client) -> None:
    user = make_user(name="Jonas Feld")
    mine = make_comment(make_article(), identity=Identity(user=user))
    foreign = make_comment(make_article())
    client.force_login(user)

    assert own_ids(client, f"{MINE}?before={foreign.public_id}") == [mine.public_id]
    assert own_ids(client, f"{MINE}?before=%00") == [mine.public_id]


def test_my_comments_leads_an_account_to_what_its_own_address_follows_and_nobody_else(client: Client) -> None:
    article, user = make_article(), make_user("Vera@reader.example")
    subscribe(Wish(site=article.site, article=article, scope=Scope.ARTICLE, email=user.email), identity=Identity())
    address = reverse("comments:subscriptions", args=[make_subscriber_token(Subscriber.objects.get())])
    assert address not in client.get(MINE).content.decode()

    client.force_login(user)
    assert address in client.get(MINE).content.decode()
    client.force_login(make_user("other@reader.example"))

    assert "/subscriptions/" not in client.get(MINE).content.decode()
