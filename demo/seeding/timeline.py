"""What happened to the demo's comments and when: pure planning, nothing is stored here."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from demo.contents import CommentContent, Outcome

# What is done to a comment; the moderators' acts are values of moderation.enums.Action.
Act = Literal["post", "approve", "reject", "spam", "return", "remove", "withdraw"]

_JUDGEMENTS: dict[Outcome, Act] = {
    "approved": "approve",
    "rejected": "reject",
    "spam": "spam",
    "returned": "return",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One act at one moment. `clause` and `note` are those of a moderator's act."""

    at: datetime.datetime
    act: Act
    comment: CommentContent
    clause: str = ""
    note: str = ""


def plan_events(contents: Sequence[CommentContent], now: datetime.datetime) -> list[Event]:
    """Everything that happened, oldest first: each comment is judged 3 to 21 minutes after it was posted, and always
    before the first reply to it."""
    replied_at: dict[str, list[datetime.datetime]] = defaultdict(list)
    for content in contents:
        if content["parent"]:
            replied_at[content["parent"]].append(_posted_at(content, now))
    events = [
        event
        for number, content in enumerate(contents)
        for event in _events_of(number, content, replied_at[content["id"]], now)
    ]
    # Sorting is stable, so what happens at one moment stays in the order of the file.
    return sorted(events, key=lambda event: event.at)


def _events_of(
    number: int, content: CommentContent, replied_at: list[datetime.datetime], now: datetime.datetime
) -> Iterable[Event]:
    posted_at = _posted_at(content, now)
    yield Event(posted_at, "post", content)
    outcome = content["outcome"]
    if outcome == "pending":
        return
    # The next thing that happened; a judgement comes well before it.
    next_at = min([*replied_at, now])
    judged_at = posted_at + min(datetime.timedelta(minutes=3 + number * 7 % 19), (next_at - posted_at) / 2)
    if outcome in _JUDGEMENTS:
        yield Event(judged_at, _JUDGEMENTS[outcome], content, content["clause"] or "", content["note"] or "")
        return
    # Removed, or taken back by its author: replies tell that it was public before.
    was_public = outcome == "removed" or bool(replied_at)
    if was_public:
        yield Event(judged_at, "approve", content)
    gone_at = max([judged_at, *replied_at]) + min(datetime.timedelta(minutes=40), (now - judged_at) / 2)
    if outcome == "removed":
        yield Event(gone_at, "remove", content, content["clause"] or "", content["note"] or "")
    else:
        yield Event(gone_at, "withdraw", content)


def _posted_at(content: CommentContent, now: datetime.datetime) -> datetime.datetime:
    return now - datetime.timedelta(minutes=content["minutes_ago"])
