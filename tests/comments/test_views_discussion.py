"""The discussion as everybody reads it, and the links to single comments."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Sort, Status
from comments.models import Article, Comment
from tests.comments.pages import discussion_url, post_url, read_forms, shown_ids
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

HIDDEN = (Status.PENDING, Status.REJECTED, Status.SPAM, Status.RETURNED, Status.REMOVED, Status.WITHDRAWN)


def publish(article: Article, body: str = "", **more: object) -> Comment:
    """A published comment. Its own name, so that no two come from one author by accident."""
    return make_comment(article, body=body, status=Status.APPROVED, **more)  # type: ignore[arg-type]


def publish_chain(article: Article, depth: int) -> Comment:
    """A published comment below so many others."""
    comment = publish(article, "The root")
    for number in range(depth):
        comment = publish(article, f"Reply {number}", parent=comment)
    return comment


def remove(comment: Comment) -> None:
    """A published comment is removed by a moderator."""
    lifecycle.set_status(
        comment.pk,
        Status.REMOVED,
        actor=lifecycle.Actor(ActorKind.MODERATOR),
        expected_status=Status.APPROVED,
        expected_revision=comment.revision,
    )


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_discussion_page_for_a_stranger_shows_what_is_published_and_nothing_else(client: Client) -> None:
    article = make_article()
    shown = publish(article, "Everybody may read this.")
    for status in HIDDEN:
        make_comment(article, body=f"secret-{status}", name=f"Nobody {status}", status=status)

    response = client.get(discussion_url(article))

    html = response.content.decode()
    assert shown_ids(response) == [shown.public_id]
    assert "Everybody may read this." in html
    assert "secret-" not in html
    assert "Nobody" not in html
    assert '<span class="mg-discussion__count">1</span>' in html


def test_discussion_page_is_kept_by_nobody_and_points_to_the_article(client: Client) -> None:
    article = make_article()

    response = client.get(discussion_url(article))

    html = response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in html
    assert f'<link rel="canonical" href="{article.url}">' in html


def without_token(response: HttpResponse) -> str:
    """The page without what differs with each request, and its own address."""
    return re.sub(r'(name="(?:csrfmiddlewaretoken|next)" value=)"[^"]*"', r"\1", response.content.decode())


def test_discussion_page_of_a_hidden_article_is_that_of_an_absent_one(client: Client) -> None:
    hidden = make_article(mode=ArticleMode.HIDDEN)

    found = client.get(discussion_url(hidden))
    absent = client.get(reverse("comments:discussion", args=[hidden.site.slug, "never-was"]))

    assert found.status_code == absent.status_code == 404
    assert without_token(found) == without_token(absent)
    assert hidden.title not in found.content.decode()


def test_discussion_page_costs_the_same_for_one_and_for_fifty_comments(client: Client) -> None:
    one, fifty = make_article(), make_article()
    publish(one)
    for _number in range(50):
        publish(fifty)

    cold_one, warm_one = count_queries(client, discussion_url(one)), count_queries(client, discussion_url(one))
    cold_fifty, warm_fifty = count_queries(client, discussion_url(fifty)), count_queries(client, discussion_url(fifty))

    # Article with site, policy with clauses; and the thread and the usual wait when they are not prepared yet.
    assert (cold_one, warm_one) == (6, 3)
    assert (cold_fifty, warm_fifty) == (6, 3)


def test_discussion_page_costs_the_same_at_depth_200(client: Client) -> None:
    article = make_article()
    deepest = publish_chain(article, 200)

    assert count_queries(client, discussion_url(article)) == 6
    assert shown_ids(client.get(discussion_url(article)))[-1] == deepest.public_id


def test_discussion_page_names_the_parent_where_indents_end(client: Client) -> None:
    article = make_article()
    fourth = publish_chain(article, 4)
    fifth = publish(article, "Too deep to be indented", parent=fourth)

    html = client.get(discussion_url(article)).content.decode()

    below = html[html.index(f'id="comment-{fifth.public_id}"') :]
    assert f'<a href="#comment-{fourth.public_id}" dir="auto">Hanna Kuhl</a>' in below
    assert html.count("mg-thread--replies") == 4


def test_discussion_page_with_sort_shows_that_order_and_marks_its_link(client: Client) -> None:
    article = make_article()
    comments = [publish(article) for _number in range(3)]

    newest, oldest = client.get(discussion_url(article)), client.get(discussion_url(article, "?sort=oldest"))

    ids = [comment.public_id for comment in comments]
    assert shown_ids(oldest) == ids
    assert shown_ids(newest) == ids[::-1]
    current = f'href="{discussion_url(article)}?sort=oldest#discussion" rel="nofollow" data-mg="sort" data-mg-sort="oldest" aria-current="true"'
    assert current in oldest.content.decode()
    assert current not in newest.content.decode()


def test_discussion_page_with_a_cursor_goes_on_where_the_page_before_ended(client: Client, settings: Settings) -> None:
    settings.COMMENTS_PAGE_SIZE = 2
    article = make_article()
    ids = [publish(article).public_id for _number in range(3)][::-1]

    first = client.get(discussion_url(article)).content.decode()
    cursor = first.partition("?cursor=")[2].partition("#")[0]
    second = client.get(discussion_url(article, f"?cursor={cursor}"))

    assert shown_ids(second) == ids[2:]
    assert f'href="{discussion_url(article)}#discussion"' in second.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?cursor=forged",
        "?sort=nonsense",
        "?comment=nothing",
        "?reply_to=nothing",
        "?comment=%00&reply_to=%00&cursor=%00",
    ],
)
def test_discussion_page_with_a_broken_query_is_the_first_page(client: Client, query: str) -> None:
    article = make_article()
    comment = publish(article)

    response = client.get(discussion_url(article, query))

    assert response.status_code == 200
    assert shown_ids(response) == [comment.public_id]


def test_prepared_thread_after_a_decision_is_prepared_anew(client: Client) -> None:
    article = make_article()
    first = publish(article)
    assert shown_ids(client.get(discussion_url(article))) == [first.public_id]

    second = publish(article)
    assert shown_ids(client.get(discussion_url(article))) == [second.public_id, first.public_id]
    remove(first)

    assert shown_ids(client.get(discussion_url(article))) == [second.public_id]


def test_reply_link_shows_the_form_for_a_reply(client: Client) -> None:
    article = make_article()
    parent = publish(article, "The first line.\n\n*The second* line.", name="Henning Stuhr")
    assert f'href="?reply_to={parent.public_id}#mg-form"' in client.get(discussion_url(article)).content.decode()

    response = client.get(discussion_url(article, f"?sort=oldest&reply_to={parent.public_id}"))

    html = response.content.decode()
    assert read_forms(response)[post_url(article)]["parent"] == parent.public_id
    assert '<strong dir="auto">Henning Stuhr</strong>' in html
    assert '<blockquote class="mg-reply-to__quote" dir="auto">The first line. The second line.</blockquote>' in html
    assert f'href="{discussion_url(article)}?sort=oldest#mg-form"' in html
    # Answering somebody else from here keeps the order that was chosen.
    assert f'href="?sort=oldest&amp;reply_to={parent.public_id}#mg-form"' in html


def test_reply_link_to_a_waiting_comment_tells_nothing_of_it(client: Client) -> None:
    article = make_article()
    waiting = make_comment(article, body="secret-words", name="Secret Name")

    response = client.get(discussion_url(article, f"?reply_to={waiting.public_id}"))

    assert "ecret" not in response.content.decode().replace("reply_to=", "")
    assert read_forms(response)[post_url(article)]["parent"] == ""


@pytest.mark.parametrize("mode", [ArticleMode.CLOSED, ArticleMode.READ_ONLY])
def test_discussion_page_that_takes_no_comments_has_neither_form_nor_reply_links(
    client: Client, mode: ArticleMode
) -> None:
    article = make_article()
    comment = publish(article)
    Article.objects.filter(pk=article.pk).update(mode=mode)

    response = client.get(discussion_url(article, f"?reply_to={comment.public_id}"))

    assert shown_ids(response) == [comment.public_id]
    assert post_url(article) not in read_forms(response)
    assert "reply_to=" not in response.content.decode()
    assert '<div class="mg-notice" id="mg-form">' in response.content.decode()


def test_discussion_page_escapes_what_people_and_hosts_wrote(client: Client) -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(title='<script>alert("title")</script>', teaser="<b>teaser</b>")
    parent = publish(article, '<img src=x onerror=alert("body")> [x](javascript:alert)', name="A <i>Name</i> B")
    publish(article, "A reply", parent=parent)

    for query in ("", f"?reply_to={parent.public_id}"):
        html = client.get(discussion_url(article, query)).content.decode()
        assert html.count("<script") == html.count('<script async src="/embed/v1.js"></script>') == 1
        assert "<img" not in html
        assert "<i>" not in html
        assert "<b>" not in html
        assert 'href="javascript' not in html
        assert "A &lt;i&gt;Name&lt;/i&gt; B" in html


def test_discussion_page_links_to_feeds_and_to_look_the_topic_up(client: Client) -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(title="Fähre & Fluss?")
    article.site.main_feed_url = "https://news.example/feed.xml"
    article.site.lookup_links = [
        {"label": "Google", "url": "https://www.google.com/search?q={query}"},
        {"label": "Bad", "url": "javascript:alert('{query}')"},
    ]
    article.site.save()

    html = client.get(discussion_url(article)).content.decode()

    assert (
        'href="https://www.google.com/search?q=F%C3%A4hre%20%26%20Fluss%3F" rel="noopener noreferrer nofollow"' in html
    )
    assert "javascript" not in html
    assert f'href="/feeds/{article.site.slug}/{article.key}/comments.atom"' in html
    assert f'href="/feeds/{article.site.slug}/comments.atom"' in html
    assert 'href="https://news.example/feed.xml"' in html


@pytest.mark.parametrize(("language", "spoken"), [("en", "en"), ("de-AT", "de"), ("fr", "de")])
def test_discussion_page_speaks_the_language_of_its_article(client: Client, language: str, spoken: str) -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(language=language)

    html = client.get(discussion_url(article), headers={"Accept-Language": "en"}).content.decode()

    assert f'<html lang="{spoken}">' in html
    assert f'aria-labelledby="mg-discussion-title" lang="{spoken}"' in html


def test_permalink_of_a_comment_on_the_first_page_leads_into_the_article(client: Client) -> None:
    article = make_article()
    comment = publish(article)

    response = client.get(reverse("comments:permalink", args=[comment.public_id]))

    assert (response.status_code, response["Location"]) == (302, f"{article.url}#comment-{comment.public_id}")
    assert response.cookies == {}


def test_permalink_to_an_article_that_lies_nowhere_we_know_stays_here(client: Client) -> None:
    article = make_article()
    comment = publish(article)
    Article.objects.filter(pk=article.pk).update(url="https://elsewhere.example/a")

    response = client.get(reverse("comments:permalink", args=[comment.public_id]))

    expected = discussion_url(article, f"?comment={comment.public_id}#comment-{comment.public_id}")
    assert response["Location"] == expected


def test_permalink_of_a_comment_beyond_the_first_page_lands_where_it_is_shown(
    client: Client, settings: Settings
) -> None:
    settings.COMMENTS_PAGE_SIZE = 1
    article = make_article()
    root = publish(article)
    reply = publish(article, parent=root)
    newer = publish(article)

    response = client.get(reverse("comments:permalink", args=[reply.public_id]), follow=True)

    assert response.redirect_chain == [
        (discussion_url(article, f"?comment={reply.public_id}#comment-{reply.public_id}"), 302)
    ]
    assert shown_ids(response) == [root.public_id, reply.public_id]
    assert newer.public_id not in response.content.decode()
    assert f'href="{discussion_url(article)}#discussion"' in response.content.decode()


@pytest.mark.parametrize("status", HIDDEN)
def test_permalink_of_a_hidden_comment_is_that_of_an_absent_one(client: Client, status: Status) -> None:
    hidden = make_comment(make_article(), status=status)

    found = client.get(reverse("comments:permalink", args=[hidden.public_id]))
    absent = client.get(reverse("comments:permalink", args=["000000000000"]))

    assert found.status_code == absent.status_code == 404
    assert found.content == absent.content


def test_stub_of_a_removed_comment_keeps_its_replies_and_nothing_of_it(client: Client) -> None:
    article = make_article()
    parent = publish(article, "secret-words", name="Secret Name")
    reply = publish(article, parent=parent)
    remove(parent)

    response = client.get(discussion_url(article))

    assert shown_ids(response) == [parent.public_id, reply.public_id]
    assert "ecret" not in response.content.decode()


def test_every_sort_has_a_link(client: Client) -> None:
    article = make_article()
    publish(article)
    publish(article)

    html = client.get(discussion_url(article)).content.decode()

    assert [sort for sort in Sort.values if f"?sort={sort}#discussion" in html] == Sort.values


@pytest.mark.parametrize(
    "path", ["/c/%00/", "/c/../", "/discussion/demo/%00/", "/discussion/demo/a%20b/", "/status/%00/"]
)
def test_address_that_cannot_be_one_is_absent(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/c/%00/",
        "/c/x%00aaaaaaaaaa/",
        "/status/%00/",
        "/discussion/{site}/%00/",
        "/discussion/{site}/{key}/?comment=%00",
        "/discussion/{site}/{key}/?reply_to=%00",
        "/discussion/{site}/{key}/?cursor=%00",
        "/discussion/{site}/{key}/?sort=%00",
        "/moderation/?site=%00",
    ],
)
def test_any_page_with_a_nul_in_its_address_is_no_server_error(client: Client, path: str) -> None:
    article = make_article()
    answer = client.get(path.format(site=article.site.slug, key=article.key), follow=True)
    assert answer.status_code in (200, 404)
