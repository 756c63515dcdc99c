"""Cards that are painted ahead, and the two files that the desk's page is made with."""

from __future__ import annotations

import re

import brotli  # type: ignore[import-untyped]
import pytest
from django.test import Client
from django.urls import reverse

from comments.enums import Status
from comments.models import Article
from moderation.assets import desk_asset
from moderation.enums import Role
from tests.factories import make_article, make_comment, make_moderator, make_user
from tests.moderation.desk_pages import buttons, html_of, rows, sign_in, text_of

CARDS = "/moderation/cards/"


def cards(response: object) -> list[str]:
    return re.findall(r'<article class="mg-card[^"]*" id="card-([0-9a-z]{12})"', html_of(response))


def ask(article: Article, *public_ids: str) -> str:
    return f"{CARDS}?site={article.site.slug}" + "".join(f"&comment={one}" for one in public_ids)


@pytest.mark.django_db
def test_cards_of_named_comments_come_in_the_order_asked_for_and_without_rows() -> None:
    article = make_article()
    first, _second, third = (make_comment(article, name=name).public_id for name in ("Ada", "Bo", "Cy"))

    response = sign_in(make_moderator(article.site)).get(ask(article, third, first, third))

    assert (cards(response), rows(response)) == ([third, first], [])
    assert "approve" in buttons(response)
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.django_db
def test_cards_of_the_next_page_bring_their_rows_and_where_the_page_after_it_begins() -> None:
    article = make_article()
    ids = [make_comment(article).public_id for _ in range(12)]
    client = sign_in(make_moderator(article.site))

    page = client.get(CARDS)
    (cursor,) = re.findall(r'data-more="([0-9.]+)"', html_of(page))
    following = client.get(f"{CARDS}?cursor={cursor}")

    assert cards(page) == rows(page) == ids[:10]
    assert cards(following) == rows(following) == ids[10:]
    assert "data-more" not in html_of(following)
    assert cards(client.get(f"{CARDS}?cursor=nonsense")) == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 10])
def test_cards_take_the_same_number_of_queries_however_many_there_are(
    count: int, django_assert_max_num_queries: object
) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    ids = [make_comment(article, parent=parent, name=f"Reader {number}").public_id for number in range(count)]
    client = sign_in(make_moderator(article.site))
    # Session, user, desk and role, the comments, what belongs to them, the policy.
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        response = client.get(ask(article, *ids))
    assert cards(response) == ids


@pytest.mark.django_db
def test_cards_are_for_the_desk_of_their_site_alone() -> None:
    article = make_article()
    comment = make_comment(article, body="Nobody else reads this", name="Ada")
    other = make_moderator(make_article().site)

    assert sign_in(make_user()).get(ask(article, comment.public_id)).status_code == 404
    assert sign_in(other).get(ask(article, comment.public_id)).status_code == 404
    elsewhere = sign_in(other).get(f"{CARDS}?comment={comment.public_id}")
    assert (elsewhere.status_code, cards(elsewhere)) == (200, [])
    assert "Nobody else reads this" not in text_of(elsewhere)
    signed_out = Client().get(ask(article, comment.public_id), headers={"X-Desk": "cards"})
    assert (signed_out.status_code, signed_out.content) == (401, b"")


def article_of(response: object) -> str:
    """The card's markup, without what is another at every request."""
    (found,) = re.findall(r'<article class="mg-card.*</article>', html_of(response), re.DOTALL)
    found = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", found)
    return re.sub(r"\s+", " ", re.sub(r'\?[^"#]*"', '"', found))


@pytest.mark.django_db
def test_card_that_is_painted_ahead_is_the_card_of_the_page() -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    comment = make_comment(article, body="See https://river.example/1911.", name="Ada", parent=parent)
    make_comment(article, name="Ada")
    make_moderator(article.site)
    client = sign_in(make_moderator(article.site))

    ahead = client.get(ask(article, comment.public_id))
    page = client.get(f"/moderation/?comment={comment.public_id}")

    assert article_of(ahead) == article_of(page)


@pytest.mark.django_db
def test_cards_for_an_auditor_have_no_decisions() -> None:
    article = make_article()
    comment = make_comment(article)
    page = sign_in(make_moderator(article.site, role=Role.AUDITOR)).get(ask(article, comment.public_id))
    assert (cards(page), buttons(page)) == ([comment.public_id], [])


@pytest.mark.parametrize("kind", ["css", "js"])
def test_asset_comes_packed_under_its_digest_and_is_kept_for_good(kind: str, client: Client) -> None:
    built = desk_asset(kind)
    address = reverse("moderation:asset", args=[built.digest, kind])

    packed = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    plain = client.get(address)

    assert packed["Content-Encoding"] == "br"
    assert brotli.decompress(packed.content) == plain.content == built.content
    assert packed["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["Content-Type"] == built.content_type


def test_asset_of_another_release_is_the_present_one_and_not_kept(client: Client) -> None:
    response = client.get(reverse("moderation:asset", args=["0123456789ab", "css"]))
    assert (response.content, response["Cache-Control"]) == (desk_asset("css").content, "no-cache")
    assert client.get(reverse("moderation:asset", args=["0123456789ab", "txt"])).status_code == 404


def test_script_is_one_module_in_which_no_name_is_given_twice() -> None:
    text = desk_asset("js").content.decode()
    assert re.findall(r"^(?:import|export)\b.*", text, re.MULTILINE) == []
    names = re.findall(r"^(?:async )?(?:function|const|let) ([A-Za-z]\w*)", text, re.MULTILINE)
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))
