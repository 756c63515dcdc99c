from __future__ import annotations

import subprocess
import sys

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.services.identity import make_author_token
from tests.comments.test_origins import look_alikes
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db

ORIGIN = "https://news.example"


def preflight(client: Client, path: str, method: str, origin: str = ORIGIN) -> HttpResponse:
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/sites/news/articles/a/comments", "POST"),
        ("/api/v1/comments/000000000000", "GET"),
        ("/api/v1/comments/000000000000", "PATCH"),
        ("/api/v1/comments/000000000000", "DELETE"),
        ("/api/v1/comments/000000000000/votes", "POST"),
        ("/api/v1/comments/000000000000/votes", "DELETE"),
        ("/api/v1/comments/000000000000/mutes", "POST"),
        ("/api/v1/comments/000000000000/mutes", "DELETE"),
        ("/api/v1/me/comments", "POST"),
    ],
)
def test_preflight_of_a_write_from_a_registered_origin_is_allowed_without_credentials(
    client: Client, path: str, method: str
) -> None:
    make_site("news", origins=(ORIGIN,))

    response = preflight(client, path, method)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert method in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower().replace(" ", "").split(",")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    assert "origin" in response.headers["Vary"].lower()
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_write_from_the_origin_of_another_site_is_not_shared_with_its_page(client: Client) -> None:
    make_site("other", origins=("https://other.example",))
    article = make_article(make_site("news", origins=(ORIGIN,)))
    path = f"/api/v1/sites/news/articles/{article.key}/comments"

    refused = preflight(client, path, "POST", "https://other.example")
    shared = client.post(
        path, {"body": "x", "name": "Kim"}, content_type="application/json", headers={"Origin": ORIGIN}
    )

    assert "Access-Control-Allow-Origin" not in refused.headers
    assert shared.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "origin" in shared.headers["Vary"].lower()


def test_write_from_look_alikes_of_a_registered_origin_is_never_allowed(client: Client) -> None:
    make_site("news", origins=(ORIGIN,))
    paths = [("/api/v1/sites/news/articles/a/comments", "POST"), ("/api/v1/me/comments", "POST")]
    origins = ["null", "*", *look_alikes("news.example")[:300]]

    allowed = [
        origin
        for origin in origins
        for path, method in paths
        if "Access-Control-Allow-Origin" in preflight(client, path, method, origin).headers
    ]

    assert len(origins) >= 300
    assert allowed == []


@pytest.mark.parametrize("origin", ["null", "*", "https://news.example/", "HTTPS://news.example"])
def test_write_from_an_origin_that_was_registered_wrongly_is_not_allowed(client: Client, origin: str) -> None:
    make_site("news", origins=(origin,))

    assert "Access-Control-Allow-Origin" not in preflight(client, "/api/v1/me/comments", "POST", origin).headers


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/moderation/queue", "GET"),
        ("/api/v1/moderation/decisions", "POST"),
        ("/api/v1/moderation/articles/a", "PUT"),
        ("/api/v1/moderation/comments/000000000000/decisions", "POST"),
        ("/admin/", "POST"),
    ],
)
def test_moderation_is_shared_with_no_other_origin(client: Client, path: str, method: str) -> None:
    make_site("news", origins=(ORIGIN,))

    assert "Access-Control-Allow-Origin" not in preflight(client, path, method).headers


def test_public_reading_is_shared_with_everybody_and_no_cookie_counts(client: Client) -> None:
    article = make_article(make_site("news", origins=(ORIGIN,)))
    client.force_login(make_user())

    for origin in (ORIGIN, "https://evil.example", "null"):
        for path in (
            f"/api/v1/sites/news/articles/{article.key}/comments",
            "/api/v1/counts?site=news",
            "/api/v1/openapi.json",
        ):
            response = client.get(path, headers={"Origin": origin})
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert "Vary" not in response.headers


def test_private_reading_with_a_token_is_shared_with_registered_origins_only(client: Client) -> None:
    comment = make_comment(make_article(make_site("news", origins=(ORIGIN,))))
    token = {"Authorization": f"Bearer {make_author_token(comment.author)}"}

    own, evil = (
        client.get(f"/api/v1/comments/{comment.public_id}", headers={**token, "Origin": origin})
        for origin in (ORIGIN, "https://evil.example")
    )

    assert own.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Origin" not in evil.headers


def test_requests_of_our_own_pages_cost_no_query_for_origins(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        client.get("/api/v1/openapi.json")
        client.get("/api/v1/openapi.json", headers={"Origin": ORIGIN})


def test_registered_origins_are_known_before_any_address_is_looked_up() -> None:
    # A worker's very first request may be a preflight, which is answered before the URLs are loaded.
    program = "import django, sys; django.setup(); print('comments.cors' in sys.modules, 'config.urls' in sys.modules)"

    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert started.stdout == "True False\n"
