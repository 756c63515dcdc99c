"""Whether somebody at the desk has shown more than one thing that proves who they are."""

from __future__ import annotations

from typing import cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from moderation.conf import settings


def needs_second_factor(request: HttpRequest) -> bool:
    """Whether the desk asks for a second factor that this session has not shown. No query besides the session's.

    What the account has does not count, but what this session was opened or confirmed with: a session from before the
    factor was added is as weak as it was.
    """
    if not settings.require_two_factors:
        return False
    records = get_authentication_records(request, cast("AbstractBaseUser", request.user))
    return not any(record.get("method") == "mfa" for record in records)


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Whether the account has an app or a passkey to confirm with. 1 query."""
    return bool(is_mfa_enabled(user))
