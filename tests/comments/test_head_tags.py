"""The tags a host uses around the discussion: the head of its page, and many counts at once."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments.commentable import article_for
from comments.enums import ArticleMode, Status
from comments.models import Article, Comment, Site
from comments.templatetags.marginalia import discussion_counts
from demo.models import Article as Story
from tests.comments.test_structured_data import read
from tests.comments.test_templatetags import make_story
from tests.factories import make_comment, make_policy, make_site

pytestmark = pytest.mark.django_db

HEAD = "{% load marginalia %}{% discussion_head story %}"


@pytest.fixture
def site() -> Site:
    """The site that the demo newspaper's articles are registered with."""
    site = make_site("demo")
    make_policy(site)
    return site


def render(template: str, **values: object) -> str:
    return Template(template).render(Context(values))


def data_of(html: str) -> dict[str, object]:
    """What the one script of data in the HTML says."""
    found = re.search(r"<script type=.*</script>", html)
    assert found is not None
    return read(found[0])


def test_discussion_head_brings_styles_script_feeds_and_structured_data(site: Site) -> None:
    story = make_story()
    make_comment(article_for(story), body="A *fair* point.", status=Status.APPROVED)

    html = render(HEAD, story=story)

    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', html) == [
        "/static/comments/tokens.css",
        "/static/comments/discussion.css",
    ]
    assert '<script async src="/embed/v1.js"></script>' in html
    assert re.findall(r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">', html) == [
        ("Kommentare zu Headline of ferry", "/feeds/demo/ferry/comments.atom"),
        ("Alle Kommentare", "/feeds/demo/comments.atom"),
    ]
    assert re.findall(r'<link rel="alternate" type="application/feed\+json" title="([^"]+)" href="([^"]+)">', html) == [
        ("Kommentare zu Headline of ferry", "/feeds/demo/ferry/comments.json"),
        ("Alle Kommentare", "/feeds/demo/comments.json"),
    ]
    data = data_of(html)
    assert (data["headline"], data["commentCount"]) == ("Headline of ferry", 1)
    assert "A fair point." in html


def test_discussion_head_follows_the_thread_and_shows_no_secret(site: Site) -> None:
    story = make_story()
    article = article_for(story)
    make_comment(article, body="first", status=Status.APPROVED)
    before = render(HEAD, story=story)
    make_comment(article, body="second", status=Status.APPROVED)
    make_comment(article, body="secret")

    after = render(HEAD, story=story)

    assert (data_of(before)["commentCount"], data_of(after)["commentCount"]) == (1, 2)
    assert "second" in after
    assert "secret" not in after


def test_discussion_head_of_a_hidden_discussion_brings_styles_and_script_alone(site: Site) -> None:
    story = make_story()
    make_comment(article_for(story), body="Words", status=Status.APPROVED)
    Article.objects.update(mode=ArticleMode.HIDDEN)

    html = render(HEAD, story=story)

    assert "/static/comments/discussion.css" in html
    assert "alternate" not in html
    assert "ld+json" not in html


def test_discussion_head_costs_the_same_however_many_comments(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = make_story()
    article = article_for(story)
    for count in (1, 3):
        while Comment.objects.count() < count:
            make_comment(article, status=Status.APPROVED)
        with django_assert_num_queries(4):
            render(HEAD, story=story)
        with django_assert_num_queries(2):
            render(HEAD, story=story)


def test_discussion_head_survives_hostile_titles(site: Site) -> None:
    title = '"></script><script>alert(1)</script><!-- <script>'
    story = make_story(headline=title)

    html = render(HEAD, story=story)

    assert data_of(html)["headline"] == title
    assert html.count("<script") == 2


@pytest.mark.parametrize("count", [1, 3])
def test_discussion_counts_ask_once_for_all_that_is_shown_after(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    stories = [make_story(f"story-{number}") for number in range(count)]
    for story in stories:
        article_for(story)
    make_comment(article_for(stories[0]), status=Status.APPROVED)
    template = (
        "{% load marginalia %}{% discussion_counts stories as counts %}"
        "{% for story in stories %}{% discussion_count story %} {% endfor %}"
        "{% for story, number in counts.items %}{{ story.key }}={{ number }} {% endfor %}"
    )

    # The queryset itself is one of the two.
    with django_assert_num_queries(2):
        html = render(template, stories=Story.objects.order_by("key"))

    numbers = ["1", *["0"] * (count - 1)]
    pairs = [f"{story.key}={number}" for story, number in zip(stories, numbers, strict=True)]
    assert html.split() == numbers + pairs


def test_discussion_counts_of_nothing_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert discussion_counts([]) == {}


def test_newspapers_article_has_each_style_once_and_its_data_in_its_head(client: Client, site: Site) -> None:
    story = make_story()
    make_comment(article_for(story), body="Words", status=Status.APPROVED)

    page = client.get(story.get_absolute_url()).content.decode()

    head = page[: page.index("</head>")]
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', head)
    assert sorted(styles) == sorted(set(styles))
    assert len(styles) == 3
    assert data_of(head)["commentCount"] == 1


def test_newspapers_front_page_shows_what_readers_say(client: Client, site: Site) -> None:
    story = make_story(headline="The ferry")
    article = article_for(story)
    make_comment(article, body="Words of a reader", status=Status.APPROVED, name="Hanna Kuhl")
    make_comment(article, body="secret")

    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()

    said = page[page.index('<aside class="np-talk"') : page.index("</aside>")]
    assert "Words of a reader" in said
    assert "Hanna Kuhl" in said
    assert "1 comment" in said
    assert said.count("The ferry") == 2
    assert "secret" not in page


def test_newspapers_front_page_without_comments_has_no_empty_box(client: Client, site: Site) -> None:
    make_story()

    assert "np-talk" not in client.get("/").content.decode()
