"""One comment for any page: by its fragment, and by oEmbed from its permalink."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Badge, Status
from comments.models import Article, Comment
from tests.factories import make_article, make_comment, make_site

pytestmark = pytest.mark.django_db

BASE = django_settings.BASE_URL


@pytest.fixture
def comment() -> Comment:
    """A published comment with something to mark up."""
    article = make_article(make_site("news"), key="bridge")
    return make_comment(article, body="A *fair* point & more.", status=Status.APPROVED)


def fragment(comment: Comment) -> str:
    return f"/embed/v1/comments/{comment.public_id}.html"


def permalink(comment: Comment) -> str:
    return f"{BASE}/c/{comment.public_id}/"


def hide(comment: Comment, how: str) -> None:
    """Take a published comment from everybody's sight."""
    if how == "removed":
        lifecycle.set_status(
            comment.pk,
            Status.REMOVED,
            actor=lifecycle.Actor(ActorKind.MODERATOR),
            expected_status=Status.APPROVED,
            expected_revision=comment.revision,
        )
    elif how == "hidden":
        Article.objects.update(mode=ArticleMode.HIDDEN)
    else:
        Article.objects.update(is_confirmed=False)


class Links(HTMLParser):
    """Every address in a piece of HTML, and the names of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "cite"}]


def test_comment_fragment_holds_words_author_and_article_with_whole_addresses(client: Client, comment: Comment) -> None:
    Comment.objects.update(author_badge=Badge.EDITORIAL)

    html = client.get(fragment(comment), {"lang": "en"}).content.decode()

    assert f'<article class="mg-discussion mg-comment mg-comment--single" id="comment-{comment.public_id}"' in html
    assert ">A <em>fair</em> point &amp; more.<" in html.replace("<p>", "").replace("</p>", "")
    assert "Hanna Kuhl" in html
    assert "Editorial team" in html
    assert Links(html).addresses == [permalink(comment), "https://news.example/bridge"]
    assert ">Title of bridge</a>" in html


def test_comment_fragment_is_the_same_for_everybody_and_confirmed_by_its_etag(client: Client, comment: Comment) -> None:
    answer = client.get(fragment(comment))

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    assert (answer.headers["Content-Language"], answer.headers.get("Vary"), answer.cookies.output()) == ("de", None, "")
    again = client.get(fragment(comment), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Article.objects.update(title="Corrected title")
    assert client.get(fragment(comment), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(("asked", "words"), [("", "Redaktion"), ("en-GB", "Editorial team"), ("xx", "Redaktion")])
def test_comment_fragment_speaks_the_language_asked_for_else_the_articles(
    client: Client, comment: Comment, asked: str, words: str
) -> None:
    Comment.objects.update(author_badge=Badge.EDITORIAL)

    html = client.get(fragment(comment), {"lang": asked}, headers={"Accept-Language": "fr"}).content.decode()

    assert words in html


@pytest.mark.parametrize("how", ["removed", "hidden", "unconfirmed"])
def test_comment_that_is_gone_is_answered_as_one_that_never_was(client: Client, comment: Comment, how: str) -> None:
    assert client.get(fragment(comment)).status_code == 200
    hide(comment, how)

    answers = [client.get(path) for path in (fragment(comment), "/embed/v1/comments/000000000000.html")]

    assert [(one.status_code, one.content) for one in answers] == [(404, answers[1].content)] * 2
    assert {one.headers["Access-Control-Allow-Origin"] for one in answers} == {"*"}
    assert {one.headers["Cache-Control"] for one in answers} == {"no-store"}
    assert client.get("/oembed", {"url": permalink(comment)}).status_code == 404


def test_comment_fragment_and_oembed_cost_one_query(
    client: Client, comment: Comment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert client.get(fragment(comment)).status_code == 200
    with django_assert_num_queries(1):
        assert client.get("/oembed", {"url": permalink(comment)}).status_code == 200


def oembed(client: Client, comment: Comment, **asked: str) -> dict[str, Any]:
    answer = client.get("/oembed", {"url": permalink(comment)} | asked)
    assert answer.status_code == 200
    data: dict[str, Any] = json.loads(answer.content)
    return data


def test_oembed_of_a_permalink_says_how_to_show_the_comment(client: Client, comment: Comment) -> None:
    data = oembed(client, comment, format="json")

    html = data.pop("html")
    assert data == {
        "type": "rich",
        "version": "1.0",
        "title": "Hanna Kuhl zu „Title of bridge“",
        "author_name": "Hanna Kuhl",
        "provider_name": "News",
        "provider_url": BASE,
        "cache_age": 60,
        "width": 600,
        "height": 123,
    }
    assert f'<marginalia-comment comment="{comment.public_id}" lang="de"><blockquote' in html
    assert "A <em>fair</em> point &amp; more." in html
    assert "Hanna Kuhl" in html
    assert Links(html).addresses == [
        permalink(comment),
        permalink(comment),
        "https://news.example/bridge",
        f"{BASE}/embed/v1.js",
    ]
    assert Links(html).names == ["marginalia-comment", "blockquote", "p", "em", "footer", "a", "a", "script"]


def test_oembed_is_the_same_for_everybody_and_confirmed_by_its_etag(client: Client, comment: Comment) -> None:
    answer = client.get("/oembed", {"url": permalink(comment)})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (answer.headers.get("Vary"), answer.cookies.output()) == (None, "")
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/oembed", {"url": permalink(comment)}, headers=known).status_code == 304


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"maxwidth": "400"}, (400, 123)),
        ({"maxwidth": "50"}, (200, 123)),
        ({"maxwidth": "5000"}, (600, 123)),
        ({"maxheight": "100"}, (600, 100)),
        ({"maxwidth": "-1", "maxheight": "much"}, (600, 123)),
        ({"maxwidth": "9" * 5000}, (600, 123)),
        ({"maxwidth": "٣٠٠"}, (600, 123)),
    ],
)
def test_oembed_keeps_within_the_size_asked_for(
    client: Client, comment: Comment, asked: dict[str, str], size: tuple[int, int]
) -> None:
    data = oembed(client, comment, **asked)

    assert (data["width"], data["height"]) == size


def test_oembed_escapes_names_and_titles(client: Client, comment: Comment) -> None:
    Comment.objects.update(author_name="</blockquote><script>alert(1)</script>")
    Article.objects.update(title='"><img src=x onerror=alert(1)>')

    html = oembed(client, comment)["html"]

    assert Links(html).names == ["marginalia-comment", "blockquote", "p", "em", "footer", "a", "a", "script"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "{id}",
        "/c/{id}/",
        "//127.0.0.1:8000/c/{id}/",
        "{base}/c/{id}",
        "{base}/c/{id}/vote/",
        "{base}/x/c/{id}/",
        "{base}//c/{id}/",
        "{base}/status/{id}/",
        "{base}/c/{upper}/",
        "{base}/c/000000000000/",
        "{base}.evil.example/c/{id}/",
        "https://evil.example/c/{id}/",
        "https://evil.example\\@127.0.0.1:8000/c/{id}/",
        "http://user@127.0.0.1:8000/c/{id}/",
        "http://127.0.0.1:8001/c/{id}/",
        "javascript:{base}/c/{id}/",
        "{base}/c/{id}/\n",
        "{base}/c/\x00/",
        "http://[/c/{id}/",
    ],
)
def test_oembed_of_an_address_that_is_no_permalink_of_ours_is_not_found(
    client: Client, comment: Comment, address: str
) -> None:
    url = address.format(base=BASE, id=comment.public_id, upper=comment.public_id.upper() + "A")

    assert client.get("/oembed", {"url": url}).status_code == 404


def test_oembed_ignores_what_follows_the_path(client: Client, comment: Comment) -> None:
    assert client.get("/oembed", {"url": f"{permalink(comment)}?utm_source=a#b"}).status_code == 200


@pytest.mark.parametrize("format_name", ["xml", "", "JSON"])
def test_oembed_in_another_format_is_not_implemented(client: Client, comment: Comment, format_name: str) -> None:
    answer = client.get("/oembed", {"url": permalink(comment), "format": format_name})

    assert (answer.status_code, answer.content) == (501, b"")


def test_oembed_is_found_from_the_page_that_shows_one_comment(client: Client, comment: Comment) -> None:
    page = client.get("/discussion/news/bridge/", {"comment": comment.public_id}).content.decode()

    start = page.index('<link rel="alternate" type="application/json+oembed" href="')
    address = page[start:].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(address).query) == {"url": [permalink(comment)], "format": ["json"]}
    assert client.get(address.removeprefix(BASE)).json()["author_name"] == "Hanna Kuhl"


@pytest.mark.parametrize("asked", ["", "?comment=", '?comment="><script>', "?comment=ABC"])
def test_oembed_is_not_offered_by_a_page_that_shows_no_comment(client: Client, comment: Comment, asked: str) -> None:
    page = client.get(f"/discussion/{comment.site.slug}/bridge/{asked}").content.decode()

    assert "oembed" not in page
