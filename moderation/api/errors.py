"""Refusals of the moderators' side as answers; to colleagues they say more than to readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from comments.api import errors as reader_errors
from comments.api.errors import ApiError, FieldsError
from comments.exceptions import CommentError, IllegalTransitionError, StaleDecisionError
from moderation.api.presenting import standing_json
from moderation.exceptions import (
    AlreadyVotedError,
    ClauseNeededError,
    NotAllowedError,
    SecondPersonNeededError,
    SeniorNeededError,
)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a service refuses into the answer for a moderator."""
    try:
        yield
    except CommentError as error:
        raise error_of(error) from error


def error_of(refusal: CommentError) -> ApiError:
    """A refusal as the answer it becomes; a stale decision tells who decided what."""
    match refusal:
        case NotAllowedError() | SeniorNeededError():
            return ApiError(403, refusal.code, refusal.message)
        case ClauseNeededError():
            return FieldsError(refusal.code, [("clause", refusal.message)])
        case AlreadyVotedError() | SecondPersonNeededError():
            return ApiError(409, refusal.code, refusal.message)
        case StaleDecisionError():
            return ApiError(409, refusal.code, refusal.message, extra=standing_json(refusal))
        case IllegalTransitionError():
            return ApiError(409, refusal.code, refusal.message, extra={"from_status": refusal.current})
    return reader_errors.error_of(refusal)
