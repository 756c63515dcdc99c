"""The keys that publishers sign their readers' tokens with: entered for a site, or fetched from where they publish them."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from http.client import HTTPException, HTTPResponse
from typing import TypedDict, cast
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
from django.core.cache import cache

from comments.models import Site

logger = logging.getLogger(__name__)

# One algorithm for a type of key, so that no token can choose how it is checked; and the members that matter of each.
ALGORITHMS = {"oct": "HS256", "RSA": "RS256", "OKP": "EdDSA"}
MEMBERS = {"oct": ("k",), "RSA": ("n", "e"), "OKP": ("crv", "x")}
# RFC 7518, 3.2 and 3.3; beyond the upper end checking a signature would be work enough to keep us busy with.
SECRET_BYTES = 32
RSA_BITS = range(2048, 8193)

FETCH_SECONDS = 5
FETCH_BYTES = 64 * 1024
FRESH_SECONDS = 600
# Longer than fresh, so that who comes while another request fetches can go on with what there is.
HELD_SECONDS = 660
ASK_AGAIN_SECONDS = 60
LOCAL_HOSTS = {"localhost", "127.0.0.1"}

Jwk = dict[str, object]


class _Held(TypedDict):
    at: float
    keys: list[Jwk]


class _NoRedirects(HTTPRedirectHandler):
    """Whoever can redirect the request must not choose the keys."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def find_key(site: Site, kid: str) -> jwt.PyJWK | None:
    """The key of this site that is called `kid`, with the one algorithm it is for; None when there is none to trust.

    A secret of at least 32 bytes counts where it was entered for the site, never where it was published. No query; where
    the site has an address of keys and none entered is called so, 1 to 3 cache calls, and at most once a minute a request
    of at most 5 seconds.
    """
    entered = site.sso_keys.get("keys") if isinstance(site.sso_keys, dict) else None
    found = _named(entered, kid)
    if found is not None:
        return _verification_key(found)
    if not site.sso_keys_url:
        return None
    published = _named(_published(site.sso_keys_url, kid), kid)
    return None if published is None or published.get("kty") == "oct" else _verification_key(published)


def fetch_keys(url: str) -> list[Jwk] | None:
    """The JWK set at an address, asked for now; None when there is none: not HTTPS, slow, redirected, too large, no JSON."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
        logger.warning("The address of a site's sign-in keys is not HTTPS.")
        return None
    request = Request(url, headers={"Accept": "application/jwk-set+json, application/json"})  # noqa: S310 - checked above
    try:
        with build_opener(_NoRedirects).open(request, timeout=FETCH_SECONDS) as response:
            document = json.loads(_read(cast(HTTPResponse, response)))
    except (URLError, HTTPException, OSError, ValueError, RecursionError) as error:
        logger.warning("The sign-in keys of a site could not be fetched: %s", type(error).__name__)
        return None
    keys = document.get("keys") if isinstance(document, dict) else None
    return [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else None


def cache_name(url: str) -> str:
    """Under which the keys of an address are kept; with ":asked" at its end, that it was asked within the last minute."""
    return f"marginalia:sso-keys:{hashlib.sha256(url.encode()).hexdigest()}"


def _named(keys: object, kid: str) -> Jwk | None:
    listed = keys if isinstance(keys, list) else []
    return next((one for one in listed if isinstance(one, dict) and one.get("kid") == kid), None)


def _verification_key(jwk: Jwk) -> jwt.PyJWK | None:
    kind = str(jwk.get("kty"))
    algorithm = ALGORITHMS.get(kind)
    if algorithm is None or jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        return None
    try:
        # Without the private half, should somebody have entered it.
        key = jwt.PyJWK({"kty": kind} | {name: jwk[name] for name in MEMBERS[kind]}, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        logger.warning("A sign-in key of a site cannot be read.")
        return None
    if kind == "oct" and len(key.key) < SECRET_BYTES:
        return None
    return None if kind == "RSA" and key.key.key_size not in RSA_BITS else key


def _published(url: str, kid: str) -> list[Jwk]:
    """The published keys, from the cache where it has fresh ones with this name. Without a cache, asked for each time."""
    name = cache_name(url)
    try:
        held = cast("_Held | None", cache.get(name))
        is_fresh = held is not None and time.time() - held["at"] < FRESH_SECONDS
        if held is not None and is_fresh and _named(held["keys"], kid):
            return held["keys"]
        if not _may_ask(name):
            return held["keys"] if held is not None else []
        fetched = fetch_keys(url)
        if fetched is not None:
            cache.set(name, _Held(at=time.time(), keys=fetched), HELD_SECONDS)
    except Exception:
        # Whatever a cache client raises when its server is away.
        logger.exception("The cache does not answer; the sign-in keys of a site are fetched each time.")
        fetched = fetch_keys(url)
        held = None
    return fetched if fetched is not None else (held["keys"] if held is not None else [])


def _may_ask(name: str) -> bool:
    """Whether the address may be asked now: once a minute, whatever comes in. Counts this time."""
    return bool(cache.add(f"{name}:asked", 1, ASK_AGAIN_SECONDS))


def _read(response: HTTPResponse) -> bytes:
    """The body, unless it is too large or trickles in. Raises ValueError, TimeoutError."""
    deadline = time.monotonic() + FETCH_SECONDS
    body = b""
    while chunk := response.read1(FETCH_BYTES):
        body += chunk
        if len(body) > FETCH_BYTES:
            raise ValueError("too large")
        if time.monotonic() > deadline:
            raise TimeoutError
    return body
