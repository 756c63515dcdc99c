"""Which other origins may write: those registered for the site. Public answers are readable by all and not asked here.

Cookies never cross origins (CORS_ALLOW_CREDENTIALS stays off), so a page elsewhere acts with the token it holds or not at
all. This list keeps other people's pages from embedding a site's discussion as if it were theirs.
"""

from __future__ import annotations

import re

from corsheaders.signals import check_request_enabled
from django.dispatch import receiver
from django.http import HttpRequest

from comments.models import Site
from comments.origins import canonical_origin

_OF_SITE = re.compile(
    r"/api/v1/sites/([-a-zA-Z0-9_]{1,50})/(?:articles/[^/]+/comments|sign-in/(?:code|sso))"
    r"|/embed/v1/([-a-zA-Z0-9_]{1,50})/[^/]+/reader"
)
_PUBLIC = re.compile(
    r"/api/v1/(?:sites/[^/]+/(?:articles/[^/]+/comments|comments/latest|articles/most-discussed)|counts)"
)
_OF_ANY_SITE = re.compile(
    r"/api/v1/(?:comments/[^/]+(?:/(?:votes|mutes|reports))?|me/comments|sign-in|preview|subscriptions)"
)


@receiver(check_request_enabled, dispatch_uid="marginalia.cors")
def is_registered_origin(sender: object, request: HttpRequest, **_kwargs: object) -> bool:
    """Whether the page that sends this request may read the answer. 1 query for a page of another origin, else none.

    Without a site in the address every registered origin is as good as another: the token decides what it may do.
    """
    del sender
    origin = request.headers.get("Origin", "")
    if not origin or canonical_origin(origin) != origin:
        return False
    of_site = _OF_SITE.fullmatch(request.path_info)
    if of_site is not None:
        return _method(request) == "POST" and origin in _registered(of_site[1] or of_site[2])
    return _OF_ANY_SITE.fullmatch(request.path_info) is not None and origin in _registered()


def is_public_reading(request: HttpRequest) -> bool:
    """Whether the request reads what is the same for everybody, so that its problems are no secret either. No query."""
    return request.method in {"GET", "HEAD"} and _PUBLIC.fullmatch(request.path_info) is not None


def _method(request: HttpRequest) -> str | None:
    """The method of the request, or of the one that a preflight asks about."""
    if request.method == "OPTIONS":
        return request.headers.get("Access-Control-Request-Method")
    return request.method


def _registered(slug: str = "") -> set[str]:
    """The origins of a site; of all without one. 1 query."""
    sites = Site.objects.filter(slug=slug) if slug else Site.objects.all()
    return {origin for origins in sites.values_list("origins", flat=True) for origin in origins}
