"""What a feed holds, whatever it is written as."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from urllib.parse import urlsplit

from comments.conf import settings
from comments.models import Site


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed. `identifier` stays for ever; `url` is absolute; `html` may be empty; the two about what is
    answered are empty where nothing is, or nothing that can be read."""

    identifier: str
    url: str
    title: str
    author_name: str
    html: str
    published_at: datetime.datetime
    updated_at: datetime.datetime
    answered_identifier: str = ""
    answered_url: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A whole feed. `url` is its own address and `home_url` that of the page it is about, both absolute; `hub` tells its
    subscribers of news (WebSub), if there is one."""

    identifier: str
    url: str
    home_url: str
    title: str
    author_name: str
    language: str
    updated_at: datetime.datetime
    entries: tuple[Entry, ...]
    hub: str = ""


def tag_uri(site: Site, name: str) -> str:
    """A name that stays when addresses move (RFC 4151)."""
    return f"tag:{urlsplit(settings.base_url).hostname},{site.created_at:%Y-%m-%d}:{name}"
