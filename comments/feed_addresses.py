"""Where the public feeds are: paths on this server, for pages and for the hub that is told of news."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlencode

from django.urls import reverse


class FeedFormat(StrEnum):
    """What a feed is written as: the end of its address."""

    ATOM = "atom"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """What the names of its addresses end with: Atom came first and has the plain ones."""
        return "" if self is FeedFormat.ATOM else f"_{self}"


def site_feed_path(site: str, written: FeedFormat = FeedFormat.ATOM, *, section: str = "") -> str:
    """The feed of the site of this slug, or of one section of it."""
    path = _path("site_feed", written, site)
    return f"{path}?{urlencode({'section': section})}" if section else path


def article_feed_path(site: str, key: str, written: FeedFormat = FeedFormat.ATOM) -> str:
    """The feed of an article's discussion."""
    return _path("article_feed", written, site, key)


def conversation_feed_path(site: str, public_id: str, written: FeedFormat = FeedFormat.ATOM) -> str:
    """The feed of a conversation: of the comment of this identifier, which began it, and all replies."""
    return _path("conversation_feed", written, site, public_id)


def permalink(public_id: str) -> str:
    """Where a published comment is read."""
    return reverse("comments:permalink", args=[public_id])


def _path(name: str, written: FeedFormat, *arguments: str) -> str:
    return reverse(f"comments:{name}{written.suffix}", args=arguments)
