"""The feed of replies to a reader, as it is offered on their own pages: made, shown, replaced, ended."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from comments.conf import settings
from comments.feed_addresses import FeedFormat
from comments.models import Author, Site
from comments.services.secret_feeds import replies_feed_token


@dataclass(frozen=True, slots=True)
class RepliesFeed:
    """The feed of one reader on one site. Its addresses are empty until it is made; `action` is where forms about it lead."""

    site: Site
    action: str
    atom_url: str
    json_url: str


def replies_feed_of(author: Author, *, action: str) -> RepliesFeed:
    """The feed of an author (with the site) as it is now. No query."""
    token = replies_feed_token(author)
    atom, json = (
        settings.base_url + reverse(f"comments:replies_feed{written.suffix}", args=[token]) if token else ""
        for written in (FeedFormat.ATOM, FeedFormat.JSON)
    )
    return RepliesFeed(author.site, action, atom, json)
