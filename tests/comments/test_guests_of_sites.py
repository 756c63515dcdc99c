"""One browser, several sites of one server: on each of them a guest of its own, and none lost by acting on another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.access import author_cookie_name
from comments.enums import Status
from comments.models import Article, Author, Comment, Site
from comments.services.identity import make_author_token
from tests.comments.pages import discussion_url, read_forms, send
from tests.comments.readers import published
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db
TEXT = "application/json"


@pytest.fixture
def browser() -> Client:
    """Its API requests need what a browser's need."""
    return Client(enforce_csrf_checks=True)


def articles() -> tuple[Article, Article]:
    """Under discussion on two sites of this server."""
    return make_article(make_site("morning")), make_article(make_site("evening"))


def own_ids(client: Client, address: str) -> list[str]:
    return re.findall(r'id="own-([a-z0-9]+)"', client.get(address).content.decode())


def headers_of(browser: Client, article: Article) -> dict[str, str]:
    """What the script of a page of ours sends."""
    browser.get(discussion_url(article))
    return {"X-CSRFToken": browser.cookies["csrftoken"].value, "Accept-Language": "en"}


def be_guest(browser: Client, author: Author, *, on: Site | None = None) -> None:
    browser.cookies[author_cookie_name(on or author.site)] = make_author_token(author)


def call(browser: Client, method: str, path: str, headers: dict[str, str], **members: object) -> Any:
    return getattr(browser, method)(f"/api/v1{path}", members, content_type=TEXT, headers=headers)


def test_guest_who_posts_on_a_second_site_is_still_known_on_the_first(client: Client) -> None:
    first, second = articles()
    send(client, first, body="In the morning", name="Kim")
    send(client, second, body="In the evening", name="Kim")
    send(client, first, body="In the morning again", name="Kim")

    morning, evening, again = Comment.objects.order_by("pk")

    assert Author.objects.count() == 2
    assert morning.author == again.author
    assert own_ids(client, discussion_url(first)) == [again.public_id, morning.public_id]
    assert own_ids(client, discussion_url(second)) == [evening.public_id]
    assert own_ids(client, reverse("comments:my_comments")) == [again.public_id, evening.public_id, morning.public_id]


def test_guest_who_votes_on_a_second_site_is_still_known_on_the_first(client: Client) -> None:
    first, second = articles()
    send(client, first, body="In the morning", name="Kim")
    liked = published(second)

    page = read_forms(client.get(reverse("comments:vote", args=[liked.public_id])))
    address = reverse("comments:vote", args=[liked.public_id])
    voted = client.post(address, page[address])

    assert (voted.status_code, liked.votes.count()) == (303, 1)
    assert own_ids(client, discussion_url(first)) == [Comment.objects.get(article=first).public_id]


def test_api_by_cookies_of_several_sites_acts_as_the_guest_of_the_resource(browser: Client) -> None:
    first, second = articles()
    mine = {article.pk: make_comment(article, name=f"Kim {article.pk}") for article in (first, second)}
    for comment in mine.values():
        be_guest(browser, comment.author)
    headers = headers_of(browser, first)
    liked = published(second)

    posted = call(browser, "post", f"/sites/evening/articles/{second.key}/comments", headers, body="A third text")
    voted = call(browser, "post", f"/comments/{liked.public_id}/votes", headers)
    changed = call(browser, "patch", f"/comments/{mine[first.pk].public_id}", headers, body="Another text")
    named = [{"site": one.site.slug, "key": one.key} for one in (first, second)]
    listed = call(browser, "post", "/me/comments", headers, articles=named)
    reader = browser.post(reverse("comments:embed_reader", args=["evening", second.key]), headers=headers)

    assert [one.status_code for one in (posted, voted, changed, listed)] == [201, 200, 200, 200], posted.json()
    assert Comment.objects.get(public_id=posted.json()["id"]).author == mine[second.pk].author
    assert liked.votes.get().author == mine[second.pk].author
    assert changed.json()["body"] == "Another text"
    shown = {one["id"] for one in listed.json()["comments"]}
    assert shown == {mine[first.pk].public_id, mine[second.pk].public_id, posted.json()["id"]}
    assert (reader.json()["name"], reader.json()["votes"]) == (f"Kim {second.pk}", [liked.public_id])


def test_cookie_under_the_name_of_another_site_counts_nowhere(browser: Client) -> None:
    first, second = articles()
    comment = make_comment(first, name="Kim")
    be_guest(browser, comment.author, on=second.site)
    headers = headers_of(browser, first)

    answers = [browser.get(f"/api/v1/comments/{comment.public_id}").status_code]
    names = [
        browser.post(reverse("comments:embed_reader", args=[one.site.slug, one.key]), headers=headers).json()["name"]
        for one in (first, second)
    ]

    assert (answers, names) == ([404], ["", ""])
    assert own_ids(browser, reverse("comments:my_comments")) == []
    assert own_ids(browser, discussion_url(first)) == []


def test_account_has_what_its_browser_wrote_as_a_guest_on_each_site(browser: Client) -> None:
    first, second = articles()
    mine = [make_comment(article) for article in (first, second)]
    for comment in mine:
        be_guest(browser, comment.author)
    browser.force_login(make_user(name="Ada Lovelace"))

    answers = [browser.get(f"/api/v1/comments/{comment.public_id}").status_code for comment in mine]

    assert answers == [200, 200]
    assert own_ids(browser, discussion_url(second)) == [mine[1].public_id]


@pytest.mark.parametrize("count", [1, 3])
def test_guests_of_a_browser_are_found_at_the_same_cost(
    browser: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = [make_comment(make_article(make_site()), status=Status.REJECTED) for _number in range(count)]
    for comment in mine:
        be_guest(browser, comment.author)
    named = [{"site": comment.site.slug, "key": comment.article.key} for comment in mine[:1]]
    headers = headers_of(browser, mine[0].article)

    # Guests, articles, comments with revisions, reasons.
    with django_assert_num_queries(5):
        listed = call(browser, "post", "/me/comments", headers, articles=named)

    assert [one["id"] for one in listed.json()["comments"]] == [mine[0].public_id]
