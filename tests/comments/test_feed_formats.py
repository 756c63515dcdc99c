"""What every feed is written as, whatever was written in it: Atom by its schema, JSON Feed by its rules."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings
from django.test import Client

from comments.enums import Status
from comments.feeds.values import Entry, Feed
from comments.feeds.writing import write_atom, write_json
from tests.comments.feed_pages import (
    ATOM,
    item_ids,
    judge_atom,
    of_article,
    of_conversation,
    of_site,
    text,
)
from tests.factories import make_article, make_comment, make_site

NOW = datetime.datetime(2026, 11, 28, 12, 30, tzinfo=datetime.UTC)
PLANE = 0x10000
MARKUP = "]]>&<\"'<!--<![CDATA[&#0;&bogus;<?xml?>"


def every_character() -> Iterator[str]:
    """All of Unicode, plane by plane, with the halves of surrogate pairs and what is no character."""
    for start in range(0, 0x110000, PLANE):
        yield "".join(map(chr, range(start, start + PLANE))) + MARKUP


def allowed(words: str) -> str:
    """What of a text a feed can hold, with line breaks as a parser reads them."""
    kept = (
        char
        for char in words
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )
    return "".join(kept).replace("\n", "")


def feed_of(words: str) -> Feed:
    """A feed with these words wherever somebody writes some."""
    entry = Entry("tag:x,2026:c/1", "https://x.example/c/1/", words, words, words, NOW, NOW)
    return Feed("tag:x,2026:f", "https://x.example/f", "https://x.example/", words, words, "de", NOW, (entry,))


def test_atom_holds_every_character_there_is_and_keeps_to_its_schema(tmp_path: Path) -> None:
    for number, words in enumerate(every_character()):
        content = write_atom(feed_of(words))

        feed = ElementTree.fromstring(content)  # noqa: S314 - our own output is what is tested
        [entry] = feed.findall(f"{ATOM}entry")
        found = [text(feed, "title"), text(entry, "title"), text(entry, "content")]
        found += [entry.findtext(f"{ATOM}author/{ATOM}name") or "", feed.findtext(f"{ATOM}author/{ATOM}name") or ""]
        assert {one.replace("\n", "") for one in found} == {allowed(words)}, f"plane {number}"
        judge_atom(content, tmp_path)


def test_json_feed_holds_every_character_there_is() -> None:
    for number, words in enumerate(every_character()):
        document = json.loads(write_json(feed_of(words)).decode())

        [item] = document["items"]
        found = [document["title"], document["authors"][0]["name"], item["title"], item["content_html"]]
        found.append(item["authors"][0]["name"])
        assert {one.replace("\n", "").replace("\r", "") for one in found} == {allowed(words)}, f"plane {number}"


@pytest.mark.django_db
def test_json_feed_says_what_the_atom_feed_says(client: Client) -> None:
    site = make_site("news", language="en")
    article = make_article(site, key="bridge-17")
    first = make_comment(article, body="A *fair* point & more.", status=Status.APPROVED, name="Hanna Kuhl")
    reply = make_comment(article, body="No.", parent=first, status=Status.APPROVED, name="Jens Wolter")
    make_comment(article, body="Still waiting")

    response = client.get(of_article(article, "json"))

    assert first.published_at
    assert reply.published_at
    base, tag = django_settings.BASE_URL, f"tag:127.0.0.1,{site.created_at:%Y-%m-%d}:c/"
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert response.json() == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Comments on “Title of bridge-17” · News",
        "home_page_url": "https://news.example/bridge-17",
        "feed_url": f"{base}/feeds/news/bridge-17/comments.json",
        "language": "en",
        "authors": [{"name": "News"}],
        "items": [
            {
                "id": f"{tag}{reply.public_id}",
                "url": f"{base}/c/{reply.public_id}/",
                "title": "Jens Wolter on “Title of bridge-17”",
                "content_html": "<p>No.</p>",
                "date_published": reply.published_at.isoformat(),
                "date_modified": reply.published_at.isoformat(),
                "authors": [{"name": "Jens Wolter"}],
                "_reply_to": {"id": f"{tag}{first.public_id}", "url": f"{base}/c/{first.public_id}/"},
            },
            {
                "id": f"{tag}{first.public_id}",
                "url": f"{base}/c/{first.public_id}/",
                "title": "Hanna Kuhl on “Title of bridge-17”",
                "content_html": "<p>A <em>fair</em> point &amp; more.</p>",
                "date_published": first.published_at.isoformat(),
                "date_modified": first.published_at.isoformat(),
                "authors": [{"name": "Hanna Kuhl"}],
            },
        ],
    }


@pytest.mark.django_db
def test_every_feed_in_both_formats_holds_the_same_and_is_confirmed(client: Client, tmp_path: Path) -> None:
    article = make_article()
    root = make_comment(article, status=Status.APPROVED)
    make_comment(article, parent=root, status=Status.APPROVED)
    waiting = make_comment(article, body="Wortschatz")

    for address in (of_site, of_article, of_conversation):
        about = root if address is of_conversation else article
        atom, json_feed = (client.get(address(about, written)) for written in ("atom", "json"))
        judge_atom(atom.content, tmp_path)
        assert len(item_ids(client, address(about, "json"))) == 2
        for response in (atom, json_feed):
            assert response.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
            assert "Wortschatz" not in response.content.decode()
            assert waiting.public_id not in response.content.decode()
            again = client.get(response.request["PATH_INFO"], headers={"If-None-Match": response.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
        assert atom.headers["ETag"] != json_feed.headers["ETag"]
