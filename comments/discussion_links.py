"""The addresses in and around a discussion: its orders and parts, places to look the topic up, pages of our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from comments.conf import settings
from comments.enums import Sort
from comments.models import Article
from comments.origins import canonical_origin


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class SortLink:
    """An order of the comments; `is_current` for the one that is being looked at."""

    sort: Sort
    label: str
    url: str
    is_current: bool


def host_path(address: str, request: HttpRequest) -> str:
    """Path and query of an address that this server itself answers; empty for one that lies elsewhere."""
    ours = (canonical_origin(request.build_absolute_uri("/")), canonical_origin(settings.base_url))
    origin = canonical_origin(address)
    if origin is None or origin not in ours:
        return ""
    parts = urlsplit(address)
    # Two slashes at the beginning would name another host.
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Path and query of the page the reader came from, if it is one of this host and not this one; else another."""
    came_from = request.POST.get("next", "") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return otherwise
    parts = urlsplit(came_from)
    # The check lets control characters and a path without a slash pass; a header and a fragment of ours need better.
    # Two slashes at the beginning, of either kind, would make the next word a host.
    path = "/" + parts.path.lstrip("/\\")
    if not parts.path.startswith("/") or path == request.path or not came_from.isprintable():
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path


def kept_query(request: HttpRequest, page_path: str) -> QueryDict:
    """What a link of ours carries on: the host's own parameters, and the part of the thread that is being read."""
    if page_path and page_path != request.path:
        return QueryDict(mutable=True)
    kept = request.GET.copy()
    for name in ("reply_to", "quote"):
        kept.pop(name, None)
    return kept


def link_address(page_path: str, kept: QueryDict, fragment: str, **changes: str) -> str:
    """A page with its parameters changed; an empty value takes one away. A change leads back to the whole discussion."""
    query = kept.copy()
    if changes:
        query.pop("comment", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{page_path}?{query.urlencode()}#{fragment}" if query else f"{page_path}#{fragment}"


def sort_links(current: Sort, page_path: str, kept: QueryDict) -> tuple[SortLink, ...]:
    """The orders a reader may choose, each leading to the beginning of the discussion."""
    labels = {
        Sort.NEWEST: gettext("Newest"),
        Sort.OLDEST: gettext("Oldest"),
        Sort.BEST: gettext("Worth reading"),
    }
    return tuple(
        SortLink(sort, label, link_address(page_path, kept, "discussion", sort=sort.value, cursor=""), sort == current)
        for sort, label in labels.items()
    )


def lookup_links(article: Article) -> Iterable[Link]:
    """Where the site proposes to look the topic of an article up; nowhere while its title is not known."""
    if not article.title:
        return
    query = quote(article.title, safe="")
    for link in article.site.lookup_links:
        url = str(link.get("url", "")).replace("{query}", query)
        if canonical_origin(url):
            yield Link(str(link.get("label", "")), url)
