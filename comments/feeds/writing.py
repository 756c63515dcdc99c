"""A feed as the bytes of Atom 1.0 (RFC 4287) and of JSON Feed 1.1, well-formed for any text."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from comments.feeds.values import Entry, Feed

THREADING = "http://purl.org/syndication/thread/1.0"
JSON_FEED = "https://jsonfeed.org/version/1.1"

# What XML 1.0 cannot hold even when escaped. Comments have none of it; titles and addresses are other programs'.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_atom(feed: Feed) -> bytes:
    """The feed as Atom, with the whole text of each entry as its content."""
    written = _AtomFeed(
        title=printable(feed.title),
        link=printable(feed.home_url),
        description=None,
        language=feed.language,
        author_name=printable(feed.author_name),
        feed_url=feed.url,
        feed_guid=feed.identifier,
        # Not the time of the request: nothing new in the feed is nothing new in its bytes.
        updated=feed.updated_at,
        hub=feed.hub,
    )
    for entry in feed.entries:
        written.add_item(
            title=printable(entry.title),
            link=entry.url,
            description="",
            unique_id=entry.identifier,
            author_name=printable(entry.author_name),
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            content=printable(entry.html),
            reply_to_id=entry.answered_identifier,
            reply_to_link=entry.answered_url,
        )
    content: str = written.writeString("utf-8")
    return content.encode()


def write_json(feed: Feed) -> bytes:
    """The feed as JSON Feed; what is answered stands in `_reply_to`."""
    document: dict[str, object] = {
        "version": JSON_FEED,
        "title": printable(feed.title),
        "home_page_url": printable(feed.home_url),
        "feed_url": feed.url,
        "language": feed.language,
        "authors": [{"name": printable(feed.author_name)}],
    }
    if feed.hub:
        document["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    document["items"] = [_json_item(entry) for entry in feed.entries]
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def printable(text: str) -> str:
    """The text without the characters that no feed can hold."""
    return _NOT_XML.sub("", text)


def _json_item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.identifier,
        "url": entry.url,
        "title": printable(entry.title),
        "content_html": printable(entry.html),
        "date_published": entry.published_at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
    }
    if entry.author_name:
        item["authors"] = [{"name": printable(entry.author_name)}]
    if entry.answered_identifier:
        item["_reply_to"] = {"id": entry.answered_identifier, "url": entry.answered_url}
    return item


class _AtomFeed(Atom1Feed):
    """Atom with the whole text as content and with replies pointing at what they answer (RFC 4685)."""

    def root_attributes(self) -> dict[str, str]:
        attributes: dict[str, str] = super().root_attributes()
        return attributes | {"xmlns:thr": THREADING}

    def latest_post_date(self) -> datetime.datetime:
        updated: datetime.datetime = self.feed["updated"]
        return updated

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("link", None, {"rel": "hub", "href": self.feed["hub"]})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # The whole text is there; a summary would only repeat it.
        super().add_item_elements(handler, item | {"description": None})
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})
        if item["reply_to_id"]:
            reference = {"ref": item["reply_to_id"], "href": item["reply_to_link"], "type": "text/html"}
            handler.addQuickElement("thr:in-reply-to", None, reference)
