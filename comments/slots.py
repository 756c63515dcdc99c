"""Places in the reader's pages that another app may fill with HTML, by the setting COMMENTS_SLOTS."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from comments.conf import settings

SlotFiller = Callable[..., SafeString]

# Every slot and the keyword arguments its filler gets.
SLOTS = {
    # The policy in short, at the form. site: Site, language: str.
    "form_policy": ("site", "language"),
    # Why a comment stands where it stands, for its author. comment: Comment.
    "status_outcome": ("comment",),
}


@cache
def _load_filler(path: str) -> SlotFiller:
    return cast("SlotFiller", import_string(path))


def fill_slot(name: str, **arguments: object) -> SafeString:
    """The HTML that another app gives for this place; empty when none does."""
    path = settings.slots.get(name)
    return _load_filler(path)(**arguments) if path else SafeString()
