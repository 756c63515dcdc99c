"""Views of the queue that somebody keeps under a name, for themselves or for everybody on the desk."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from comments.text import clean_line
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.models import SavedView
from moderation.permissions import permissions_of

MOST_VIEWS = 30
NAME_LIMIT = 60
QUERY_LIMIT = 1_000


def save_view(*, site: Site, owner: AbstractBaseUser, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep the view that an address stands for. 3 to 5 queries.

    Raises NotAllowedError, InvalidInputError ("name", "query").
    """
    _require_rights(site, owner, is_shared=is_shared)
    if len(query) > QUERY_LIMIT:
        raise InvalidInputError("query", _("These are too many filters to keep."))
    if SavedView.objects.filter(site=site, owner=owner.pk).count() >= MOST_VIEWS:
        message = _("You keep %(limit)d views already; please delete one first.") % {"limit": MOST_VIEWS}
        raise InvalidInputError("name", message)
    return _store(SavedView(site=site, owner_id=owner.pk, query=query), name=name, is_shared=is_shared)


def change_view(*, view: SavedView, user: AbstractBaseUser, name: str, is_shared: bool) -> SavedView:
    """Give a view another name, share it or take it back. Raises NotAllowedError, InvalidInputError ("name")."""
    _require_owner(view, user)
    _require_rights(view.site, user, is_shared=is_shared)
    return _store(view, name=name, is_shared=is_shared)


def delete_view(*, view: SavedView, user: AbstractBaseUser) -> None:
    """Forget a view. Raises NotAllowedError for who neither owns it nor administers a desk that shares it."""
    is_theirs_to_tidy = view.is_shared and Permission.ADMINISTER in permissions_of(user, view.site)
    if not is_theirs_to_tidy:
        _require_owner(view, user)
    view.delete()


def _require_owner(view: SavedView, user: AbstractBaseUser) -> None:
    if view.owner_id != user.pk:
        raise NotAllowedError(_("This view is somebody else's."))


def _require_rights(site: Site, user: AbstractBaseUser, *, is_shared: bool) -> None:
    permissions = permissions_of(user, site)
    if Permission.READ not in permissions:
        raise NotAllowedError
    if is_shared and Permission.DECIDE not in permissions:
        raise NotAllowedError(_("Views are shared by those who decide; you may keep this one for yourself."))


def _store(view: SavedView, *, name: str, is_shared: bool) -> SavedView:
    view.name, view.is_shared = clean_line(name), is_shared
    if not view.name or len(view.name) > NAME_LIMIT:
        message = _("Please give the view a name of at most %(limit)d characters.") % {"limit": NAME_LIMIT}
        raise InvalidInputError("name", message)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        # The constraints are the rule; asking first would leave a moment for two of the same name.
        raise InvalidInputError("name", _("There is a view of this name already.")) from error
    return view
