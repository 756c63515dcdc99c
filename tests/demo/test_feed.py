"""The newspaper's feed: where each article is discussed and how much, well-formed whatever stands in it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments.commentable import article_for
from comments.enums import ArticleMode
from comments.models import Article as CommentArticle
from demo.models import Article
from tests.comments.feed_pages import judge
from tests.demo.test_pages import GERMAN

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
WFW = "{http://wellformedweb.org/CommentAPI/}"
PLANE = 0x10000


def test_feed_leads_to_the_discussions_and_counts_them(demo: str, client: Client) -> None:
    hidden = CommentArticle.objects.filter(key=GERMAN)
    hidden.update(mode=ArticleMode.HIDDEN)

    root = ET.fromstring(client.get("/feed.xml").content)  # noqa: S314 - our own feed

    items = {item.findtext("guid"): item for item in root.iterfind("channel/item")}
    assert items
    for article in Article.objects.all():
        item = items[f"demo:{article.key}"]
        known = CommentArticle.objects.readable().filter(key=article.key).first()
        assert item.findtext("comments") == f"http://127.0.0.1:8000{article.get_absolute_url()}#discussion"
        assert item.findtext(f"{SLASH}comments") == (str(known.comment_count) if known else None)
        feed = item.findtext(f"{WFW}commentRss")
        assert feed == (f"http://127.0.0.1:8000/feeds/demo/{article.key}/comments.atom" if known else None)
        if known:
            assert client.get(feed).status_code == 200
    assert items[f"demo:{GERMAN}"].findtext(f"{WFW}commentRss") is None
    assert sum(int(item.findtext(f"{SLASH}comments") or 0) for item in items.values()) > 0


def test_feed_changes_with_the_number_of_comments(demo: str, client: Client) -> None:
    etag = client.get("/feed.xml").headers["ETag"]
    CommentArticle.objects.filter(key=GERMAN).update(comment_count=4711)

    changed = client.get("/feed.xml", headers={"If-None-Match": etag})

    assert changed.status_code == 200
    assert "<slash:comments>4711</slash:comments>" in changed.content.decode()


@pytest.mark.parametrize("count", [1, 20])
def test_feed_costs_two_queries_however_many_articles(
    demo: str, client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    first = Article.objects.get(key=GERMAN)
    Article.objects.exclude(pk=first.pk).delete()
    for number in range(count - 1):
        story = Article.objects.create(
            key=f"n{number}", slug=f"n{number}", language="de", headline="Neu", published_at=first.published_at
        )
        article_for(story)

    with django_assert_num_queries(2):
        content = client.get("/feed.xml").content.decode()

    assert content.count("<item>") == content.count("<slash:comments>") == count


def test_feed_holds_every_character_that_can_be_stored(demo: str, client: Client, tmp_path: Path) -> None:
    first = Article.objects.get(key=GERMAN)
    Article.objects.exclude(pk=first.pk).delete()
    worst = "".join(map(chr, range(1, 33))) + "\x7f\x85\u2028\ufdd0\ufffe\uffff\U0001fffe]]>&<\"'"
    planes = ["".join(map(chr, range(start or 1, start + PLANE))) for start in range(0, 0x110000, PLANE)]
    planes[0] = planes[0][: 0xD800 - 1] + planes[0][0xE000 - 1 :]
    for number, words in enumerate(planes):
        Article.objects.create(
            key=f"p{number}", slug=f"p{number}", language="de", headline=worst, section=worst, byline=worst,
            teaser=f"{words}]]>", published_at=first.published_at,
        )  # fmt: skip

    content = client.get("/feed.xml").content

    judge(content, tmp_path)
    items = {item.findtext("guid"): item for item in ET.fromstring(content).iterfind("channel/item")}  # noqa: S314
    for number, words in enumerate(planes):
        allowed = "".join(char for char in words if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
        description = items[f"demo:p{number}"].findtext("description") or ""
        assert description.replace("\n", "") == allowed.replace("\n", "") + "]]>"
