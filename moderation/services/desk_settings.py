"""How the desk of a site works."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from comments.models import Site
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.models import DeskSettings
from moderation.permissions import may


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """All that the settings of a desk say."""

    is_blind: bool
    trust_after: int
    trust_days: int
    publishes_trusted: bool
    promised_minutes: int


def read_desk_settings(site: Site) -> DeskSettings:
    """The settings of a site, those of a site without any where nobody has chosen yet. 1 query."""
    return DeskSettings.objects.filter(site=site).first() or DeskSettings(site=site)


def change_desk_settings(*, site: Site, moderator: AbstractBaseUser, choice: DeskChoice) -> DeskSettings:
    """Store how the desk works from now on. 4 queries. Raises NotAllowedError."""
    if not may(moderator, site, Permission.ADMINISTER):
        raise NotAllowedError
    values = {
        "is_blind": choice.is_blind,
        "trust_after": choice.trust_after,
        "trust_days": choice.trust_days,
        "publishes_trusted": choice.publishes_trusted,
    }
    with transaction.atomic():
        stored, _created = DeskSettings.objects.update_or_create(site=site, defaults=values)
        site.promised_minutes = choice.promised_minutes
        site.save(update_fields=["promised_minutes"])
    return stored
