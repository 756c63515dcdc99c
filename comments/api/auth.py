"""Who asks: a guest, the holder of an author token, or somebody signed in.

A token is believed or refused, never ignored. Cookies of ours count only with a CSRF token, and only where the browser
sent no `Authorization`; so another site's page cannot act for anybody.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.headless.contrib.ninja.security import x_session_token_auth
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from comments.access import AUTHOR_COOKIE_PREFIX, guests_of_cookies, set_author_cookie
from comments.api.errors import ApiError, TokenError
from comments.enums import AuthorKind
from comments.models import Author, Site
from comments.services.identity import SIGN_IN_PREFIX, TOKEN_PREFIX, Identity, read_author_token, read_sign_in_token
from comments.services.sign_in import read_account_token
from comments.throttling import client_network

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class IdentifiedRequest(HttpRequest):
    """A request that went through one of the three below."""

    auth: Identity


def bearer_token(request: HttpRequest) -> str | None:
    """What the Authorization header bears; None without the header. Raises TokenError for any other scheme."""
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return None
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenError
    return token.strip()


class BearerToken(HttpBearer):
    """A guest's token (`ma_...`), one of the publisher's sign-in (`ms_...`), or an account's. Anything else is refused."""

    def __call__(self, request: HttpRequest) -> Identity | None:
        """The identity behind the header; None without one. Raises TokenError. 1 to 2 queries."""
        token = bearer_token(request)
        return None if token is None else self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> Identity:
        """The identity behind a token. Raises TokenError."""
        network = client_network(request)
        if token.startswith((TOKEN_PREFIX, SIGN_IN_PREFIX)):
            author = read_author_token(token) or read_sign_in_token(token)
            if author is None:
                raise TokenError
            return Identity(author=author, network=network)
        # Session keys are of letters and digits; nothing else has to reach the session store.
        if not (token.isascii() and token.isalnum()):
            raise TokenError
        account = read_account_token(token)
        if account is not None:
            return Identity(user=account.user, site_id=account.site_id, network=network)
        user = _account_of_app_client(token)
        if user is None:
            raise TokenError
        return Identity(user=user, network=network)


class AccountSession(AuthBase):
    """The session cookie of somebody signed in on our own pages; other than reading needs the CSRF token.

    What they wrote in this browser before they signed in is theirs still.
    """

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Identity | None:
        """The identity of the session; None without one. Raises ApiError 403. 3 queries, none without the cookie."""
        user = session_user(request)
        if user is None:
            return None
        guests = guests_of_cookies(request)
        return Identity(user=user, guests=guests, network=client_network(request), is_by_cookie=True)


class AuthorCookie(AuthBase):
    """The signed cookies of a guest who wrote on our own pages, one for each site; other than reading needs the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = f"{AUTHOR_COOKIE_PREFIX}{{site}}"

    def __call__(self, request: HttpRequest) -> Identity | None:
        """The identity of the guest; None without a good cookie. Raises ApiError 403. 1 query, none without a cookie."""
        guests = guests_of_cookies(request)
        if not guests:
            return None
        _require_csrf_token(request)
        return Identity(guests=guests, network=client_network(request), is_by_cookie=True)


def as_guest(request: HttpRequest) -> Identity:
    """The identity of somebody who says nothing: the network alone. No query."""
    return Identity(network=client_network(request))


# For operations that are open to everybody, in the order of belief.
READER: list[Callable[[HttpRequest], Identity | None]] = [BearerToken(), AccountSession(), AuthorCookie(), as_guest]
# The same in the OpenAPI document, where an empty requirement means "or nothing".
OPTIONAL_SECURITY: dict[str, list[dict[str, list[str]]]] = {"security": [{}]}


def session_user(request: HttpRequest) -> AbstractBaseUser | None:
    """The account signed in by cookie, None without one. Raises ApiError 403 for a writing request without CSRF token."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    _require_csrf_token(request)
    return request.user


def keep_author(request: HttpRequest, response: HttpResponse, author: Author) -> None:
    """Let the browser of a guest who acts from a page of ours keep who they are, as that page's form would.

    Nobody else gets the cookie: not a program, not another site's page, whose requests have no valid CSRF token.
    """
    if request.headers.get("Authorization") or settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return
    if author.kind == AuthorKind.GUEST and check_csrf(request) is None:
        set_author_cookie(response, author, secure=request.is_secure())


def require_site(identity: Identity, site: Site) -> Identity:
    """The identity as it counts on a site: of several cookies that site's alone. Raises TokenError for another site's token."""
    known = identity.on(site)
    if known.author is not None and known.author.site_id != site.pk:
        raise TokenError
    if known.site_id not in (None, site.pk):
        raise TokenError
    return known


def _require_csrf_token(request: HttpRequest) -> None:
    if request.method not in SAFE_METHODS and check_csrf(request) is not None:
        raise ApiError(403, "csrf", _("The request lacks the CSRF token that goes with your session."))


def _account_of_app_client(token: str) -> AbstractBaseUser | None:
    """The account signed in through allauth's app client: there, the key of its session is the token."""
    carrier = HttpRequest()
    carrier.META["HTTP_X_SESSION_TOKEN"] = token
    user: AbstractBaseUser | None = x_session_token_auth(carrier)
    return user
