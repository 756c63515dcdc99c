"""Signing in from a page elsewhere, and out: what readers prove is exchanged for a bearer token."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from comments.access import get_site_or_404
from comments.api.auth import BearerToken, IdentifiedRequest, bearer_token
from comments.api.schemas import Problem, Prose, SiteSlug
from comments.services.sign_in import SignedIn, end_session, redeem_code
from comments.services.sso import exchange_sso_token

router = Router(tags=["Sign-in"])
REFUSALS = (400, 401, 404, 413, 415, 422)


class SignInCodeIn(Schema):
    code: Prose = Field(max_length=200, description="As the sign-in window has sent it to the page that opened it.")


class SsoTokenIn(Schema):
    token: Prose = Field(description="A JSON Web Token, signed by the publisher for this reader.")


class SignedInOut(Schema):
    """A bearer token for the header `Authorization` of later calls, good on this site, and the reader's name or ""."""

    token: str
    name: str


@router.post(
    "/sites/{site}/sign-in/code",
    response={200: SignedInOut, REFUSALS: Problem},
    summary="Sign in by the code of the sign-in window",
)
def post_sign_in_code(request: HttpRequest, site: SiteSlug, payload: SignInCodeIn) -> SignedIn:
    """Exchange the one-time code within a minute, from a page of the origin that it was made for."""
    origin = request.headers.get("Origin", "")
    return redeem_code(site=get_site_or_404(site), code=payload.code, origin=origin)


@router.post(
    "/sites/{site}/sign-in/sso",
    response={200: SignedInOut, REFUSALS: Problem},
    summary="Sign in by a token of the publisher",
)
def post_sign_in_sso(request: HttpRequest, site: SiteSlug, payload: SsoTokenIn) -> SignedIn:
    """Exchange a token that the publisher signed for this reader; each of them once. What it must hold is described in
    "Sign your own readers in"."""
    del request
    return exchange_sso_token(site=get_site_or_404(site), token=payload.token)


@router.delete(
    "/sign-in",
    auth=BearerToken(),
    response={204: None, 401: Problem},
    summary="Sign out",
)
def delete_sign_in(request: IdentifiedRequest) -> Status[None]:
    """End the session behind an account's token. Other tokens are only forgotten by who holds them."""
    token = bearer_token(request)
    if request.auth.user is not None and token is not None:
        end_session(token)
    return Status(204, None)
