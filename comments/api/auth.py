"""Who asks: a guest, the holder of an author token, or somebody signed in.

A token is believed or refused, never ignored. Cookies of ours count only with a CSRF token, and only where the browser
sent no `Authorization`; so another site's page cannot act for anybody.
"""

from __future__ import annotations

from allauth.headless.contrib.ninja.security import x_session_token_auth
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from comments.api.errors import ApiError, TokenError
from comments.models import Site
from comments.services.identity import TOKEN_PREFIX, Identity, read_author_token
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
    """An author token (`ma_...`), or the session token of an account's app client. Anything else is refused."""

    def __call__(self, request: HttpRequest) -> Identity | None:
        """The identity behind the header; None without one. Raises TokenError. 1 to 2 queries."""
        token = bearer_token(request)
        return None if token is None else self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> Identity:
        """The identity behind a token. Raises TokenError."""
        if token.startswith(TOKEN_PREFIX):
            author = read_author_token(token)
            if author is None:
                raise TokenError
            return Identity(author=author, network=client_network(request))
        user = _account_of_token(token)
        if user is None:
            raise TokenError
        return Identity(user=user, network=client_network(request))


class AccountSession(AuthBase):
    """The session cookie of somebody signed in on our own pages; other than reading needs the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Identity | None:
        """The identity of the session; None without one. Raises ApiError 403. 2 queries, none without the cookie."""
        user = session_user(request)
        return Identity(user=user, network=client_network(request)) if user is not None else None


def as_guest(request: HttpRequest) -> Identity:
    """The identity of somebody who says nothing: the network alone. No query."""
    return Identity(network=client_network(request))


# For operations that are open to everybody, in the order of belief.
READER = [BearerToken(), AccountSession(), as_guest]
# The same in the OpenAPI document, where an empty requirement means "or nothing".
OPTIONAL_SECURITY: dict[str, list[dict[str, list[str]]]] = {"security": [{}]}


def session_user(request: HttpRequest) -> AbstractBaseUser | None:
    """The account signed in by cookie, None without one. Raises ApiError 403 for a writing request without CSRF token."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    if request.method not in SAFE_METHODS and check_csrf(request) is not None:
        raise ApiError(403, "csrf", _("The request lacks the CSRF token that goes with your session."))
    return request.user


def require_site(identity: Identity, site: Site) -> None:
    """An author token is good on its own site only. Raises TokenError."""
    if identity.author is not None and identity.author.site_id != site.pk:
        raise TokenError


def _account_of_token(token: str) -> AbstractBaseUser | None:
    """The account signed in through allauth's app client: there, the key of its session is the token."""
    if not (token.isascii() and token.isalnum()):
        return None
    carrier = HttpRequest()
    carrier.META["HTTP_X_SESSION_TOKEN"] = token
    user: AbstractBaseUser | None = x_session_token_auth(carrier)
    return user
