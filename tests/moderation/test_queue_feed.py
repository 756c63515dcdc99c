"""The feed of a desk's queue: secret, little in it, and gone with the member who had it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.enums import Status
from comments.models import Comment, Site
from comments.services.posting import revise_comment
from moderation.enums import Role
from moderation.models import Membership
from moderation.services.members import remove_member
from moderation.services.queue_feeds import make_queue_feed, queue_feed_token
from tests.comments.feed_pages import judge_atom
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/moderation/tokens/"
CHANGE = "/moderation/tokens/feed/"


def addresses(html: str) -> list[str]:
    return sorted(set(re.findall(r'href="[a-z]+://[^/"]+(/feeds/queue/[^"]+)"', html)))


def feed_of(user: User, site: Site, written: str = "json") -> str:
    """The address of a new feed of a member."""
    member = make_queue_feed(Membership.objects.get(user=user, site=site))
    return reverse(f"moderation:queue_feed{'_json' if written == 'json' else ''}", args=[queue_feed_token(member)])


def waiting_ids(response) -> list[str]:
    assert response.status_code == 200
    return [item["url"].rpartition("comment=")[2] for item in response.json()["items"]]


def test_feed_says_what_waits_and_nothing_of_who_wrote_what(tmp_path: Path) -> None:
    site = make_site("news", language="en")
    article = make_article(site, key="ferry")
    make_comment(article, status=Status.APPROVED, name="Wortmann")
    first = make_comment(article, body="Wortschatz", name="Wortmann", email="wort@reader.example")
    edited = make_comment(article, status=Status.APPROVED, name="Wortmann")
    revise_comment(comment=edited, body="Wortschatz, neu")
    make_comment(make_article(make_site()), body="Elsewhere")
    moderator = make_moderator(site)

    response = Client().get(feed_of(moderator, site))
    atom = Client().get(feed_of(moderator, site, "atom"))

    assert waiting_ids(response) == [edited.public_id, first.public_id]
    assert [item["title"] for item in response.json()["items"]] == [
        "A changed comment on “Title of ferry”",
        "A comment on “Title of ferry”",
    ]
    judge_atom(atom.content, tmp_path)
    for content in (response.content.decode(), atom.content.decode()):
        assert not [word for word in ("wort", "reader.example") if word in content.lower()]
    card = sign_in(moderator).get(response.json()["items"][1]["url"].partition("8000")[2])
    assert "Wortschatz" in html_of(card)


def test_feed_is_private_and_confirmed_by_etag_until_something_comes() -> None:
    article = make_article()
    make_comment(article)
    path = feed_of(make_moderator(article.site), article.site)

    response = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": response["ETag"]})
    make_comment(article)
    changed = Client().get(path, headers={"If-None-Match": response["ETag"]})

    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-store")
    assert changed.status_code == 200
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("count", [1, 50])
def test_feed_costs_two_queries_however_much_waits(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    article = make_article()
    for number in range(count + 2 * (count == 50)):
        make_comment(article, name=f"Leser {number}")
    path = feed_of(make_moderator(article.site), article.site)

    with django_assert_num_queries(2):
        assert len(waiting_ids(client.get(path))) == count
    assert Comment.objects.waiting().count() >= count


def test_member_makes_replaces_and_ends_the_feed_on_the_page() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    assert addresses(html_of(client.get(PAGE))) == []

    made = client.post(CHANGE)
    first = addresses(html_of(client.get(PAGE)))
    client.post(CHANGE)
    second = addresses(html_of(client.get(PAGE)))

    assert (made.status_code, made["Location"]) == (303, f"{PAGE}#feed")
    assert [path.rpartition(".")[2] for path in second] == ["atom", "json"]
    assert [Client().get(path).status_code for path in (*first, *second)] == [404, 404, 200, 200]
    assert waiting_ids(Client().get(second[1])) == [comment.public_id]
    client.post(CHANGE, {"end": "1"})
    assert addresses(html_of(client.get(PAGE))) == []
    assert Client().get(second[1]).status_code == 404


def test_feed_ends_with_its_member_and_with_a_shut_account() -> None:
    site = make_article().site
    leaving, shut, other = (make_moderator(site) for _ in range(3))
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    paths = [feed_of(user, site) for user in (leaving, shut, other)]
    assert [Client().get(path).status_code for path in paths] == [200] * 3

    remove_member(member=Membership.objects.get(user=leaving), administrator=administrator)
    shut.is_active = False
    shut.save()

    assert [Client().get(path).status_code for path in paths] == [404, 404, 200]


def test_nobody_gets_the_feed_of_another_or_by_an_address_of_another_kind() -> None:
    site = make_article().site
    mine, other = make_moderator(site), make_moderator(site)
    reader, colleague = sign_in(make_user()), sign_in(other)
    path = feed_of(mine, site)
    token = path.rpartition("/")[2].removesuffix(".json")

    assert path.rpartition("/")[2] not in html_of(colleague.get(PAGE))
    assert reader.post(CHANGE).status_code == 404
    colleague.post(CHANGE, {"end": "1"})
    assert Client().get(path).status_code == 200
    key = Membership.objects.get(user=mine).queue_feed_key
    forged = [f"/feeds/queue/{key}.json", f"/feeds/queue/{key}.x.json", f"/feeds/replies/{token}.json"]
    assert [Client().get(one).status_code for one in forged] == [404] * 3
