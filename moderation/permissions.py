"""What somebody may do on whose desk."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from comments.models import Site
from moderation.enums import Permission, Role
from moderation.models import Membership
from moderation.prepared import Prepared, given_number

_READING = frozenset({Permission.READ})
_MODERATING = _READING | {Permission.DECIDE, Permission.RESTRICT, Permission.MANAGE_ARTICLES}
_LEADING = _MODERATING | {
    Permission.AUDIT,
    Permission.ANSWER_APPEALS,
    Permission.BAN,
    Permission.REARRANGE_ARTICLES,
    Permission.TEACH,
}

# What each role may do.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AUDITOR: _READING | {Permission.AUDIT},
    Role.MODERATOR: _MODERATING,
    Role.SENIOR: _LEADING,
    Role.POLICY_EDITOR: _READING | {Permission.EDIT_POLICY},
    Role.ADMINISTRATOR: frozenset(Permission),
}

User = AbstractBaseUser | AnonymousUser


def desk_sites(user: User) -> QuerySet[Site]:
    """Sites whose queue this user may see; none for readers. 1 query when evaluated."""
    if user.pk is None:
        return Site.objects.none()
    return Site.objects.filter(memberships__user=user.pk).order_by("slug")


def desk_memberships(user: User) -> list[Membership]:
    """What the user is on each of their `desk_sites`, with the site and how they like to work. 1 query."""
    return _memberships().run(user=user.pk)


@cache
def _memberships() -> Prepared[Membership]:
    found = Membership.objects.filter(user=given_number("user")).select_related("site", "user__desk_preferences")
    return Prepared(found.order_by("site__slug"))


def may(user: User, site: Site, permission: Permission) -> bool:
    """Whether this user may do this on the site. 1 query."""
    return permission in permissions_of(user, site)


def permissions_of(user: User, site: Site) -> frozenset[Permission]:
    """All that this user may do on the site; nothing for who is not on its desk. 1 query."""
    role = Membership.objects.filter(user=user.pk, site=site).values_list("role", flat=True).first()
    return PERMISSIONS[Role(role)] if role else frozenset()


def roles_with(permission: Permission) -> list[Role]:
    """The roles that allow this."""
    return [role for role, allowed in PERMISSIONS.items() if permission in allowed]


def sites_allowing(user: User, permission: Permission) -> list[int]:
    """The primary keys of the sites on which this user may do this. 1 query."""
    found = Membership.objects.filter(user=user.pk, role__in=roles_with(permission))
    return list(found.values_list("site", flat=True))


def may_decide(user: User, site: Site) -> bool:
    """Whether this user may judge comments of the site. 1 query."""
    return may(user, site, Permission.DECIDE)
