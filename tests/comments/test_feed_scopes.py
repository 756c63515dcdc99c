"""Feeds of less than a site and more than an article: a section, a conversation, the replies to one reader."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.enums import ArticleMode, Status
from comments.models import Article, Author, Mute
from comments.services.identity import Identity
from comments.services.secret_feeds import end_replies_feed, make_replies_feed, replies_feed_token
from tests.comments.feed_pages import entry_ids, item_ids, of_conversation, of_site, parse, text
from tests.factories import make_article, make_comment, make_site, move

pytestmark = pytest.mark.django_db

SECTION = "Kultur & Leben / Film"


def in_section(article: Article, section: str) -> Article:
    Article.objects.filter(pk=article.pk).update(section=section)
    return article


def of_section(article: Article, section: str, written: str = "atom") -> tuple[str, dict[str, str]]:
    return of_site(article, written), {"section": section}


def replies_path(author: Author, written: str = "atom") -> str:
    return reverse(f"comments:replies_feed{'_json' if written == 'json' else ''}", args=[replies_feed_token(author)])


def test_section_feed_holds_the_comments_under_its_articles(client: Client) -> None:
    site = make_site(language="en")
    film, other, hidden = in_section(make_article(site), SECTION), make_article(site), make_article(site)
    in_section(hidden, SECTION)
    posted = [make_comment(article, status=Status.APPROVED) for article in (film, other, hidden)]
    make_comment(film)
    make_comment(in_section(make_article(), SECTION), status=Status.APPROVED)
    Article.objects.filter(pk=hidden.pk).update(mode=ArticleMode.HIDDEN)

    path, query = of_section(film, SECTION)
    feed = parse(client.get(path, query))
    written = client.get(*of_section(film, SECTION, "json")).json()

    assert text(feed, "title") == f"Comments in “{SECTION}” · {site.name}"
    assert [item["id"].rpartition("/")[2] for item in written["items"]] == [posted[0].public_id]
    assert written["feed_url"].endswith(f"/feeds/{site.slug}/comments.json?section=Kultur+%26+Leben+%2F+Film")
    assert client.get(written["feed_url"]).json() == written


@pytest.mark.parametrize("section", ["Sport", "x" * 101, "a\0b", "%00", "\ud800"])
def test_section_without_a_readable_article_has_no_feed(client: Client, section: str) -> None:
    article = in_section(make_article(), "Kultur")
    in_section(make_article(article.site, mode=ArticleMode.HIDDEN), "Sport")

    response = client.get(of_site(article), {"section": section.encode("utf-8", "surrogatepass")})

    assert response.status_code == 404


def test_conversation_feed_holds_a_comment_with_all_below_it(client: Client) -> None:
    article = make_article(make_site("news", language="en"))
    root = make_comment(article, status=Status.APPROVED, name="Hanna Kuhl")
    reply = make_comment(article, parent=root, status=Status.APPROVED)
    deeper = make_comment(article, parent=reply, status=Status.APPROVED)
    make_comment(article, parent=root)
    make_comment(article, status=Status.APPROVED)

    feed = parse(client.get(of_conversation(root)))

    assert text(feed, "title") == f"Conversation begun by Hanna Kuhl on “{article.title}” · News"
    assert entry_ids(client, of_conversation(root)) == [deeper.public_id, reply.public_id, root.public_id]
    led = client.get(of_conversation(deeper))
    assert (led.status_code, led.headers["Location"]) == (301, of_conversation(root))


def test_conversation_outlives_what_began_it_and_does_not_name_its_author(client: Client) -> None:
    article = make_article(make_site(language="en"))
    root = make_comment(article, status=Status.APPROVED, name="Hanna Kuhl", body="Wortschatz")
    reply = make_comment(article, parent=root, status=Status.APPROVED, name="Jens Wolter")
    move(root, Status.WITHDRAWN)

    content = client.get(of_conversation(root)).content.decode()

    assert entry_ids(client, of_conversation(root)) == [reply.public_id]
    assert "Hanna" not in content
    assert "Wortschatz" not in content


def test_conversations_that_nobody_may_read_have_no_feed(client: Client) -> None:
    article, hidden = make_article(), make_article()
    never = make_comment(article)
    root = make_comment(article, status=Status.APPROVED)
    unseen_reply = make_comment(article, parent=root)
    removed_reply = make_comment(article, parent=root, status=Status.REMOVED)
    in_hidden = make_comment(hidden, status=Status.APPROVED)
    Article.objects.filter(pk=hidden.pk).update(mode=ArticleMode.HIDDEN)
    elsewhere = make_comment(make_article(), status=Status.APPROVED)

    paths = [of_conversation(comment) for comment in (never, unseen_reply, removed_reply, in_hidden)]
    paths.append(of_conversation(elsewhere).replace(elsewhere.site.slug, article.site.slug))

    assert [client.get(path).status_code for path in paths] == [404] * 5


@pytest.mark.parametrize("count", [1, 50])
def test_narrow_feeds_cost_the_same_however_many_comments(
    client: Client, django_assert_num_queries, count: int
) -> None:
    article = in_section(make_article(), SECTION)
    root = make_comment(article, status=Status.APPROVED)
    for number in range(count):
        make_comment(article, parent=root, status=Status.APPROVED, name=f"Leser {number}")
    conversation, replies = of_conversation(root), replies_path(make_replies_feed(root.author))

    with django_assert_num_queries(3):
        client.get(*of_section(article, SECTION))
    with django_assert_num_queries(2):
        client.get(conversation)
    with django_assert_num_queries(2):
        assert len(entry_ids(client, replies)) == count


def test_replies_feed_holds_what_others_answered_and_nothing_of_oneself_or_of_the_muted(client: Client) -> None:
    article = make_article()
    mine = make_comment(article, status=Status.APPROVED, name="Hanna Kuhl", email="hanna@reader.example")
    me = Identity(author=mine.author)
    gone = make_comment(article, status=Status.APPROVED, identity=me, name="Hanna Kuhl")
    answer = make_comment(article, parent=mine, status=Status.APPROVED, name="Jens Wolter")
    by_muted = make_comment(article, parent=mine, status=Status.APPROVED, name="Kim")
    make_comment(article, parent=mine, status=Status.APPROVED, identity=me, name="Hanna Kuhl")
    make_comment(article, parent=mine)
    make_comment(article, parent=gone, status=Status.APPROVED)
    make_comment(article, parent=answer, status=Status.APPROVED)
    move(gone, Status.WITHDRAWN)
    Mute.objects.create(reader=mine.author, author=by_muted.author, created_at=timezone.now())

    author = make_replies_feed(mine.author)

    assert entry_ids(client, replies_path(author)) == [answer.public_id]
    assert item_ids(client, replies_path(author, "json")) == [answer.public_id]
    content = client.get(replies_path(author)).content.decode()
    assert "hanna@reader.example" not in content


def test_replies_feed_is_private_and_confirmed_by_etag(client: Client) -> None:
    author = make_replies_feed(make_comment(make_article(), status=Status.APPROVED).author)

    response = client.get(replies_path(author))

    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert not response.cookies
    again = client.get(replies_path(author), headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["Cache-Control"]) == (304, b"", "private, no-store")


def test_address_of_a_replies_feed_ends_and_another_leads_nowhere_else(client: Client) -> None:
    author = make_replies_feed(make_comment(make_article(), status=Status.APPROVED).author)
    first = replies_path(author)
    without_feed = make_comment(make_article(), status=Status.APPROVED).author

    second = replies_path(make_replies_feed(author))
    assert first != second
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    end_replies_feed(author)
    forged = ["", ".", author.public_id, author.email, f"{author.public_id}.x", without_feed.replies_feed_key + "."]
    paths = [second, *(f"/feeds/replies/{token or 'x'}.atom" for token in forged)]
    assert {client.get(path).status_code for path in paths} == {404}


def test_discussion_leads_to_the_feeds_of_its_section_and_of_the_conversation_that_is_read(client: Client) -> None:
    article = in_section(make_article(), SECTION)
    root = make_comment(article, status=Status.APPROVED)
    reply = make_comment(article, parent=root, status=Status.APPROVED)
    waiting = make_comment(article, parent=root)
    page = f"/discussion/{article.site.slug}/{article.key}/"
    fragment = f"/embed/v1/{article.site.slug}/{article.key}/thread.html"

    for path in (page, fragment):
        whole, part, absent = (
            client.get(path, query).content.decode()
            for query in ({}, {"comment": reply.public_id}, {"comment": waiting.public_id})
        )
        [section] = set(re.findall(r'href="(?:http://[^/"]+)?(/feeds/[^"]+section=[^"]+)"', whole))
        assert entry_ids(client, section.replace("&amp;", "&")) == [reply.public_id, root.public_id]
        [conversation] = set(re.findall(r'href="(?:http://[^/"]+)?(/feeds/[^"]+/conversations/[^"]+)"', part))
        assert client.get(conversation).headers["Location"] == of_conversation(root)
        assert "/conversations/" not in whole + absent
