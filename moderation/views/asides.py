"""The line about a comment that one has just left without deciding it: put aside, or judged as the first of two."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from comments.models import Comment
from moderation.queue import QueueItem
from moderation.queue.colleagues import read_colleagues

SESSION_KEY = "moderation_aside"


@dataclass(frozen=True, slots=True)
class Aside:
    """A comment that waits elsewhere: aside until a moment, or for the judgement of somebody else."""

    item: QueueItem
    has_voted: bool
    is_disputed: bool


def leave_aside(request: HttpRequest, comment: Comment) -> None:
    """Have the next page of the desk say what became of a comment, and how to come back to it."""
    request.session[SESSION_KEY] = comment.public_id


def take_aside(request: HttpRequest) -> str:
    """The public identifier of the comment to speak of, this once; empty when there is none. No query without one."""
    public_id: str = request.session.pop(SESSION_KEY, "") if SESSION_KEY in request.session else ""
    return public_id


def read_aside(item: QueueItem, user: AbstractBaseUser) -> Aside | None:
    """What there is to say of a comment that this user left; None when they did not. 0 to 2 queries."""
    if item.deferral is not None:
        return Aside(item, has_voted=False, is_disputed=False)
    found = read_colleagues([(item.pk, item.revision)], user.pk, settles=False)[item.pk]
    return Aside(item, has_voted=True, is_disputed=found.is_disputed) if found.has_voted else None
