"""Answers that are the same for everybody: prepared once, confirmed by 304, kept by any cache on the way.

Such an answer depends on its address and on what is published, never on who asks: no session, no cookie, no language of
the browser.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from comments.kept import kept

# How long prepared bytes stay in our own cache. Their key changes with what they show, so this bounds memory, not age.
KEEP_SECONDS = 300
_PERSONAL_VARY = frozenset({"accept-language", "cookie", "origin"})


@dataclass(frozen=True, slots=True)
class Freshness:
    """For how many seconds caches show an answer unasked, and for how many more while they ask for a new one."""

    max_age: int
    stale_while_revalidate: int

    def until(self, moment: datetime.datetime | None) -> Freshness:
        """The same, but not beyond a moment at which what is shown changes by itself. None: there is no such moment."""
        if moment is None or moment <= timezone.now():
            return self
        left = int((moment - timezone.now()).total_seconds())
        max_age = min(self.max_age, left)
        return Freshness(max_age, min(self.stale_while_revalidate, left - max_age))

    def __str__(self) -> str:
        return f"public, max-age={self.max_age}, stale-while-revalidate={self.stale_while_revalidate}"


class _SharedHeaders(ResponseHeaders):
    """Headers that stay the same for every reader, whatever the project's middleware adds.

    Django's LocaleMiddleware puts the browser's language on every answer, corsheaders its origin, and whoever sets or
    deletes a cookie the cookies; each would make shared caches keep one copy for each.
    """

    # 304 must not have the length of its own, empty, body (RFC 9110, 8.6); CommonMiddleware would put it there.
    has_length = True

    def __setitem__(self, key: str, value: str | bytes | int) -> None:
        if key.lower() == "content-length" and not self.has_length:
            return
        if key.lower() == "vary":
            names = (name.strip() for name in str(value).split(","))
            value = ", ".join(name for name in names if name.lower() not in _PERSONAL_VARY)
            if not value:
                return
        super().__setitem__(key, value)

    def setdefault(self, key: str, value: str | bytes | int) -> None:
        if key.lower() != "content-language":
            super().setdefault(key, value)


class PublicResponse(HttpResponse):
    """An answer for everybody, readable by scripts of every origin. `language` is that of its texts, if it has one."""

    def __init__(
        self,
        content: bytes = b"",
        *,
        etag: str,
        freshness: Freshness,
        content_type: str = "application/json; charset=utf-8",
        language: str = "",
        status: int = 200,
    ) -> None:
        super().__init__(content, status=status, content_type=content_type)
        self.headers: _SharedHeaders = _SharedHeaders(dict(self.headers))
        self.headers["ETag"] = etag
        self.headers["Cache-Control"] = str(freshness)
        self.headers["Access-Control-Allow-Origin"] = "*"
        if language:
            self.headers["Content-Language"] = language
        if status == HTTPStatus.NOT_MODIFIED:
            del self.headers["Content-Type"]
            self.headers.has_length = False

    def set_cookie(self, *_arguments: object, **_named: object) -> None:
        """Nothing: a cache would hand one reader's cookie to the next. Deleting a cookie comes here too.

        The middleware for sessions and for CSRF answers cookies that are not valid with new or deleted ones.
        """


def absent() -> HttpResponse:
    """404 that scripts of every origin may read: they can tell what is not there from a server that is away."""
    response = HttpResponse(_("There is nothing here."), status=404, content_type="text/plain; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def make_etag(*parts: object) -> str:
    """A strong validator of everything named; the same parts give the same one in every process."""
    digest = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
    return f'"{digest[:32]}"'


def is_confirmed(request: HttpRequest, etag: str) -> bool:
    """Whether the caller already has the answer of this validator (weak comparison, RFC 9110, 13.1.2)."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in (one.removeprefix("W/") for one in known)


def prepared(key: str, build: Callable[[], bytes]) -> bytes:
    """The bytes kept under a key, built when they are not there. Without a cache they are built each time."""
    return kept(f"prepared:{key}", build, seconds=KEEP_SECONDS)
