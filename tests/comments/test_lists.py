"""Lists for front pages: what stands in them, in which order, at which cost; by tag and by API."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments.enums import ArticleMode, Badge, Status
from comments.lists import DiscussedArticle, LatestComment, latest_comments, most_discussed
from comments.models import Article, Comment, Site
from tests.factories import make_article, make_comment, make_site, move

pytestmark = pytest.mark.django_db

LATEST = "/api/v1/sites/news/comments/latest"
MOST = "/api/v1/sites/news/articles/most-discussed"


@pytest.fixture
def site() -> Site:
    return make_site("news")


def publish(article: Article, *, days_ago: float = 0, body: str = "", name: str = "Hanna Kuhl") -> Comment:
    """A comment that was posted and published so many days ago."""
    with time_machine.travel(timezone.now() - datetime.timedelta(days=days_ago), tick=False):
        return make_comment(article, body=body, name=name, status=Status.APPROVED)


def hide_all_but_one(site: Site) -> Comment:
    """One comment that everybody may read, and one of each that nobody may."""
    article = make_article(site, key="bridge")
    shown = publish(article, body="shown", days_ago=2)
    for status in Status:
        if status not in (Status.APPROVED, Status.AWAITING_EMAIL):
            make_comment(article, body=f"secret {status}", status=status)
    publish(make_article(site, key="hidden"), body="secret")
    Article.objects.filter(key="hidden").update(mode=ArticleMode.HIDDEN)
    publish(make_article(site, key="unseen"), body="secret")
    Article.objects.filter(key="unseen").update(is_confirmed=False)
    publish(make_article(make_site("other"), key="bridge"), body="secret")
    return shown


def test_latest_comments_say_everything_a_list_shows(site: Site) -> None:
    article = make_article(site, key="bridge")
    comment = publish(article, body="A *fair* point & more.\n\nSecond paragraph.")
    Comment.objects.update(author_badge=Badge.EDITORIAL)

    found = latest_comments("news", 5)

    assert found == [
        LatestComment(
            public_id=comment.public_id,
            author_name="Hanna Kuhl",
            badge="editorial",
            excerpt="A fair point & more. Second paragraph.",
            url=f"{django_settings.BASE_URL}/c/{comment.public_id}/",
            posted_at=comment.posted_at,
            language=comment.language,
            article_key="bridge",
            article_title="Title of bridge",
            article_url="https://news.example/bridge",
            article_language="de",
        )
    ]
    assert found[0].badge_label == "Redaktion"


def test_latest_comments_come_by_publication_newest_first_and_no_more_than_asked(site: Site) -> None:
    article = make_article(site)
    waited = make_comment(article)
    second, third = publish(article), publish(article)
    move(waited, Status.APPROVED)

    assert [one.public_id for one in latest_comments("news", 2)] == [waited.public_id, third.public_id]
    assert [one.public_id for one in latest_comments("news", 0)] == [waited.public_id]
    assert len(latest_comments("news", 50)) == 3
    assert second.public_id == latest_comments("news", 50)[2].public_id


def test_lists_hold_only_what_everybody_may_read(site: Site, client: Client) -> None:
    shown = hide_all_but_one(site)

    assert [one.public_id for one in latest_comments("news", 50)] == [shown.public_id]
    assert [(one.key, one.recent_count) for one in most_discussed("news", days=7, limit=50)] == [("bridge", 1)]
    assert latest_comments("nowhere", 50) == []
    assert b"secret" not in client.get(LATEST).content


def test_most_discussed_counts_the_comments_of_these_days(site: Site) -> None:
    old, busy, quiet = (make_article(site, key=key) for key in ("old", "busy", "quiet"))
    for _number in range(3):
        publish(old, days_ago=8)
    publish(old, days_ago=6.9)
    publish(busy, days_ago=1)
    publish(busy, days_ago=3)
    publish(quiet, days_ago=0.5)

    found = most_discussed("news", days=7, limit=5)

    assert [(one.key, one.recent_count, one.comment_count) for one in found] == [
        ("busy", 2, 2),
        ("quiet", 1, 1),
        ("old", 1, 4),
    ]
    assert found[0] == DiscussedArticle("busy", "Title of busy", "https://news.example/busy", "de", 2, 2)
    assert [one.key for one in most_discussed("news", days=9, limit=1)] == ["old"]


def test_lists_cost_one_query_however_long(site: Site, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for count in (1, 3):
        while Comment.objects.count() < count:
            publish(make_article(site))
        with django_assert_num_queries(1):
            assert len(latest_comments("news", 10)) == count
        with django_assert_num_queries(1):
            assert len(most_discussed("news", days=7, limit=10)) == count


def test_latest_comments_walk_their_index_and_sort_nothing(site: Site) -> None:
    publish(make_article(site))
    with CaptureQueriesContext(connection) as captured:
        latest_comments("news", 5)
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        if not is_sqlite:
            # With a handful of rows any plan is as good; what counts is that one without sorting exists.
            for other_way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{other_way} = off")
        cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + captured[0]["sql"])
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())

    assert "comment_site_feed" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_latest_endpoint_gives_the_list_with_an_etag_for_everybody(site: Site, client: Client) -> None:
    comment = publish(make_article(site, key="bridge"), body="Words")

    answer = client.get(LATEST)

    assert answer.json() == {
        "comments": [
            {
                "id": comment.public_id,
                "url": f"{django_settings.BASE_URL}/c/{comment.public_id}/",
                "article": {"key": "bridge", "url": "https://news.example/bridge", "title": "Title of bridge"},
                "author": {"name": "Hanna Kuhl", "badges": []},
                "excerpt": "Words",
                "posted_at": comment.posted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        ]
    }
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=30, stale-while-revalidate=60"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(LATEST, headers=known).status_code == 304
    publish(Article.objects.get())
    assert client.get(LATEST, headers=known).status_code == 200


def test_most_discussed_endpoint_gives_the_list_with_an_etag_for_everybody(site: Site, client: Client) -> None:
    article = make_article(site, key="bridge")
    publish(article)
    publish(article, days_ago=30)

    answer = client.get(MOST, {"days": "7", "limit": "1"})

    url = "https://news.example/bridge"
    assert answer.json() == {
        "articles": [{"key": "bridge", "url": url, "title": "Title of bridge", "recent_count": 1, "count": 2}]
    }
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(MOST, {"days": "7", "limit": "1"}, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(MOST, {"days": "90"}).json()["articles"][0]["recent_count"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{LATEST}?limit=0", 422),
        (f"{LATEST}?limit=51", 422),
        (f"{MOST}?days=91", 422),
        (f"{MOST}?days=0", 422),
        ("/api/v1/sites/nowhere/comments/latest", 404),
        ("/api/v1/sites/nowhere/articles/most-discussed", 404),
    ],
)
def test_list_that_cannot_be_is_a_problem_scripts_may_read(site: Site, client: Client, path: str, status: int) -> None:
    answer = client.get(path, headers={"Origin": "https://evil.example"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_list_tags_with_their_fragments_show_hostile_words_as_words(site: Site) -> None:
    article = make_article(site, key="bridge")
    publish(article, body="<script>alert(1)</script>", name="O'Neil & Co")
    Article.objects.update(title='<img src=x onerror="alert(1)">')

    html = Template(
        "{% load marginalia %}"
        '{% latest_comments "news" 5 as comments %}{% include "comments/_latest.html" %}'
        '{% most_discussed "news" days=7 limit=5 as articles %}{% include "comments/_most_discussed.html" %}'
    ).render(Context())

    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "O&#x27;Neil &amp; Co" in html
    assert "1 Kommentar" in html
