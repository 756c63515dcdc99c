"""What the moderators' side refuses, each with a whole sentence for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from comments.exceptions import CommentError


class ModerationError(CommentError):
    """Base of the refusals of this app."""


class NotAllowedError(ModerationError):
    """The moderator may look but not decide here."""

    code = "not_allowed"
    default_message = _("Your role on this site does not allow decisions.")


class ClauseNeededError(ModerationError):
    """A comment is restricted only by a clause of the policy in force."""

    code = "clause_needed"
    default_message = _("Please name the clause of the policy that the comment is against.")


class NothingToUndoError(ModerationError):
    """The decision was taken back already."""

    code = "already_undone"
    default_message = _("This decision has already been taken back.")
