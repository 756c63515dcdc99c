"""What the reader's side refuses, each with a whole sentence for people. `api/errors.py` maps them to status codes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from comments.models import Comment, StatusChange


class CommentError(Exception):
    """Base of every refusal. `message` is shown to people, `code` is for programs."""

    code = "refused"
    default_message: str | Promise = _("This is not possible.")

    def __init__(self, message: str | Promise | None = None) -> None:
        super().__init__(message or self.default_message)
        self.message = message or self.default_message


class MailServerError(OSError):
    """The mail server that is to send our mails does not answer or does not let us in; says nothing of any mailbox."""


class InvalidInputError(CommentError):
    """A field cannot be taken as it is. `field` names it."""

    code = "invalid"

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(message)
        self.field = field


class DiscussionClosedError(CommentError):
    """The article takes no new comments, or no changes, at the moment."""

    code = "closed"
    default_message = _("This discussion has ended; new comments are no longer possible.")


class TooManyRequestsError(CommentError):
    """Somebody is faster than the limit. `retry_after` says for how long to wait."""

    code = "too_many"
    default_message = _("That was a little fast. Your text is kept; please send it again in a moment.")

    def __init__(self, retry_after: datetime.timedelta, message: str | Promise | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RestrictedError(CommentError):
    """Somebody may not do this here, for a time or for good. Message: what, until when, why, and where to object.

    `until` is None where it does not end by itself, `page` the address that says more, `reference` names it to programs.
    """

    code = "restricted"

    def __init__(
        self,
        message: str | Promise,
        *,
        until: datetime.datetime | None = None,
        page: str = "",
        reference: str = "",
        kind: str = "",
    ) -> None:
        super().__init__(message)
        self.until = until
        self.page = page
        self.reference = reference
        self.kind = kind


class SignInRefusedError(CommentError):
    """A code or a token that is exchanged for a sign-in is not good. `code` says which of its properties, to programs."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(message)
        self.code = code


class UnknownArticleError(CommentError):
    """No such article, and none can be made from what was said."""

    code = "unknown_article"
    default_message = _("This article is not known here.")


class EditWindowOverError(CommentError):
    """The time for changes has passed, or the comment stands where its author cannot change it."""

    code = "not_editable"
    default_message = _("This comment can no longer be changed.")


class IllegalTransitionError(CommentError):
    """A comment cannot go from where it stands to where somebody wants it."""

    code = "illegal_transition"

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(_("This is not possible for a comment in this status."))
        self.current = current
        self.wanted = wanted


class StaleDecisionError(CommentError):
    """Somebody else was faster, or the author changed the text since it was looked at.

    `comment` is the comment as it stands now, `standing` the change that came first (None when only the text changed).
    """

    code = "stale"
    default_message = _("This comment has changed since you looked at it.")

    def __init__(self, comment: Comment, standing: StatusChange | None) -> None:
        super().__init__()
        self.comment = comment
        self.standing = standing
