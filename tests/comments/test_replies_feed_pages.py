"""The pages on which readers make, see, replace and end the feed of replies to them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from comments.enums import Status
from comments.models import Author, Comment
from comments.services.identity import Identity, make_status_token
from tests.comments.pages import send
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
MINE = "/my-comments/"


def addresses(page: str) -> list[str]:
    """The secret addresses on a page, without scheme and host."""
    return sorted(set(re.findall(r'href="[a-z]+://[^/]+(/feeds/replies/[^"]+)"', page)))


def action_for(comment: Comment) -> str:
    return f"/my-comments/{comment.site.slug}/replies-feed/"


def test_account_makes_replaces_and_ends_its_feed_on_the_page_of_its_comments() -> None:
    user = make_user(name="Jonas Feld")
    mine = make_comment(make_article(), identity=Identity(user=user), status=Status.APPROVED)
    client = Client()
    client.force_login(user)
    assert addresses(client.get(MINE).content.decode()) == []

    made = client.post(action_for(mine))
    first = addresses(client.get(MINE).content.decode())
    client.post(action_for(mine))
    second = addresses(client.get(MINE).content.decode())
    client.post(action_for(mine), {"end": "1"})

    assert (made.status_code, made["Location"]) == (303, f"{MINE}#replies-feed")
    assert [path.rpartition(".")[2] for path in first] == ["atom", "json"]
    assert not set(first) & set(second)
    assert addresses(client.get(MINE).content.decode()) == []
    assert [Client().get(path).status_code for path in (*first, *second)] == [404] * 4


def test_guest_makes_a_feed_by_the_cookie_or_the_status_link() -> None:
    client, article = Client(), make_article()
    send(client, article, body="My guest words", name="Gast")
    comment = Comment.objects.get()
    status = reverse("comments:status", args=[make_status_token(comment)])

    client.post(action_for(comment))
    by_cookie = addresses(client.get(MINE).content.decode())
    by_link = addresses(Client().get(status).content.decode())
    assert Client().get(by_cookie[0]).status_code == 200
    answer = Client().post(f"{status}replies-feed/", {"end": "1"})

    assert len(by_cookie) == 2
    assert by_link == by_cookie
    assert (answer.status_code, answer["Location"]) == (303, f"{status}#replies-feed")
    assert addresses(client.get(MINE).content.decode()) == []


def test_nobody_changes_the_feed_of_somebody_else_and_looking_changes_nothing() -> None:
    mine = make_comment(make_article(), identity=Identity(user=make_user(name="Jonas Feld")), status=Status.APPROVED)
    other = make_comment(mine.article, identity=Identity(user=make_user(name="Ada Lind")))
    stranger, owner, careful = Client(), Client(), Client(enforce_csrf_checks=True)
    owner.force_login(mine.author.user)
    careful.force_login(mine.author.user)

    answers = [
        stranger.post(action_for(mine)),
        careful.post(action_for(mine)),
        Client().post("/status/forged/replies-feed/"),
        owner.get(action_for(mine)),
    ]

    assert [answer.status_code for answer in answers] == [404, 403, 404, 303]
    owner.post(action_for(mine))
    assert set(Author.objects.exclude(replies_feed_key="").values_list("pk", flat=True)) == {mine.author_id}
    assert other.author.replies_feed_key == ""
