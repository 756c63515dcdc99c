from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.enums import ArticleMode
from comments.models import Article
from tests.factories import make_article, make_comment, make_moderator, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden_comment() -> str:
    """The id of a comment that waits below a hidden article."""
    article = make_article(make_site("news"), key="hidden")
    comment = make_comment(article)
    Article.objects.update(mode=ArticleMode.HIDDEN)
    return comment.public_id


def is_stored_by_nobody(answer: HttpResponse) -> bool:
    return "no-store" in answer.headers["Cache-Control"].split(", ")


@pytest.mark.parametrize(
    ("hidden", "absent"),
    [
        ("/discussion/news/hidden/", "/discussion/news/absent/"),
        ("/c/{id}/", "/c/zzzzzzzzzzzz/"),
        ("/feeds/news/hidden/comments.atom", "/feeds/news/absent/comments.atom"),
        ("/api/v1/sites/news/articles/hidden/comments", "/api/v1/sites/news/articles/absent/comments"),
    ],
)
def test_hidden_and_absent_are_answered_alike_and_stored_by_nobody(
    client: Client, hidden_comment: str, hidden: str, absent: str
) -> None:
    answers = [client.get(path.format(id=hidden_comment)) for path in (hidden, absent)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert all(is_stored_by_nobody(answer) for answer in answers)
    assert answers[0].content == answers[1].content
    assert dict(answers[0].headers) == dict(answers[1].headers)
    assert [list(answer.cookies) for answer in answers] == [[], []]


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/nowhere/", "/articles/absent/", "/status/forged/", "/policy/absent/", "/static/absent.css"],
)
def test_page_that_is_not_there_is_stored_by_nobody(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert is_stored_by_nobody(answer)


def test_desk_of_somebody_else_is_absent_and_stored_by_nobody(client: Client, hidden_comment: str) -> None:
    client.force_login(make_moderator(make_site("elsewhere")))

    answers = [
        client.get(f"/moderation/comments/{public_id}/history/") for public_id in (hidden_comment, "zzzzzzzzzzzz")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert all(is_stored_by_nobody(answer) for answer in answers)
    assert answers[0].content == answers[1].content


def test_page_that_is_there_keeps_its_own_rule(client: Client) -> None:
    make_site("news")

    assert client.get("/feeds/news/comments.atom").headers["Cache-Control"].startswith("public, ")
    assert "Cache-Control" not in client.get("/admin").headers
