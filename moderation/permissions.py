"""What somebody may do on whose desk."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from comments.models import Site
from moderation.enums import Role
from moderation.models import Membership

DECIDING_ROLES = (Role.MODERATOR, Role.SENIOR, Role.ADMINISTRATOR)

User = AbstractBaseUser | AnonymousUser


def desk_sites(user: User) -> QuerySet[Site]:
    """Sites whose queue this user may see; none for readers. 1 query when evaluated."""
    if user.pk is None:
        return Site.objects.none()
    return Site.objects.filter(memberships__user=user.pk).order_by("slug")


def may_decide(user: User, site: Site) -> bool:
    """Whether this user may judge comments of the site. 1 query."""
    return Membership.objects.filter(user=user.pk, site=site, role__in=DECIDING_ROLES).exists()
