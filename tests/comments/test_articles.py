from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments.enums import Status
from comments.exceptions import UnknownArticleError
from comments.models import Article, ArticleText, ArticleUrl
from comments.services.articles import ArticleFacts, register_article, register_from_page
from tests.factories import make_comment, make_policy, make_site

pytestmark = pytest.mark.django_db

URL = "https://news.example/bruecke"


def test_register_article_keeps_former_addresses_as_aliases_and_follows_the_host() -> None:
    site = make_site()
    register_article(site=site, facts=ArticleFacts(key="a", url=URL, title="Alt"))

    article = register_article(site=site, facts=ArticleFacts(key="a", url=URL + "-neu", title="Neu"))

    assert (article.title, article.url) == ("Neu", URL + "-neu")
    assert set(article.urls.values_list("url", flat=True)) == {URL, URL + "-neu"}
    assert Article.objects.count() == 1


def test_register_from_page_at_a_known_address_is_the_known_article_and_steals_nothing() -> None:
    site = make_site()
    known = register_article(site=site, facts=ArticleFacts(key="a", url=URL, title="Richtig"))

    found = register_from_page(site=site, key="thief", url=URL, title="Falsch")

    assert found == known
    assert list(ArticleUrl.objects.values_list("url", "article")) == [(URL, known.pk)]
    assert Article.objects.get().title == "Richtig"


def test_register_from_page_elsewhere_is_refused() -> None:
    with pytest.raises(UnknownArticleError):
        register_from_page(site=make_site(), key="a", url="https://news.example.evil/a", title="x")
    assert Article.objects.count() == 0


def test_an_article_from_a_readers_page_is_public_only_after_a_comment_was_approved(client: Client) -> None:
    site = make_site("paper")
    make_policy(site)
    article = register_from_page(site=site, key="a", url=URL, title="KAUFT JETZT")
    make_comment(article)
    paths = ["/discussion/paper/a/", "/api/v1/sites/paper/articles/a/comments", "/feeds/paper/a/comments.atom"]
    for path, status in zip(paths, (200, 404, 404), strict=True):
        answer = client.get(path)
        assert answer.status_code == status
        assert b"KAUFT" not in answer.content
        assert URL.encode() not in answer.content

    make_comment(article, status=Status.APPROVED)

    assert [client.get(path).status_code for path in paths] == [200, 200, 200]


def test_register_article_confirms_what_a_page_said_before() -> None:
    site = make_site()
    register_from_page(site=site, key="a", url=URL, title="Falsch")

    article = register_article(site=site, facts=ArticleFacts(key="a", url=URL, title="Richtig"))

    article.refresh_from_db()
    assert (article.title, article.is_confirmed) == ("Richtig", True)


def test_register_article_keeps_the_text_of_a_host_that_tells_it(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    site = make_site()
    for body, kept in (
        ("Erster\0 Absatz.\n\nZweiter.", ["Erster Absatz.\n\nZweiter."]),
        (None, ["Erster Absatz.\n\nZweiter."]),
        ("Neu.", ["Neu."]),
        (" \n ", []),
    ):
        facts = ArticleFacts(key="a", url=URL, title="Brücke", body=body)
        register_article(site=site, facts=facts)
        assert list(ArticleText.objects.values_list("body", flat=True)) == kept
        with django_assert_num_queries(1):
            register_article(site=site, facts=facts)
