from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.enums import ArticleMode
from comments.models import Article, ArticleUrl, Author, Comment
from tests.factories import make_article, make_policy, make_site

pytestmark = pytest.mark.django_db


def address(article: Article) -> str:
    return f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"


def post(client: Client, path: str, body: object) -> HttpResponse:
    return client.post(path, body, content_type="application/json", headers={"Accept-Language": "en"})


def counts() -> tuple[int, int, int]:
    return Comment.objects.count(), Author.objects.count(), Article.objects.count()


def test_first_post_registers_the_article_its_page_describes(client: Client) -> None:
    site = make_site(origins=("https://news.example",))
    make_policy(site)
    body = {
        "body": "Erster!", "name": "Kim", "article_url": "https://news.example/2031/bridge", "article_title": "Die  Brücke",
    }  # fmt: skip

    response = post(client, f"/api/v1/sites/{site.slug}/articles/bridge-1/comments", body)

    article = Article.objects.get()
    assert response.status_code == 201
    assert (article.site, article.key, article.url) == (site, "bridge-1", "https://news.example/2031/bridge")
    assert (article.title, article.mode, article.language) == ("Die Brücke", ArticleMode.PRE_MODERATED, "de")
    assert ArticleUrl.objects.get().article == article
    assert Comment.objects.get().article == article


def test_post_to_a_known_article_does_not_change_what_is_known_of_it(client: Client) -> None:
    article = make_article(key="known")

    post(
        client,
        address(article),
        {"body": "Ja.", "name": "Kim", "article_url": "https://news.example/other", "article_title": "Gekapert"},
    )

    article.refresh_from_db()
    assert (article.url, article.title) == ("https://news.example/known", "Title of known")


def test_refused_first_post_registers_no_article(client: Client) -> None:
    site = make_site()
    page = {"article_url": "https://news.example/a", "article_title": "A"}
    path = f"/api/v1/sites/{site.slug}/articles/a/comments"

    answers = [post(client, path, {"body": "", "name": "Kim", **page}), post(client, path, {"body": "Gut.", **page})]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"article_url": "https://evil.example/known"},
        {"article_url": "https://news.example.evil.example/known"},
        {"article_url": "https://news.example@evil.example/known"},
        {"article_url": "//news.example/known"},
        {"article_url": ""},
    ],
)
def test_post_to_an_absent_article_from_elsewhere_is_answered_as_to_a_hidden_one(
    client: Client, page: dict[str, str]
) -> None:
    hidden = make_article(mode=ArticleMode.HIDDEN)
    absent = f"/api/v1/sites/{hidden.site.slug}/articles/absent/comments"
    body = {"body": "Wo bin ich?", "name": "Kim", "article_title": "T", **page}

    answers = [post(client, address(hidden), body), post(client, absent, body)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert counts() == (0, 0, 1)


def test_post_to_a_hidden_article_from_its_own_page_is_refused(client: Client) -> None:
    hidden = make_article(mode=ArticleMode.HIDDEN)

    response = post(client, address(hidden), {"body": "Hallo.", "name": "Kim", "article_url": hidden.url})

    assert (response.status_code, response.json()["code"]) == (404, "unknown_article")
    assert counts() == (0, 0, 1)
