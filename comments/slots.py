"""Places in the reader's pages that another app may fill with HTML, by the setting COMMENTS_SLOTS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from comments.conf import settings

if TYPE_CHECKING:
    from comments.models import Comment

SlotFiller = Callable[..., Any]

# Every slot and the keyword arguments its filler gets.
SLOTS = {
    # The policy in short, at the form. site: Site, language: str.
    "form_policy": ("site", "language"),
    # Why comments stand where they stand, for their author. comments: list[Comment]; answers HTML by primary key.
    "status_outcomes": ("comments",),
    # Lines for the menu of a comment. public_id: str, a marker that is replaced in what comes back; language: str.
    "comment_actions": ("public_id", "language"),
    # What these authors, who are one reader, should know before they write. authors: list[Author] with their sites.
    "reader_notices": ("authors",),
}


@cache
def _load_filler(path: str) -> SlotFiller:
    return cast("SlotFiller", import_string(path))


def fill_slot(name: str, **arguments: object) -> SafeString:
    """The HTML that another app gives for this place; empty when none does."""
    path = settings.slots.get(name)
    return cast("SafeString", _load_filler(path)(**arguments)) if path else SafeString()


def fill_outcomes(comments: Sequence[Comment]) -> Mapping[int, SafeString]:
    """What another app says of why each of these comments stands where it stands, by primary key; those it says nothing
    of are not in it."""
    path = settings.slots.get("status_outcomes")
    return cast("Mapping[int, SafeString]", _load_filler(path)(comments=comments)) if path else {}
