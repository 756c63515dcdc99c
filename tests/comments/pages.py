"""Reading our pages as a browser without JavaScript would."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from comments.models import Article


class _Forms(HTMLParser):
    """Collects the forms of a page: action to the names and values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._current: dict[str, str] | None = None
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._current = self.forms.setdefault(found.get("action", ""), {})
        elif self._current is not None and tag == "input" and found.get("name"):
            self._current[found["name"]] = found.get("value", "")
        elif self._current is not None and tag == "textarea" and found.get("name"):
            self._textarea = found["name"]
            self._current[self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._current = None
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._current is not None:
            # A browser drops the line break that follows the opening tag.
            self._current[self._textarea] += data.removeprefix("\n")


def read_forms(response: HttpResponse) -> dict[str, dict[str, str]]:
    """Every form of a page, by its action."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return parser.forms


def discussion_url(article: Article, query: str = "") -> str:
    """The discussion as a page of its own."""
    return reverse("comments:discussion", args=[article.site.slug, article.key]) + query


def post_url(article: Article) -> str:
    """Where its form leads."""
    return reverse("comments:post", args=[article.site.slug, article.key])


def fill_form(client: Client, article: Article, query: str = "", **typed: str) -> dict[str, str]:
    """What a browser would send after somebody opened the form and typed."""
    return read_forms(client.get(discussion_url(article, query)))[post_url(article)] | typed


def send(client: Client, article: Article, query: str = "", **typed: str) -> Any:
    """Open the form, type, send."""
    return client.post(post_url(article), fill_form(client, article, query, **typed))


def shown_ids(response: HttpResponse) -> list[str]:
    """The public identifiers of the comments in the thread, in their order."""
    return re.findall(r'<article class="mg-comment[^"]*" id="comment-([^"]+)"', response.content.decode())
