"""What everybody reads, through a shared cache: one reader fills it with everything that could colour an answer, another reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from comments.access import author_cookie_name
from comments.enums import Status
from comments.models import Article
from comments.services.identity import make_author_token
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site
from tests.moderation.desk_pages import sign_in
from tests.services.nginx import NGINX, NO_NGINX, read, run_nginx

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # In CI a missing nginx is a failure of the test itself.
    pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason=NO_NGINX),
]

ODD = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-For": "203.0.113.9",
    "X-Original-URL": "/moderation/",
    "X-Rewrite-URL": "/moderation/",
    "X-HTTP-Method-Override": "POST",
    "X-Requested-With": "XMLHttpRequest",
    "Accept": "application/json;q=0.1, text/plain",
    "Accept-Language": "de-AT,de;q=0.9",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
    "User-Agent": "<script>alert(1)</script>",
}
CANARIES = ("kanariewartend", "kanariename", "evil.example", "<script>alert")


def addresses(article: Article, comment: str, base: str) -> list[str]:
    """Everything that is the same for everybody."""
    place = f"{article.site.slug}/{article.key}"
    return [
        f"/embed/v1/{place}/thread.html",
        f"/embed/v1/{place}/thread.html?part=thread&sort=best",
        f"/embed/v1/{place}/thread.html?lang=en&jsonld=1&nosnippet=1",
        f"/embed/v1/{place}/thread.html?comment={comment}",
        f"/embed/v1/comments/{comment}.html",
        f"/embed/v1/comments/{comment}/report.html",
        f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments",
        f"/api/v1/counts?site={article.site.slug}&id={article.key}",
        f"/api/v1/sites/{article.site.slug}/comments/latest",
        f"/api/v1/sites/{article.site.slug}/articles/most-discussed",
        f"/feeds/{article.site.slug}/comments.atom",
        f"/feeds/{place}/comments.atom",
        f"/oembed?url={base}/c/{comment}/&format=json",
        "/embed/v1.js",
        "/embed/v1.0.0.js",
        "/embed/v1.json",
    ]


def test_second_reader_behind_a_shared_cache_gets_the_same_bytes_and_nothing_of_the_first(
    live_server: LiveServer, settings: SettingsWrapper
) -> None:
    settings.BASE_URL = live_server.url
    site = make_site()
    make_policy(site)
    article = make_article(site)
    published = make_comment(article, body="Für alle", status=Status.APPROVED)
    make_comment(article, body="Auch für alle", parent=published, status=Status.APPROVED)
    waiting = make_comment(article, body="kanariewartend", name="Kanariename")
    session = sign_in(make_moderator(site)).cookies["sessionid"].value
    token = make_author_token(waiting.author)
    known = f"{author_cookie_name(site)}={token}; sessionid={session}"
    odd = ODD | {"Cookie": f"{known}; csrftoken={'a' * 32}; django_language=de"}

    with run_nginx(live_server.url) as cached:
        for address in addresses(article, published.public_id, live_server.url):
            status, first_headers, first = read(cached + address, odd)
            assert (address, status) == (address, 200)
            _status, headers, second = read(cached + address, {})
            _status, fresh_headers, fresh = read(live_server.url + address, {})
            assert (address, headers["x-cache"]) == (address, "HIT")
            assert (address, first == second == fresh) == (address, True)
            for answer in (first_headers, headers, fresh_headers):
                assert "set-cookie" not in answer
                assert answer["etag"] == fresh_headers["etag"] if "etag" in answer else True
            text = first.decode().casefold() + str(first_headers).casefold()
            assert [word for word in CANARIES if word in text] == []


def test_own_comments_behind_a_shared_cache_reach_nobody_else(
    live_server: LiveServer, settings: SettingsWrapper
) -> None:
    """The control: what is one reader's own holds the canary, and is not kept."""
    settings.BASE_URL = live_server.url
    waiting = make_comment(make_article(), body="kanariewartend")
    page = f"/discussion/{waiting.site.slug}/{waiting.article.key}/"
    with run_nginx(live_server.url) as cached:
        cookie = {"Cookie": f"{author_cookie_name(waiting.site)}={make_author_token(waiting.author)}"}
        assert b"kanariewartend" in read(cached + page, cookie)[2]
        _status, headers, content = read(cached + page, {})
        assert b"kanariewartend" not in content
        assert headers["x-cache"] == "MISS"
