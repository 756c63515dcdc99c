from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from comments.models import Article, Comment
from comments.signals import comment_posted
from tests.factories import make_article

pytestmark = pytest.mark.django_db

JSON = "application/json"


def comments_of(article: Article) -> str:
    return f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        (JSON, b"", 422, "invalid"),
        (JSON, b"{", 400, "invalid_json"),
        (JSON, b"\xff\xfe{\x00}\x00", 400, "invalid_json"),
        (JSON, b'{"body": "\xe4"}', 400, "invalid_json"),
        (JSON, b'{"body": NaN}', 400, "invalid_json"),
        (JSON, b"[" * 100_000, 400, "invalid_json"),
        (JSON, b'{"body": ' + b"9" * 5_000 + b"}", 400, "invalid_json"),
        (JSON, b"[]", 422, "invalid"),
        (JSON, b'"text"', 422, "invalid"),
        (JSON, b"null", 422, "invalid"),
        (JSON, b'{"body": "' + b"x" * 131_072 + b'"}', 413, "too_large"),
        (JSON, b'{"body": "' + b"x" * 300_000 + b'"}', 413, "too_large"),
        (JSON, b'{"body": "' + b"x" * 1_100_000 + b'"}', 413, "too_large"),
        ("text/plain", b'{"body": "x", "name": "Kim"}', 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"body=x&name=Kim", 415, "unsupported_media_type"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--", 415, "unsupported_media_type"),
        ("", b'{"body": "x", "name": "Kim"}', 415, "unsupported_media_type"),
    ],
)
def test_post_of_something_else_than_a_json_object_is_a_problem(
    client: Client, content_type: str, body: bytes, status: int, code: str
) -> None:
    response = client.generic("POST", comments_of(make_article()), body, content_type=content_type)

    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:marginalia:problem:{code}"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/api/v1/sites/demo/articles/a/comments", "PUT", "GET, HEAD, POST"),
        ("/api/v1/comments/000000000000", "POST", "DELETE, GET, HEAD, PATCH"),
        ("/api/v1/me/comments", "GET", "POST"),
        ("/api/v1/me/comments", "HEAD", "POST"),
        ("/api/v1/counts", "OPTIONS", "GET, HEAD"),
        ("/api/v1/moderation/queue", "POST", "GET, HEAD"),
        ("/api/v1/openapi.json", "DELETE", "GET, HEAD"),
    ],
)
def test_method_that_an_address_does_not_know_is_a_problem(
    client: Client, path: str, method: str, allowed: str
) -> None:
    response = client.generic(method, path, headers={"Accept-Language": "en"})

    assert response.status_code == 405
    assert response.headers["Allow"] == allowed
    assert response.headers["Content-Type"] == "application/problem+json"
    if method != "HEAD":
        assert response.json() == {
            "type": "urn:marginalia:problem:method_not_allowed",
            "title": "Method not possible",
            "status": 405,
            "detail": "This address does not know this method.",
            "code": "method_not_allowed",
        }


def test_problem_is_told_in_the_language_of_the_request(client: Client) -> None:
    answers = {
        language: client.get("/api/v1/nowhere", headers={"Accept-Language": language})
        for language in ("de", "en", "fr")
    }

    assert answers["en"].json()["detail"] == "There is nothing here."
    assert answers["de"].json()["title"] == "Nicht gefunden"
    assert answers["fr"].content == answers["de"].content
    assert "Accept-Language" in answers["en"].headers["Vary"]


@pytest.fixture
def failing_receiver() -> Iterator[None]:
    """Somebody's receiver that raises whenever a comment is posted."""

    def fail(**_arguments: object) -> None:
        raise RuntimeError("Geheim")

    comment_posted.connect(fail)
    yield
    comment_posted.disconnect(fail)


@pytest.mark.usefixtures("failing_receiver")
def test_unexpected_error_is_a_problem_that_tells_nothing_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)

    with caplog.at_level(logging.ERROR, logger="comments.api.errors"):
        response = client.post(comments_of(make_article()), {"body": "Hallo", "name": "Kim"}, content_type=JSON)

    assert response.status_code == 500
    assert set(response.json()) == {"type", "title", "status", "detail", "code"}
    assert response.json()["code"] == "internal"
    assert "Geheim" not in response.content.decode()
    logged = [record for record in caplog.records if record.name == "comments.api.errors"]
    assert [(record.exc_info or (None,))[0] for record in logged] == [RuntimeError]
    assert Comment.objects.count() == 0
