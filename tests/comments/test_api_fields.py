from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from comments.enums import AuthorKind
from comments.models import Article, Author, Comment
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


def address(article: Article) -> str:
    return f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"


def post(client: Client, path: str, body: object) -> HttpResponse:
    return client.post(path, body, content_type="application/json", headers={"Accept-Language": "en"})


def counts() -> tuple[int, int, int]:
    return Comment.objects.count(), Author.objects.count(), Article.objects.count()


def test_post_ignores_every_field_it_does_not_know(client: Client) -> None:
    article, other = make_article(), make_article()
    account = make_user()
    now = timezone.now().isoformat()
    forged: dict[str, Any] = {field.name: "x" for model in (Comment, Author) for field in model._meta.get_fields()}
    forged |= {
        "status": "approved", "public_id": "0" * 12, "article": other.pk, "site": other.site_id, "author": 1,
        "author_badge": "editorial", "badge": "editorial", "user": account.pk, "user_id": account.pk, "kind": "user",
        "published_at": now, "published_revision": 1, "public_html": "<b>x</b>", "vote_count": 99, "revision": 7,
        "email_verified_at": now, "is_staff": True, "ip": "127.0.0.1", "created_at": now, "posted_at": "2001-01-01",
        "token_version": 5, "language": "xx", "depth": 9, "root": 1, "waiting_since": None, "parent": None,
    }  # fmt: skip
    forged |= {"body": "Nur ein Satz.", "name": "Kim", "email": ""}

    response = post(client, address(article), forged)

    comment = Comment.objects.select_related("author").get()
    assert response.status_code == 201
    assert {
        "status": comment.status, "article": comment.article_id, "site": comment.site_id, "badge": comment.author_badge,
        "published": comment.published_at, "html": comment.public_html, "votes": comment.vote_count,
        "revision": comment.revision, "language": comment.language, "depth": comment.depth, "root": comment.root_id,
        "body": comment.revisions.get().body,
    } == {
        "status": "pending", "article": article.pk, "site": article.site_id, "badge": "", "published": None, "html": "",
        "votes": 0, "revision": 1, "language": "de", "depth": 0, "root": None, "body": "Nur ein Satz.",
    }  # fmt: skip
    assert comment.public_id != "0" * 12
    assert comment.posted_at > timezone.now() - datetime.timedelta(minutes=1)
    author = comment.author
    assert (author.kind, author.user, author.badge, author.token_version) == (AuthorKind.GUEST, None, "", 1)
    assert (author.email_verified_at, author.name) == (None, "Kim")


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"body": ""}, "body", "There is no text yet. Please write something."),
        ({"body": "\u200b \n"}, "body", "There is no text yet. Please write something."),
        ({"body": None}, "body", "This has to be text."),
        ({"body": 5}, "body", "This has to be text."),
        ({"body": "ok \ud800"}, "body", "This text holds characters that cannot be stored."),
        ({"name": "\udfff"}, "name", "This text holds characters that cannot be stored."),
        ({"email": "a@\ud800b.example"}, "email", "This text holds characters that cannot be stored."),
        ({"email": "a@b\u0000.example"}, "email", "This value is not possible here."),
        ({"parent": "../../etc"}, "parent", "This value is not possible here."),
        ({"notify": "perhaps"}, "notify", "This value is not possible here."),
        ({"name": ["Kim"]}, "name", "This has to be text."),
    ],
)
def test_post_with_an_impossible_field_names_it_and_stores_nothing(
    client: Client, change: dict[str, object], field: str, message: str
) -> None:
    article = make_article()
    before = counts()

    response = post(client, address(article), json.dumps({"body": "Gut.", "name": "Kim", **change}))

    assert response.status_code == 422
    assert response.json() == {
        "type": "urn:marginalia:problem:invalid",
        "title": "Please check what you sent",
        "status": 422,
        "detail": message,
        "code": "invalid",
        "errors": [{"field": field, "message": message}],
    }
    assert counts() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": "x" * 5001}, "body"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "Redaktion"}, "name"),
        ({"email": "no address"}, "email"),
        ({"parent": "000000000000"}, "parent"),
    ],
)
def test_post_against_a_rule_names_the_field_and_stores_nothing(
    client: Client, change: dict[str, object], field: str
) -> None:
    article = make_article()
    before = counts()

    response = post(client, address(article), {"body": "Gut.", "name": "Kim", **change})

    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert counts() == before


def test_post_of_control_characters_is_cleaned_and_stored(client: Client) -> None:
    response = post(client, address(make_article()), {"body": "a\u0000b\u0007c\ufffed", "name": "K\u0000im"})

    assert response.status_code == 201
    assert Comment.objects.get().revisions.get().body == "abcd"
    assert Author.objects.get().name == "Kim"


def test_post_of_the_longest_text_in_the_longest_spelling_is_stored(client: Client) -> None:
    article = make_article()
    text = "\U0001f600" * 5000
    body = json.dumps({"body": text, "name": "Kim", "article_url": "https://news.example/" + "x" * 1900})
    assert len(body) > 60_000

    response = post(client, address(article), body)

    assert response.status_code == 201
    assert Comment.objects.get().revisions.get().body == text
