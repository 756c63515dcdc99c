"""Who asks on the moderators' side, and what they may load: by session with CSRF token, or by a personal API token.

A token reaches one site and what its scopes allow, and never more than its owner may at that moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase

from comments.api.auth import bearer_token, session_user
from comments.api.errors import ApiError, TokenError, not_found
from comments.models import Comment, Site
from moderation.access import get_comment_or_404, get_comments, get_decision_or_404, get_desk_site_or_404
from moderation.enums import Scope
from moderation.models import ApiToken, Decision
from moderation.permissions import desk_sites
from moderation.second_factor import needs_second_factor
from moderation.services.tokens import read_token

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DeskCaller:
    """An account and, when it came with one, the token that narrows what it may do here."""

    user: AbstractBaseUser
    token: ApiToken | None = None

    def require(self, scope: Scope) -> None:
        """Raises ApiError 403 when the token is not made for this."""
        if self.token is not None and scope not in self.token.scopes:
            detail = _("This token is not made for that.")
            raise ApiError(403, "missing_scope", detail, extra={"scope": scope.value})

    def reaches(self, site_id: int) -> bool:
        return self.token is None or self.token.site_id == site_id


class DeskRequest(HttpRequest):
    """A request that went through one of the two below."""

    auth: DeskCaller


class ModeratorToken(HttpBearer):
    """`Authorization: Bearer mt_...`. Anything else in this header is refused."""

    def __call__(self, request: HttpRequest) -> DeskCaller | None:
        """The caller behind the header; None without one. Raises TokenError."""
        token = bearer_token(request)
        return None if token is None else self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> DeskCaller:
        """The caller behind a token. Raises TokenError. 1 to 2 queries."""
        row = read_token(token)
        if row is None:
            raise TokenError
        return DeskCaller(row.user, row)


class ModeratorSession(AuthBase):
    """The session cookie of our own pages; other than reading needs the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> DeskCaller | None:
        user = session_user(request)
        if user is not None and needs_second_factor(request):
            detail = _("The desk asks for a second factor. Open the desk in the browser to add or confirm one.")
            raise ApiError(403, "second_factor_needed", detail)
        return DeskCaller(user) if user is not None else None


MODERATOR = [ModeratorToken(), ModeratorSession()]


def load_site(caller: DeskCaller, slug: str) -> Site:
    """The site of this slug; without one that of the token, or the first of the caller's. 404 for others. 1 query."""
    if not slug and caller.token is not None:
        slug = caller.token.site.slug
    with _one_not_found():
        site = get_desk_site_or_404(caller.user, slug)
    return _require_reach(caller, site, site.pk)


def load_comment(caller: DeskCaller, public_id: str) -> Comment:
    """A comment on a site of the caller's, 404 for others. 1 query."""
    with _one_not_found():
        comment = get_comment_or_404(caller.user, public_id)
    return _require_reach(caller, comment, comment.site_id)


def load_comments(caller: DeskCaller, public_ids: Collection[str]) -> dict[str, Comment]:
    """Those of these comments that are on sites of the caller's, by identifier. 1 query."""
    found = get_comments(caller.user, public_ids)
    return {public_id: comment for public_id, comment in found.items() if caller.reaches(comment.site_id)}


def load_decision(caller: DeskCaller, pk: int) -> Decision:
    """A decision on a site of the caller's, 404 for others. 1 query."""
    with _one_not_found():
        decision = get_decision_or_404(caller.user, pk)
    return _require_reach(caller, decision, decision.comment.site_id)


def require_batch(caller: DeskCaller, batch_id: uuid.UUID) -> None:
    """Raises ApiError 404 unless everything in the batch is on sites of the caller's. 2 queries."""
    in_batch = set(Decision.objects.filter(batch_id=batch_id).values_list("comment__site_id", flat=True).distinct())
    own = {pk for pk in desk_sites(caller.user).values_list("pk", flat=True) if caller.reaches(pk)}
    if not in_batch or not in_batch <= own:
        raise not_found()


@contextmanager
def _one_not_found() -> Iterator[None]:
    try:
        yield
    except Http404:
        raise not_found() from None


def _require_reach(caller: DeskCaller, found: T, site_id: int) -> T:
    if not caller.reaches(site_id):
        raise not_found()
    return found
