"""What a bulk decision would make of each comment, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comments.enums import Status
from moderation.enums import Action
from moderation.queue import QueueItem
from moderation.services.decisions import CLAUSE_NEEDED, EDIT_ACTIONS, TARGETS

# How a ticked comment is sent: as it was seen.
ITEM = re.compile(r"\A([0-9a-z]{12})\.([a-z_]{1,16})\.([0-9]{1,5})\Z")


@dataclass(frozen=True, slots=True)
class Seen:
    """A comment as it stood when a moderator ticked it."""

    public_id: str
    status: Status
    revision: int


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """An action, and how many of the comments can take it."""

    action: Action
    possible: int
    is_by_clause: bool

    @property
    def label(self) -> str:
        return str(self.action.label)


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A comment of the preview: what the chosen action makes of it, or why it makes nothing."""

    item: QueueItem
    is_ticked: bool
    effect: str = ""
    obstacle: str = ""

    @property
    def seen(self) -> str:
        return f"{self.item.public_id}.{self.item.status.value}.{self.item.revision}"


def read_seen(values: Iterable[str]) -> list[Seen]:
    """The ticked comments of a form, each once; what cannot be read is left out."""
    found = (ITEM.match(value) for value in values)
    seen = (Seen(one[1], Status(one[2]), int(one[3])) for one in found if one and one[2] in Status.values)
    return list({one.public_id: one for one in seen}.values())


def can_take(item: QueueItem, action: Action) -> bool:
    """Whether the action is one for the comment as it stands; an open appeal is answered on its own."""
    if item.appeal is not None:
        return False
    return item.status in TARGETS[action] or (item.has_waiting_edit and action in EDIT_ACTIONS)


def choices_of(items: Collection[QueueItem]) -> list[BulkChoice]:
    """Every action that at least one comment can take."""
    counts = [(action, sum(can_take(item, action) for item in items)) for action in Action]
    return [BulkChoice(action, count, action in CLAUSE_NEEDED) for action, count in counts if count]


def rows_of(items: Iterable[QueueItem], action: Action | None, ticked: Collection[str] | None) -> list[BulkRow]:
    """One row for each comment; all that can take the action are ticked unless `ticked` names some."""
    return [_row(item, action, ticked) for item in items]


def _row(item: QueueItem, action: Action | None, ticked: Collection[str] | None) -> BulkRow:
    is_ticked = ticked is None or item.public_id in ticked
    if action is None:
        return BulkRow(item, is_ticked)
    if not can_take(item, action):
        return BulkRow(item, is_ticked=False, obstacle=obstacle_of(item))
    return BulkRow(item, is_ticked, effect=effect_of(item, action))


def effect_of(item: QueueItem, action: Action) -> str:
    """What the action makes of a comment that can take it."""
    if item.has_waiting_edit and action in EDIT_ACTIONS:
        return (
            _("The new text replaces the published one.")
            if action == Action.APPROVE
            else _("The published text stays, the new one is dropped.")
        )
    return {
        Status.APPROVED: _("Everybody can read it."),
        Status.REJECTED: _("It is not published."),
        Status.SPAM: _("It goes to spam; its author is not written to."),
        Status.RETURNED: _("It goes back to its author for revision."),
        Status.REMOVED: _("It disappears from the discussion."),
    }[TARGETS[action][item.status]]


def obstacle_of(item: QueueItem) -> str:
    """Why an action is none for the comment as it stands."""
    if item.appeal is not None:
        return _("Its author appeals; an appeal is answered on its own.")
    return {
        Status.PENDING: _("It still waits for its first decision."),
        Status.APPROVED: _("It is published already."),
        Status.REJECTED: _("It was not published."),
        Status.SPAM: _("It is in spam."),
        Status.RETURNED: _("It was returned; its author has the next word."),
        Status.REMOVED: _("It was removed."),
        Status.WITHDRAWN: _("Its author has withdrawn it."),
        Status.AWAITING_EMAIL: _("Its author has not confirmed the address yet."),
    }[item.status]
