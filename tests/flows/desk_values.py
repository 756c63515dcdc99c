"""The things that the model of the desk is about, as plain values; nothing of the application is used here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import NamedTuple

GRACE = datetime.timedelta(seconds=15)
DAY = datetime.timedelta(days=1)
ROWS_ARE_KEPT = datetime.timedelta(days=30)
EDIT_WINDOW = datetime.timedelta(minutes=5)
APPEAL_WINDOW = datetime.timedelta(days=184)
READERS_TO_REQUEUE = 3

MOVES = {
    ("approve", "pending"): "approved",
    ("reject", "pending"): "rejected",
    ("spam", "pending"): "spam",
    ("return", "pending"): "returned",
    ("remove", "approved"): "removed",
    ("restore", "rejected"): "approved",
    ("restore", "spam"): "approved",
    ("restore", "removed"): "approved",
}
ACTIONS = ("approve", "reject", "spam", "return", "remove", "restore")
NEED_CLAUSE = ("reject", "return", "remove")
REFUSED = ("rejected", "spam", "removed")
WHAT_REPORTS_BECOME = {
    "removed": "upheld",
    "rejected": "upheld",
    "spam": "upheld",
    "returned": "upheld",
    "withdrawn": "moot",
    "approved": "dismissed",
}


class Refused(Exception):  # noqa: N818 - what the desk says no to, by the name of its error
    """The desk refuses; the argument is the name of the error."""


class Standing(NamedTuple):
    """Where a comment stands."""

    status: str
    waiting_since: datetime.datetime | None = None
    published_at: datetime.datetime | None = None
    published_revision: int | None = None
    edited_at: datetime.datetime | None = None


class Beside(NamedTuple):
    """What colleagues have to do with a waiting comment. `question` is who asks and who is asked (None: anybody); `opinions`
    are sorted, each with the revision and who gave it.
    """

    deferred_until: datetime.datetime | None = None
    question: tuple[int, int | None] | None = None
    opinions: tuple[tuple[int, int, str], ...] = ()


NOTHING_BESIDE = Beside()


@dataclass(eq=False)
class Step:
    """`ended` is what was beside the comment until this step."""

    came_from: str
    to: str
    revision: int
    by: str
    clause: str
    before: Standing | None
    takes_back: Step | None = None
    is_taken_back: bool = False
    ended: Beside = NOTHING_BESIDE


@dataclass(eq=False)
class Comment:
    """`mailbox` is the author's, None without one; `written` the time of each of its texts."""

    article: int
    posted_at: datetime.datetime
    mailbox: str | None
    is_proved: bool
    standing: Standing
    written: list[datetime.datetime]
    steps: list[Step]
    beside: Beside = NOTHING_BESIDE

    @property
    def revision(self) -> int:
        return len(self.written)

    @property
    def has_waiting_edit(self) -> bool:
        return self.standing.status == "approved" and self.standing.waiting_since is not None

    @property
    def last_that_holds(self) -> Step:
        return [step for step in self.steps if step.takes_back is None and not step.is_taken_back][-1]


@dataclass(eq=False)
class Decision:
    pk: int
    comment: Comment
    action: str
    step: Step
    at: datetime.datetime
    moderator: int
    batch: object = None
    is_undone: bool = False


@dataclass(eq=False)
class Report:
    pk: int
    comment: Comment
    network: str
    mailbox: str | None
    state: str = "open"
    settled_by: Step | None = None


@dataclass(eq=False)
class Appeal:
    pk: int
    decision: Decision
    state: str = "open"
    settled_by: Step | None = None


@dataclass(eq=False)
class Row:
    """Something that has to be mailed. `about` is the decision, report or appeal."""

    kind: str
    about: Decision | Report | Appeal
    due: datetime.datetime
    step: Step | None = None
    done_at: datetime.datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
