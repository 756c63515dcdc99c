"""How the actions of the desk answer: back to the queue, or with why not."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.exceptions import CommentError, StaleDecisionError
from moderation.exceptions import (
    AlreadyAskedError,
    AlreadyVotedError,
    AppealAnsweredError,
    AuthorWasLastError,
    NotAllowedError,
    NothingReportedError,
    NothingToUndoError,
    NotWaitingError,
    NoVoteError,
    OwnDecisionError,
    SeniorNeededError,
)
from moderation.views.desk import Desk, Refusal

_TOO_LATE = (
    NothingToUndoError,
    AuthorWasLastError,
    NothingReportedError,
    AppealAnsweredError,
    AlreadyAskedError,
    AlreadyVotedError,
    NotWaitingError,
    NoVoteError,
)
_NOT_YOURS = (NotAllowedError, OwnDecisionError, SeniorNeededError)


class HttpResponseSeeOther(HttpResponseRedirect):
    """The answer to a POST that was done: look there, with GET."""

    status_code = HTTPStatus.SEE_OTHER


def desk_url(desk: Desk, **chosen: str) -> str:
    """The address of the same view of the queue with another comment."""
    parameters = desk.state | {"cursor": desk.form.value("cursor")} | chosen
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{reverse('moderation:queue')}?{query}"


def refusal_of(error: CommentError, note: str, expected: Status) -> Refusal:
    """Why an action was not done, for the moderator who saw the comment in the status `expected` and typed `note`."""
    if isinstance(error, StaleDecisionError):
        is_new_text = error.comment.status == expected and error.comment.waiting_since is not None
        message = (
            _("The author has changed the text since you looked at it. Please read it once more.")
            if is_new_text
            else _("Somebody was quicker. Your decision was not stored.")
        )
        return Refusal(message, note, is_conflict=True, status=HTTPStatus.CONFLICT)
    if isinstance(error, _TOO_LATE):
        return Refusal(str(error.message), note, is_conflict=True, status=HTTPStatus.CONFLICT)
    if isinstance(error, _NOT_YOURS):
        return Refusal(str(error.message), note, status=HTTPStatus.FORBIDDEN)
    return Refusal(str(error.message), note)
