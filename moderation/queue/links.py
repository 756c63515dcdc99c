"""Where a text links to, as it is shown before anybody follows it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from comments.models import Site
from moderation.flaggers.links import SHORTENERS, find_links, is_own_host
from moderation.queue.surroundings import CommentLink

_HOST = re.compile(r"(?:https?://)?(?:[^/?#@]*+@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)


def read_links(body: str, site: Site) -> list[CommentLink]:
    """Every different address of a text, in order. No query; whether it is the first on the site is not known yet."""
    own = frozenset(host for origin in site.origins if (host := urlsplit(origin).hostname))
    links = {link.address: link for link in find_links(body)}
    return [
        CommentLink(
            address=address if "://" in address[:8] else f"http://{address}",
            host=link.host,
            written_host=_written_host(address),
            is_own=is_own_host(link.host, own),
            is_shortened=link.host in SHORTENERS,
            names_somebody=link.names_somebody,
        )
        for address, link in links.items()
    ]


def _written_host(address: str) -> str:
    found = _HOST.match(address)
    return found[1].lower().rstrip(".").removeprefix("www.") if found else ""
