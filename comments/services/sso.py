"""A publisher's own sign-in: a JSON Web Token (RFC 7519), signed by the publisher for one reader and good once.

The rules follow RFC 8725, "JSON Web Token Best Current Practices": https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass

import jwt
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comments.conf import settings
from comments.exceptions import InvalidInputError, SignInRefusedError
from comments.models import Site, UsedSsoToken
from comments.services.identity import author_of_subject, make_sign_in_token
from comments.services.sign_in import SignedIn
from comments.services.sso_keys import find_key

TOKEN_LIMIT = 8 * 1024
CLAIM_LIMIT = 255
MOST_SECONDS = 600
LEEWAY_SECONDS = 30
REQUIRED = ["iss", "aud", "exp", "iat", "jti", "sub"]

_MALFORMED = (
    "sso_malformed",
    _("The sign-in token could not be read: it has to be a signed JSON Web Token of at most 8 kB."),
)
_CLAIMS = ("sso_claims", _("The sign-in token needs iss, aud, exp, iat, jti and sub, each of its own type."))
_SIGNATURE = ("sso_signature", _("The signature of the sign-in token does not fit its key."))
# The first that fits. All but the signature are found out about a token that the publisher did sign.
_REFUSALS: tuple[tuple[type[Exception], tuple[str, str | Promise]], ...] = (
    (jwt.ExpiredSignatureError, ("sso_expired", _("The sign-in token has expired."))),
    (
        jwt.ImmatureSignatureError,
        ("sso_too_early", _("The sign-in token is of the future; please compare the clocks.")),
    ),
    (jwt.InvalidAudienceError, ("sso_audience", _("The sign-in token is meant for another server (aud)."))),
    (jwt.InvalidIssuerError, ("sso_issuer", _("The sign-in token is of another publisher (iss)."))),
    (jwt.MissingRequiredClaimError, _CLAIMS),
    (jwt.InvalidSignatureError, _SIGNATURE),
    (jwt.InvalidAlgorithmError, _SIGNATURE),
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a publisher says about a reader; "" where it says nothing."""

    subject: str
    token_id: str
    expires_at: datetime.datetime
    name: str
    email: str
    is_email_verified: bool


def exchange_sso_token(*, site: Site, token: str) -> SignedIn:
    """The bearer token for a reader whom the publisher signed in: good for 12 hours on this site. 4 to 6 queries.

    Raises SignInRefusedError with the code of what is wrong. Of parallel requests with one token, one is served. Roles
    and badges are never taken from a token.
    """
    claims = read_sso_token(site=site, token=token)
    try:
        with transaction.atomic():
            _use(site, claims)
            author = author_of_subject(
                site=site,
                subject=claims.subject,
                name=claims.name,
                email=claims.email,
                is_email_verified=claims.is_email_verified,
            )
    except InvalidInputError as error:
        raise SignInRefusedError(f"sso_{error.field}", error.message) from error
    return SignedIn(token=make_sign_in_token(author), name=author.name)


def read_sso_token(*, site: Site, token: str) -> Claims:
    """What a token says, after everything but its first use was checked. Raises SignInRefusedError. No query.

    The key is found by the token's `kid`, the algorithm by the key: what the token says about it has to be the same.
    """
    if not site.sso_issuer:
        raise SignInRefusedError("sso_off", _("This publication has no sign-in of its own here."))
    if len(token) > TOKEN_LIMIT or not token.isascii():
        raise SignInRefusedError(*_MALFORMED)
    key = find_key(site, _key_name(token))
    if key is None:
        raise SignInRefusedError(
            "sso_key", _("None of the publication's keys has the name in the sign-in token (kid).")
        )
    try:
        payload = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=settings.base_url,
            issuer=site.sso_issuer,
            leeway=LEEWAY_SECONDS,
            # One audience, not a list: a token for several servers could be replayed by each of them.
            options={"require": REQUIRED, "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _refusal(error) from error
    return _claims(payload)


def _key_name(token: str) -> str:
    """The token's `kid`. Raises SignInRefusedError."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise SignInRefusedError(*_MALFORMED) from error
    kid = header.get("kid")
    # Extensions that have to be understood (`crit`) are not.
    if not isinstance(kid, str) or "crit" in header:
        raise SignInRefusedError(*_MALFORMED)
    return kid


def _refusal(error: Exception) -> SignInRefusedError:
    return SignInRefusedError(*next((said for kind, said in _REFUSALS if isinstance(error, kind)), _MALFORMED))


def _claims(payload: dict[str, object]) -> Claims:
    issued, expires = payload["iat"], payload["exp"]
    # The decoder would take "12", 12.5 and true for numbers, too.
    if type(issued) is not int or type(expires) is not int:
        raise SignInRefusedError(*_CLAIMS)
    if expires - issued > MOST_SECONDS:
        raise SignInRefusedError("sso_too_long", _("The sign-in token is good for more than 10 minutes."))
    texts = {name: payload.get(name, "") for name in ("sub", "jti", "name", "email")}
    if not all(map(_is_text, texts.values())) or not texts["sub"] or not texts["jti"]:
        raise SignInRefusedError(*_CLAIMS)
    return Claims(
        subject=str(texts["sub"]),
        token_id=str(texts["jti"]),
        expires_at=datetime.datetime.fromtimestamp(expires + LEEWAY_SECONDS, tz=datetime.UTC),
        name=str(texts["name"]),
        email=str(texts["email"]),
        is_email_verified=payload.get("email_verified") is True,
    )


def _is_text(value: object) -> bool:
    """Whether a claim is text that every database takes: no NUL, no half of a surrogate pair, not too long."""
    if not isinstance(value, str) or len(value) > CLAIM_LIMIT or "\x00" in value:
        return False
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _use(site: Site, claims: Claims) -> None:
    """Note that a token was used. Raises SignInRefusedError for one that was. 1 query, in the caller's transaction."""
    digest = hashlib.sha256(json.dumps([site.pk, claims.token_id]).encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedSsoToken.objects.create(digest=digest, expires_at=claims.expires_at)
    except IntegrityError as error:
        raise SignInRefusedError("sso_used", _("The sign-in token was used before; each is good once.")) from error
