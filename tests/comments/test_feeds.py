from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from comments.enums import ArticleMode, Status
from comments.models import Article, Comment, Site
from comments.services.posting import revise_comment
from tests.comments.feed_pages import ATOM, entry_ids, judge_atom, of_article, of_site, parse, text
from tests.factories import make_article, make_comment, make_site, make_user, move

pytestmark = pytest.mark.django_db

THREADING = "{http://purl.org/syndication/thread/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def rfc3339(moment: datetime.datetime) -> str:
    return moment.isoformat()


def test_article_feed_holds_published_comments_newest_first_with_all_of_an_entry(client: Client) -> None:
    site = make_site("news", language="en")
    article = make_article(site, key="bridge-17")
    first = make_comment(article, body="A *fair* point & more.", status=Status.APPROVED, name="Hanna Kuhl")
    reply = make_comment(article, body="No.", parent=first, status=Status.APPROVED, name="Jens Wolter")
    make_comment(article, body="Still waiting")

    response = client.get(of_article(article))

    base, tag = django_settings.BASE_URL, f"tag:127.0.0.1,{site.created_at:%Y-%m-%d}:"
    feed = parse(response)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert feed.get(f"{XML}lang") == "en"
    assert {name: text(feed, name) for name in ("title", "id", "updated")} == {
        "title": "Comments on “Title of bridge-17” · News",
        "id": f"{tag}news/bridge-17/comments.atom",
        "updated": rfc3339(reply.published_at),
    }
    links = [(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")]
    assert links == [("alternate", article.url), ("self", f"{base}/feeds/news/bridge-17/comments.atom")]
    newest, oldest = feed.findall(f"{ATOM}entry")
    assert {name: text(newest, name) for name in ("title", "id", "published", "updated", "content")} == {
        "title": "Jens Wolter on “Title of bridge-17”",
        "id": f"{tag}c/{reply.public_id}",
        "published": rfc3339(reply.published_at),
        "updated": rfc3339(reply.published_at),
        "content": "<p>No.</p>",
    }
    assert newest.findtext(f"{ATOM}author/{ATOM}name") == "Jens Wolter"
    assert [link.get("href") for link in newest.findall(f"{ATOM}link")] == [f"{base}/c/{reply.public_id}/"]
    answered = newest.find(f"{THREADING}in-reply-to")
    assert answered is not None
    assert answered.attrib == {
        "ref": text(oldest, "id"), "href": f"{base}/c/{first.public_id}/", "type": "text/html",
    }  # fmt: skip
    content = oldest.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", "<p>A <em>fair</em> point &amp; more.</p>")
    assert oldest.find(f"{THREADING}in-reply-to") is None


def test_site_feed_holds_the_comments_of_its_readable_articles_in_its_language(client: Client) -> None:
    site = make_site("zeitung", language="de")
    one, two, hidden = (make_article(site) for _ in range(3))
    posted = [make_comment(article, status=Status.APPROVED) for article in (one, two, hidden)]
    Article.objects.filter(pk=hidden.pk).update(mode=ArticleMode.HIDDEN)
    make_comment(make_article(make_site()), status=Status.APPROVED)

    english_reader = client.get(of_site(one), headers={"Accept-Language": "en"})

    assert entry_ids(client, of_site(one)) == [posted[1].public_id, posted[0].public_id]
    assert text(parse(english_reader), "title") == "Kommentare · Zeitung"


def test_feeds_of_hidden_absent_and_impossible_articles_are_not_found(client: Client) -> None:
    hidden = make_article(mode=ArticleMode.HIDDEN)
    paths = [of_article(hidden), f"/feeds/{hidden.site.slug}/absent/comments.atom", "/feeds/absent/comments.atom"]
    paths += [f"/feeds/{hidden.site.slug}/%00/comments.atom"]

    answers = [client.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert answers[0].content == answers[1].content


def test_feeds_show_nothing_of_hidden_comments_to_anybody() -> None:
    article = make_article()
    words = []
    for number, status in enumerate(status for status in Status if status != Status.AWAITING_EMAIL):
        words += [f"wortschatz{number}", f"Namensgeber{number}", f"adresse{number}"]
        comment = make_comment(
            article, body=words[-3], name=words[-2], email=f"{words[-1]}@reader.example", status=status
        )
        if status == Status.APPROVED:
            shown = words[-3:-1]
            revise_comment(comment=comment, body="Nachgeschoben")
    withdrawn = make_comment(article, body="Zurückgenommen", status=Status.APPROVED, name="Widerrufer")
    make_comment(article, body="Antwort darauf", parent=withdrawn, status=Status.APPROVED)
    move(withdrawn, Status.WITHDRAWN)
    words += ["Nachgeschoben", "Zurückgenommen", "Widerrufer", withdrawn.public_id]
    signed_in = Client()
    signed_in.force_login(make_user())

    for sender in (Client(), signed_in):
        for path in (of_site(article), of_article(article)):
            content = sender.get(path).content.decode()
            assert [word for word in words if word in content] == shown
            assert "Antwort darauf" in content


def test_feeds_are_the_same_for_everybody_and_confirmed_by_etag() -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)
    signed_in = Client()
    signed_in.force_login(make_user())

    for path in (of_site(article), of_article(article)):
        answers = [
            Client().get(path),
            signed_in.get(path),
            Client().get(path, headers={"Accept-Language": "en", "Origin": "https://news.example"}),
        ]
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
        headers = answers[0].headers
        assert headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
        assert (headers["Access-Control-Allow-Origin"], headers["Content-Language"]) == ("*", "de")
        assert "Vary" not in headers
        again = Client().get(path, headers={"If-None-Match": headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = Client().head(path)
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", headers["ETag"])
        assert Client().post(path).status_code == 405


def test_feed_changes_when_a_comment_is_withdrawn(client: Client) -> None:
    article = make_article()
    staying, leaving = (make_comment(article, status=Status.APPROVED, name=name) for name in ("Kim", "Jens"))
    etag = client.get(of_site(article)).headers["ETag"]

    move(leaving, Status.WITHDRAWN)

    response = client.get(of_site(article), headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert entry_ids(client, of_site(article)) == [staying.public_id]


def test_empty_feed_is_a_feed_that_does_not_change(client: Client) -> None:
    article = make_article()

    first, second = client.get(of_article(article)), client.get(of_article(article))

    assert text(parse(first), "updated") == rfc3339(article.created_at)
    assert parse(first).findall(f"{ATOM}entry") == []
    assert first.content == second.content


@pytest.mark.parametrize("count", [1, 50])
def test_feeds_cost_two_queries_however_many_comments(client: Client, django_assert_num_queries, count: int) -> None:
    article = make_article()
    parent = None
    for number in range(count):
        parent = make_comment(article, parent=parent, status=Status.APPROVED, name=f"Leser {number}")

    for path in (of_site(article), of_article(article)):
        with django_assert_num_queries(2):
            assert len(entry_ids(client, path)) == count


def test_feeds_end_after_fifty_comments(client: Client) -> None:
    article = make_article()
    posted = [make_comment(article, status=Status.APPROVED, name=f"Leser {number}").public_id for number in range(52)]

    assert entry_ids(client, of_site(article)) == posted[:1:-1]


def test_feeds_are_well_formed_for_every_character_that_can_be_stored(client: Client, tmp_path: Path) -> None:
    # Written past the services, as titles of other programs or an import may be. SQLite and PostgreSQL differ about NUL.
    nasty = "".join(
        map(chr, (*range(1, 0x3000), *range(0xD7F0, 0xD800), *range(0xE000, 0xE010), *range(0xFDC0, 0x10010)))
    )
    nasty += "]]>\U0001fffe\U0001ffff\U0010fffe\U0010ffff<!--<![CDATA[&#0;&bogus;<?xml?>"
    worst = "".join(map(chr, range(1, 33))) + "\x7f\x85\u2028\ufdd0\ufffe\uffff\U0001fffe]]>&<\"'"
    site = make_site(language="de")
    article = make_article(site)
    comment = make_comment(article, status=Status.APPROVED)
    Comment.objects.filter(pk=comment.pk).update(author_name=worst, public_html=nasty)
    Article.objects.filter(pk=article.pk).update(title=worst, url=f"https://news.example/?{worst}")
    Site.objects.filter(pk=site.pk).update(name=worst, home_url=f"https://news.example/?{worst}")

    for path in (of_site(article), of_article(article)):
        response = client.get(path)
        feed = parse(response)
        content = feed.findtext(f"{ATOM}entry/{ATOM}content") or ""
        allowed = "".join(char for char in nasty if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
        # A parser reads each line break as a newline.
        assert content.replace("\n", "") == allowed.replace("\n", "")
        judge_atom(response.content, tmp_path)
