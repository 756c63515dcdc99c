"""Who is on a desk, and as what. Every change is kept; a desk never loses its last administrator."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.enums import Permission, Role
from moderation.exceptions import AlreadyMemberError, LastAdministratorError, NotAllowedError
from moderation.models import ApiToken, Membership, MembershipChange
from moderation.permissions import may


def add_member(*, site: Site, email: str, role: Role, administrator: AbstractBaseUser) -> Membership:
    """Give the account with this address a place on the desk. 4 queries.

    Raises NotAllowedError, InvalidInputError ("email"), AlreadyMemberError.
    """
    _require_administrator(administrator, site)
    user = _find_account(email)
    try:
        with transaction.atomic():
            member = Membership.objects.create(site=site, user_id=user.pk, role=role)
            log_change(member, from_role="", to_role=role, changed_by=administrator)
    except IntegrityError as error:
        raise AlreadyMemberError from error
    return member


def change_role(*, member: Membership, role: Role, administrator: AbstractBaseUser) -> Membership:
    """Give a member another role. 4 queries, none but the first for the role they have.

    Raises NotAllowedError, LastAdministratorError.
    """
    _require_administrator(administrator, member.site)
    if member.role == role:
        return member
    with transaction.atomic():
        _require_another_administrator(member)
        before = member.role
        member.role = role
        member.save(update_fields=["role"])
        log_change(member, from_role=before, to_role=role, changed_by=administrator)
    return member


def remove_member(*, member: Membership, administrator: AbstractBaseUser) -> None:
    """Take somebody from the desk; their tokens for it end with that. About 6 queries.

    Raises NotAllowedError, LastAdministratorError.
    """
    _require_administrator(administrator, member.site)
    with transaction.atomic():
        _require_another_administrator(member)
        ApiToken.objects.filter(site=member.site_id, user=member.user_id).delete()
        log_change(member, from_role=member.role, to_role="", changed_by=administrator)
        member.delete()


def log_change(member: Membership, *, from_role: str, to_role: str, changed_by: AbstractBaseUser) -> None:
    """Keep that a membership changed, and by whom. 1 query."""
    MembershipChange.objects.create(
        site_id=member.site_id,
        user_id=member.user_id,
        from_role=from_role,
        to_role=to_role,
        changed_by_id=changed_by.pk,
    )


def _require_administrator(user: AbstractBaseUser, site: Site) -> None:
    if not may(user, site, Permission.ADMINISTER):
        raise NotAllowedError(_("Members of the desk are changed by its administrators."))


def _require_another_administrator(member: Membership) -> None:
    """Locks the administrators of the desk, so that two of them cannot remove each other in the same moment."""
    administrators = Membership.objects.filter(site=member.site_id, role=Role.ADMINISTRATOR).order_by("pk")
    held = list(administrators.select_for_update().values_list("pk", flat=True))
    if held == [member.pk]:
        raise LastAdministratorError


def _find_account(email: str) -> AbstractBaseUser:
    found: list[AbstractBaseUser] = list(
        get_user_model().objects.filter(email__iexact=email.strip(), is_active=True)[:2]
    )
    if not found:
        sentence = _("No account has this address. Please ask the person to sign up first.")
        raise InvalidInputError("email", sentence)
    if len(found) > 1:
        raise InvalidInputError("email", _("More than one account has this address. Please use another one."))
    return found[0]
