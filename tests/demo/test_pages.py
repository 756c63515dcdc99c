from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from comments.models import Comment, Revision
from demo.contents import site_content
from demo.models import Article

pytestmark = [pytest.mark.django_db, pytest.mark.once]

GERMAN, ENGLISH = "radweg-uferstrasse", "town-centre-remote-work"


def get(client: Client, path: str, *, language: str = "en") -> str:
    """The page a reader of that language gets."""
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode()


def texts(page: str, css_class: str) -> list[str]:
    """The words of every element of a class; none of them holds an element of its own kind."""
    found = re.findall(rf'<(\w+) (?:[^>]* )?class="{css_class}(?: [^"]*)?"[^>]*>(.*?)</\1>', page, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", inside)).split()) for _tag, inside in found]


@pytest.mark.parametrize("language", ["de", "en"])
def test_front_page_is_in_the_language_of_its_reader(demo: str, client: Client, language: str) -> None:
    page = get(client, "/", language=language)

    assert f'<html lang="{language}">' in page
    assert texts(page, "np-masthead__name") == ["Auenbrücker Tagblatt"]
    assert texts(page, "np-masthead__motto") == [site_content()["tagline"][language]]
    assert re.search(r"\d{1,2}\.? \w+ 20\d\d", texts(page, "np-masthead__date")[0])


def test_front_page_teases_six_articles_newest_first(demo: str, client: Client) -> None:
    page = get(client, "/")

    articles = list(Article.objects.order_by("-published_at"))
    assert len(articles) == 6
    assert texts(page, "np-teaser__title") == [article.headline for article in articles]
    assert texts(page, "np-teaser__lead") == [article.teaser for article in articles]
    for article in articles:
        assert f'<h2 class="np-teaser__title" lang="{article.language}"><a href="/articles/{article.slug}/">' in page


def test_front_page_counts_only_what_everybody_reads(demo: str, client: Client) -> None:
    page = get(client, "/")

    counts = []
    for article in Article.objects.order_by("-published_at"):
        count = Comment.objects.published().filter(article__key=article.key).count()
        counts.append({0: "No comments yet", 1: "1 comment"}.get(count, f"{count} comments"))
    assert texts(page, "np-teaser__count") == counts
    assert {"No comments yet", "1 comment", "30 comments"} <= set(counts)


def test_front_page_links_lead_on(demo: str, client: Client) -> None:
    page = get(client, "/")

    for href in ("/policy/demo/", "/feed.xml", "/feeds/demo/comments.atom", "/accounts/login/?next=/"):
        assert f'href="{href}"' in page
    assert "/moderation/" not in page
    anchors = re.findall(r'href="/#(section-\w+)"', page)
    assert len(anchors) == 6
    assert sorted(anchors) == sorted(re.findall(r'<article class="np-teaser[^>]* id="(section-\w+)"', page))


def test_front_page_switches_its_language(demo: str, client: Client) -> None:
    page = get(client, "/", language="de")
    assert re.search(r'<form method="post" action="/i18n/setlang/"', page)
    assert 'name="language" value="en"' in page

    client.post("/i18n/setlang/", {"language": "en", "next": "/"})

    assert '<html lang="en">' in get(client, "/", language="de")


@pytest.mark.parametrize(("email", "is_shown"), [("moderator@demo.example", True), ("reader@demo.example", False)])
def test_footer_leads_to_the_desk_who_belongs_there(demo: str, client: Client, email: str, *, is_shown: bool) -> None:
    client.force_login(get_user_model().objects.get(email=email))

    for path in ("/", Article.objects.get(key=GERMAN).get_absolute_url()):
        page = get(client, path)
        assert ('href="/moderation/"' in page) is is_shown
        assert 'href="/accounts/logout/"' in page


@pytest.mark.parametrize("articles", [1, 6])
def test_front_page_costs_four_queries_however_many_articles(
    demo: str, client: Client, django_assert_num_queries: DjangoAssertNumQueries, articles: int
) -> None:
    kept = list(Article.objects.values_list("pk", flat=True)[:articles])
    Article.objects.exclude(pk__in=kept).delete()

    with django_assert_num_queries(4):
        page = get(client, "/")

    assert len(texts(page, "np-teaser__title")) == articles


@pytest.mark.parametrize(("key", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
@pytest.mark.parametrize("readers_language", ["de", "en"])
def test_article_page_is_in_the_language_of_the_article(
    demo: str, client: Client, key: str, language: str, readers_language: str
) -> None:
    article = Article.objects.get(key=key)

    response = client.get(article.get_absolute_url(), headers={"Accept-Language": readers_language})

    page = response.content.decode()
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert re.search(rf'<section class="mg-discussion"[^>]* lang="{language}"[ >]', page)


@pytest.mark.parametrize("key", [GERMAN, ENGLISH])
def test_article_page_has_the_story_and_the_discussion(demo: str, client: Client, key: str) -> None:
    article = Article.objects.get(key=key)

    page = get(client, article.get_absolute_url())

    assert texts(page, "np-story__title") == [article.headline]
    assert texts(page, "np-story__lead") == [article.teaser]
    assert texts(page, "np-story__text") == [" ".join(" ".join(article.paragraphs).split())]
    published = Comment.objects.published().filter(article__key=key)
    assert f" {published.count()} " in texts(page, "np-story__meta")[0]
    assert texts(page, "mg-discussion__count") == [str(published.count())]
    assert article.headline in texts(page, "mg-intro__invitation")[0]
    assert len(texts(page, "mg-intro__promise")) == 1
    assert len(texts(page, "mg-clause")) == 5
    assert f'action="/discussion/demo/{key}/comments/' in page
    assert sorted(re.findall(r'id="comment-(\w+)"', page)) == sorted(
        Comment.objects.once_published().filter(article__key=key).values_list("public_id", flat=True)
    )
    for host in ("www.google.com", "www.bing.com", "news.google.com"):
        assert f'href="https://{host}/' in page


@pytest.mark.parametrize("key", [GERMAN, ENGLISH])
def test_article_page_names_its_feeds(demo: str, client: Client, key: str) -> None:
    page = get(client, Article.objects.get(key=key).get_absolute_url())

    found = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', page)
    assert found == [
        ("application/atom+xml", f"/feeds/demo/{key}/comments.atom"),
        ("application/feed+json", f"/feeds/demo/{key}/comments.json"),
        ("application/atom+xml", "/feeds/demo/comments.atom"),
        ("application/feed+json", "/feeds/demo/comments.json"),
        ("application/rss+xml", "/feed.xml"),
    ]
    for _type, address in found:
        assert client.get(address).status_code == 200


def test_article_page_whose_discussion_has_ended_has_no_form(demo: str, client: Client) -> None:
    page = get(client, Article.objects.get(key="handyregeln-schulen").get_absolute_url())

    assert "<textarea" not in page
    assert len(texts(page, "mg-comment__author")) == 12


def test_pages_show_no_word_of_hidden_comments(demo: str, client: Client) -> None:
    hidden = Revision.objects.filter(comment__in=Comment.objects.hidden_from_public())
    beginnings = [" ".join(body.split())[:40] for body in hidden.values_list("body", flat=True)]
    assert len(beginnings) == 35

    paths = ["/", "/feed.xml", *(article.get_absolute_url() for article in Article.objects.all())]
    shown = " ".join(unescape(get(client, path)) for path in paths)

    assert [beginning for beginning in beginnings if beginning in " ".join(shown.split())] == []


def test_article_page_costs_as_many_queries_for_forty_comments_as_for_one(demo: str, client: Client) -> None:
    costs = []
    for key in ("groundwater-old-town", GERMAN):
        path = Article.objects.get(key=key).get_absolute_url()
        get(client, path)
        with CaptureQueriesContext(connection) as captured:
            get(client, path)
        costs.append(len(captured))

    assert costs[0] == costs[1]


def test_article_page_of_an_unknown_address_is_not_found(demo: str, client: Client) -> None:
    assert client.get("/articles/there-is-none/").status_code == 404


def test_feed_holds_the_articles_newest_first(demo: str, client: Client) -> None:
    response = client.get("/feed.xml", headers={"Accept-Language": "en"})

    assert response.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ET.fromstring(response.content)  # noqa: S314 - our own feed
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert root.findtext("channel/title") == "Auenbrücker Tagblatt"
    assert root.findtext("channel/description") == site_content()["tagline"]["de"]
    items = [
        (item.findtext("title"), item.findtext("link"), item.findtext("description"), item.findtext("guid"))
        for item in root.iterfind("channel/item")
    ]
    assert items == [
        (
            article.headline,
            f"http://127.0.0.1:8000{article.get_absolute_url()}",
            article.teaser,
            f"demo:{article.key}",
        )
        for article in Article.objects.order_by("-published_at")
    ]


def test_feed_with_characters_that_xml_cannot_hold_is_well_formed(demo: str, client: Client) -> None:
    Article.objects.filter(key=GERMAN).update(headline="Ein \x0b <b>&amp; \ufffe Radweg", section="\x01")

    root = ET.fromstring(client.get("/feed.xml").content)  # noqa: S314 - our own feed

    assert "Ein  <b>&amp;  Radweg" in [item.findtext("title") for item in root.iterfind("channel/item")]


def test_feed_is_the_same_for_everybody_and_confirmed_by_etag(demo: str) -> None:
    plain = Client().get("/feed.xml")
    foreign = Client().get("/feed.xml", headers={"Accept-Language": "en", "Cookie": "sessionid=abc"})

    assert plain.headers["Cache-Control"].startswith("public, max-age=300")
    assert (foreign.content, dict(foreign.headers)) == (plain.content, dict(plain.headers))
    assert (list(foreign.cookies), plain.headers.get("Vary")) == ([], None)
    again = Client().get("/feed.xml", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Article.objects.filter(key=GERMAN).update(headline="Neue Zeile")
    changed = Client().get("/feed.xml", headers={"If-None-Match": plain.headers["ETag"]})
    assert changed.status_code == 200
    assert "Neue Zeile" in changed.content.decode()
    assert Client().post("/feed.xml").status_code == 405


def test_front_page_gives_a_cookie_and_is_kept_by_no_shared_cache(demo: str, client: Client) -> None:
    response = client.get("/")

    assert "csrftoken" in response.cookies
    assert set(response.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
