"""How somebody likes to work at the desk: keys, density and mails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from moderation.enums import DigestChoice
from moderation.keys import ALTGR, CLAUSES, COMMANDS, PREFIX, differing, key_map
from moderation.models import DeskPreferences


def preferences_of(user: AbstractBaseUser) -> DeskPreferences:
    """What somebody chose, or how the desk comes. 1 query, none for an account that was read with its `desk_preferences`."""
    kept: DeskPreferences | None = getattr(user, "desk_preferences", None)
    return kept or DeskPreferences(user_id=user.pk)


def save_preferences(
    *,
    user: AbstractBaseUser,
    has_keys: bool,
    is_compact: bool,
    keys: Mapping[str, str],
    digest: DigestChoice = DigestChoice.OFF,
    shows_severe: bool = False,
) -> DeskPreferences:
    """Keep what somebody chose; `keys` holds a key for each command that is to have another than before. 1 query.

    Raises InvalidInputError with the name of the command whose key cannot be had.
    """
    whole = key_map(keys)
    for name, key in whole.items():
        _check_key(name, key)
    _check_doubles(whole)
    chosen = {"has_keys": has_keys, "is_compact": is_compact, "keys": differing(whole), "digest": digest} | {
        "shows_severe": shows_severe
    }
    saved, _is_new = DeskPreferences.objects.update_or_create(user_id=user.pk, defaults=chosen)
    return saved


def _check_key(name: str, key: str) -> None:
    label = COMMANDS[name].label
    *before, last = key.split(" ")
    if len(last) != 1 or last.isspace() or before not in ([], [PREFIX]):
        raise InvalidInputError(name, _("One key is one character. For “%(action)s” it is not.") % {"action": label})
    if last in ALTGR:
        raise InvalidInputError(
            name,
            _("“%(key)s” needs AltGr on a German keyboard, so it cannot be a key for “%(action)s”.")
            % {"key": last, "action": label},
        )
    if not before and last in CLAUSES:
        raise InvalidInputError(name, _("The numbers 1 to 9 stand for the clauses of the policy."))
    if not before and last == PREFIX:
        raise InvalidInputError(name, _("“g” begins the keys that lead to other pages."))


def _check_doubles(whole: Mapping[str, str]) -> None:
    for key, count in Counter(whole.values()).items():
        if count > 1:
            first, second, *_others = (name for name, chosen in whole.items() if chosen == key)
            raise InvalidInputError(
                second,
                _(
                    "“%(key)s” cannot do two things: “%(first)s” and “%(second)s”. Please choose another key for one of them."
                )
                % {"key": key, "first": COMMANDS[first].label, "second": COMMANDS[second].label},
            )
