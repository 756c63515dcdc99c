"""Personal tokens for the moderation API: made once, shown once, kept as a hash."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import Site
from moderation.enums import Permission, Scope
from moderation.exceptions import NotAllowedError
from moderation.models import ApiToken
from moderation.permissions import may, permissions_of

TOKEN_PREFIX = "mt_"  # noqa: S105 - a public prefix, not a secret
RANDOM_BYTES = 32
USE_NOTED_EVERY = datetime.timedelta(minutes=1)
_NEEDED = {
    Scope.READ: Permission.READ,
    Scope.MODERATE: Permission.DECIDE,
    Scope.ARTICLES: Permission.ADMINISTER,
}


def issue_token(*, user: AbstractBaseUser, site: Site, scopes: Collection[Scope]) -> str:
    """A new token for one site, which nobody can be shown again. 2 queries.

    Raises NotAllowedError for somebody who is not on the site's desk, or asks for more than they may do there.
    """
    permissions = permissions_of(user, site)
    if Permission.READ not in permissions or not set(scopes) <= set(possible_scopes(permissions)):
        raise NotAllowedError
    token = TOKEN_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    ApiToken.objects.create(site=site, user_id=user.pk, token_hash=_hash(token), scopes=sorted(set(scopes)))
    return token


def revoke_token(*, token: ApiToken, user: AbstractBaseUser) -> ApiToken:
    """End a token: one's own, or as an administrator of its site. Once ended it stays ended. 1 to 2 queries.

    Raises NotAllowedError.
    """
    if token.user_id != user.pk and not may(user, token.site, Permission.ADMINISTER):
        raise NotAllowedError(_("This token belongs to somebody else."))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def possible_scopes(permissions: Collection[Permission]) -> tuple[Scope, ...]:
    """What a token of somebody with these permissions can be used for."""
    return tuple(scope for scope, needed in _NEEDED.items() if needed in permissions)


def read_token(token: str) -> ApiToken | None:
    """The token's row with account and site; None for an unknown or revoked one, or an account that was shut. 1 query,
    and one more at most once a minute to note the use.

    Found by its hash: how long that takes tells about hashes, which nobody can choose, and nothing about tokens.
    """
    if not token.startswith(TOKEN_PREFIX):
        return None
    found = ApiToken.objects.filter(token_hash=_hash(token), revoked_at__isnull=True).select_related("user", "site")
    row = found.first()
    if row is None or not row.user.is_active:
        return None
    _note_use(row)
    return row


def _note_use(row: ApiToken) -> None:
    now = timezone.now()
    due = now - USE_NOTED_EVERY
    if row.last_used_at is not None and row.last_used_at > due:
        return
    # Of many requests at once, one writes.
    stale = ApiToken.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lte=due), pk=row.pk)
    stale.update(last_used_at=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
