"""What the moderators' side refuses, each with a whole sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from comments.exceptions import CommentError, InvalidInputError


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


class AuthorWasLastError(ModerationError):
    """The author changed or withdrew the comment after the decision; nobody takes that back for them. The message says what."""

    code = "author_was_last"
    default_message = _("The author has done something since then that is not ours to take back.")


class IncompleteReportError(InvalidInputError):
    """Something is missing in a report. `problems` names every field with its sentence; the first speaks for all."""

    def __init__(self, problems: Sequence[InvalidInputError]) -> None:
        super().__init__(problems[0].field, problems[0].message)
        self.problems = tuple(problems)


class NothingReportedError(ModerationError):
    """There is no open report of those that the moderator saw."""

    code = "nothing_reported"
    default_message = _("Somebody was quicker: these reports have been decided on.")


class AppealNotPossibleError(ModerationError):
    """The author cannot appeal: no decision stands against the comment, it is too long ago, or they did already."""

    code = "no_appeal"
    default_message = _("An appeal against this decision is not, or no longer, possible.")


class NoLongerStandingError(ModerationError):
    """A restriction, or trust, that somebody wants to change has ended meanwhile, or the change was made already."""

    code = "no_longer_standing"
    default_message = _("This no longer holds, or somebody was quicker.")


class ObjectionNotPossibleError(ModerationError):
    """The restriction no longer holds, or its person has objected already."""

    code = "no_objection"
    default_message = _("An objection is not, or no longer, possible.")


class NoteStaysError(ModerationError):
    """A note is somebody else's, or older than ten minutes."""

    code = "note_stays"
    default_message = _("Only your own notes can be deleted, within ten minutes.")


class AppealAnsweredError(ModerationError):
    """Somebody has answered the appeal already."""

    code = "already_answered"
    default_message = _("Somebody was quicker: this appeal has been answered.")


class OwnDecisionError(ModerationError):
    """Nobody judges an appeal against a decision of their own."""

    code = "own_decision"
    default_message = _("The decision is yours; somebody else has to judge the appeal.")


class NotWaitingError(ModerationError):
    """Only what waits for a judgement can be put aside or asked about."""

    code = "not_waiting"
    default_message = _("This comment does not wait for a judgement any more.")


class AlreadyAskedError(ModerationError):
    """A comment is asked about once at a time."""

    code = "already_asked"
    default_message = _("A colleague has been asked about this comment already.")


class AlreadyVotedError(ModerationError):
    """Nobody is both of the two people that have to judge a comment."""

    code = "already_voted"
    default_message = _("You have judged this comment; it waits for a second person.")


class SecondPersonNeededError(ModerationError):
    """Two people have to judge the comment, and the other one has not, or not the same way."""

    code = "second_person_needed"
    default_message = _("Two people have to judge this comment the same way.")


class SeniorNeededError(ModerationError):
    """Two people have judged a comment differently; only a third one who leads the desk may settle it."""

    code = "senior_needed"
    default_message = _("Two people have judged this comment differently; a senior moderator settles it.")


class NoVoteError(ModerationError):
    """There is no open vote of theirs that could be taken back."""

    code = "no_vote"
    default_message = _("Your judgement of this comment has been settled, or was taken back already.")


class AppealNotYoursError(NotAllowedError):
    """Appeals are answered by those whom the desk trusts with it."""

    default_message = _("Appeals are answered by senior moderators and administrators.")


class AlreadyAnsweredError(ModerationError):
    """A case for practice is judged once, before one knows what the desk decided."""

    code = "already_answered"
    default_message = _("You have judged this case already.")


class LastAdministratorError(ModerationError):
    """A desk without an administrator could never get one again."""

    code = "last_administrator"
    default_message = _("The desk needs an administrator. Please make somebody else one first.")


class AlreadyMemberError(ModerationError):
    """Somebody has one role on a desk."""

    code = "already_member"
    default_message = _("This person is on the desk already. Please change their role in the list.")


class ArticleChangedError(ModerationError):
    """What is to be taken back no longer holds."""

    code = "changed_since"
    default_message = _("Something else was changed since, so this cannot be taken back. Please set it by hand.")


class NothingLearntError(ModerationError):
    """There is no such model of the site."""

    code = "nothing_learnt"
    default_message = _("There is no earlier version to go back to.")


class UnreadableVersionError(ModerationError):
    """A model that was made by another release computes with other features, or is damaged."""

    code = "unreadable_version"
    default_message = _("This version was learnt by another release of the software, which this one cannot read.")
