"""Signing in from a page elsewhere: the one-time code of the sign-in window, and the token it is exchanged for."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from comments.conf import settings
from comments.exceptions import SignInRefusedError
from comments.models import Author, SignInCode, Site, UsedSsoToken
from comments.origins import canonical_origin
from comments.services.identity import full_name

CODE_LIFETIME = datetime.timedelta(seconds=60)
CODE_BYTES = 32
_USER, _PROOF, _SITE = "marginalia_user", "marginalia_proof", "marginalia_site"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a page elsewhere gets: the bearer token of later calls, and the name somebody goes by ("" when unknown)."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountToken:
    """The account behind a token, and the only site on which it is good."""

    user: AbstractBaseUser
    site_id: int


def may_receive_code(site: Site, origin: str) -> bool:
    """Whether pages of this origin may sign readers in: those registered for the site, and our own. No query.

    The origin has to be written as browsers write it, since they compare it with the window's opener by its letters.
    """
    own = canonical_origin(settings.base_url)
    return canonical_origin(origin) == origin and origin in {*site.origins, own}


def issue_code(*, site: Site, user: AbstractBaseUser, origin: str) -> str:
    """A code of 256 random bits for the page that opened the sign-in window. 1 query.

    Good once, for a minute, for this site, and sent by a page of this origin; we keep its digest alone. The caller asks
    `may_receive_code` before.
    """
    code = secrets.token_urlsafe(CODE_BYTES)
    expires_at = timezone.now() + CODE_LIFETIME
    SignInCode.objects.create(digest=_digest(code), site=site, user_id=user.pk, origin=origin, expires_at=expires_at)
    return code


def redeem_code(*, site: Site, code: str, origin: str) -> SignedIn:
    """The token of the account that a code stands for. 5 queries; 1 for a code that is not good.

    Raises SignInRefusedError, the same whatever is wrong. Of parallel requests with one code, one is served.
    """
    now = timezone.now()
    usable = SignInCode.objects.usable(now).filter(digest=_digest(code), site=site, origin=origin)
    found = usable.select_related("user").first()
    if found is None or not found.user.is_active or not usable.update(used_at=now):
        raise SignInRefusedError(
            "sign_in_code", _("This sign-in has taken too long, or was finished already. Please sign in once more.")
        )
    author = Author.objects.filter(site=site, user_id=found.user_id).first()
    name = author.name if author is not None else ""
    return SignedIn(token=_open_session(site, found.user), name=name or full_name(found.user))


def read_account_token(token: str) -> AccountToken | None:
    """The account behind a token of `redeem_code`; None for any other, and after its end. 1 to 2 queries.

    It ends with its session (SESSION_COOKIE_AGE after the sign-in), with `end_session`, with a new password, and when
    the account is closed.
    """
    session = _session(token)
    if _USER not in session:
        return None
    user = get_user_model().objects.filter(pk=session[_USER], is_active=True).first()
    if user is None or not _is_proof(user, str(session[_PROOF])):
        return None
    return AccountToken(user=user, site_id=session[_SITE])


def end_session(token: str) -> None:
    """Make the token of an account good for nothing. 1 query."""
    _session(token).delete()


def purge_sign_ins() -> int:
    """Delete codes and publishers' tokens that are past their time; returns how many. Sessions past theirs go, too."""
    _sessions().clear_expired()
    now = timezone.now()
    codes, _by_model = SignInCode.objects.filter(expires_at__lte=now).delete()
    tokens, _by_model = UsedSsoToken.objects.filter(expires_at__lte=now).delete()
    return codes + tokens


def _open_session(site: Site, user: AbstractBaseUser) -> str:
    """The key of a new session that says who somebody is under names of its own, not Django's.

    A page elsewhere holds that key. Were it an ordinary session, its publisher could send it as a cookie, and be the
    reader everywhere: in the account's settings, or at the moderators' desk.
    """
    session = _session()
    session[_USER], session[_PROOF], session[_SITE] = user.pk, user.get_session_auth_hash(), site.pk
    session.create()
    return str(session.session_key)


def _session(key: str | None = None) -> SessionBase:
    return _sessions()(key)


def _sessions() -> type[SessionBase]:
    return cast("type[SessionBase]", import_module(django_settings.SESSION_ENGINE).SessionStore)


def _is_proof(user: AbstractBaseUser, proof: str) -> bool:
    """Whether the session was opened under the password of today, by today's secret key or a former one still in use."""
    accepted = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(proof, one) for one in accepted)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
