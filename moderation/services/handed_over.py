"""Articles that a publisher's server hands over with a token of somebody on the desk."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from comments.models import Article, Site
from comments.services.handed_over import HandedOver, hand_over_article
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.permissions import may


def hand_over(*, site: Site, said: HandedOver, user: AbstractBaseUser) -> Article:
    """The article as it stands then. What it says counts as the publisher's own word, so only administrators of the site may
    say it. 3 queries when nothing changed. Raises NotAllowedError, InvalidInputError."""
    if not may(user, site, Permission.ADMINISTER):
        raise NotAllowedError(_("Your role on this site does not allow this."))
    return hand_over_article(site=site, said=said)
