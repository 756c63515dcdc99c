"""What every public answer of the reader's side has in common: no cookie either way, readable by scripts of every origin."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from comments.enums import ArticleMode, Status
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db

THREAD = "/api/v1/sites/news/articles/bridge/comments"
PUBLIC = [
    THREAD,
    "/api/v1/counts?site=news&id=bridge",
    "/api/v1/openapi.json",
    "/api/v1/sites/news/comments/latest",
    "/api/v1/sites/news/articles/most-discussed",
    "/feeds/news/comments.atom",
    "/feeds/news/bridge/comments.atom",
]


@pytest.fixture(autouse=True)
def _published() -> None:
    site = make_site("news")
    make_comment(make_article(site, key="bridge"), status=Status.APPROVED)
    make_article(site, key="hidden", mode=ArticleMode.HIDDEN)


def expired_session() -> str:
    """The id of a session that was somebody's, and is no longer."""
    client = Client()
    client.force_login(make_user())
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(days=1))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("path", PUBLIC)
def test_public_answer_to_cookies_that_are_not_valid_is_that_to_none(path: str) -> None:
    plain = Client().get(path)
    assert plain.headers["Cache-Control"].startswith("public, ")

    for name, value in (
        (settings.SESSION_COOKIE_NAME, "abc"),
        (settings.SESSION_COOKIE_NAME, expired_session()),
        (settings.CSRF_COOKIE_NAME, "short"),
    ):
        for known, status in (("", 200), (plain.headers["ETag"], 304)):
            answer = Client().get(path, headers={"Cookie": f"{name}={value}", "If-None-Match": known})
            assert answer.status_code == status
            assert (list(answer.cookies), answer.headers.get("Vary")) == ([], None)
            if status == 200:
                assert answer.content == plain.content
                assert dict(answer.headers) == dict(plain.headers)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_answer_to_somebody_signed_in_reads_no_session(
    client: Client, django_assert_max_num_queries, path: str
) -> None:
    client.force_login(make_user())
    client.get(path)
    with django_assert_max_num_queries(2) as asked:
        client.get(path)
    assert [query["sql"] for query in asked.captured_queries if "django_session" in query["sql"]] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/sites/news/articles/absent/comments", 404),
        ("/api/v1/sites/news/articles/hidden/comments", 404),
        ("/api/v1/sites/nowhere/articles/bridge/comments", 404),
        ("/api/v1/sites/not%20a%20slug/articles/bridge/comments", 404),
        (f"{THREAD}?sort=random", 422),
        ("/api/v1/counts?id=bridge", 422),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_problem_of_public_reading_can_be_read_by_scripts_of_every_origin(
    client: Client, method: str, path: str, status: int
) -> None:
    for origin in ("https://news.example", "https://evil.example", "null"):
        answer = client.generic(method, path, headers={"Origin": origin})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", THREAD),
        ("PUT", THREAD),
        ("GET", "/api/v1/comments/000000000000"),
        ("POST", "/api/v1/me/comments"),
        ("GET", "/api/v1/moderation/queue"),
        ("GET", "/api/v1/nowhere"),
    ],
)
def test_problem_of_anything_else_cannot(client: Client, method: str, path: str) -> None:
    answer = client.generic(method, path, headers={"Origin": "https://evil.example"})

    assert 400 <= answer.status_code < 500
    assert "Access-Control-Allow-Origin" not in answer.headers
