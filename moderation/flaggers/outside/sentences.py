"""What moderators read when a check outside came to nothing, and why."""

from __future__ import annotations

from django.utils.translation import gettext_noop

# Not asked.
ELSEWHERE = gettext_noop("The check “%(flagger)s” asks a service, and only a worker does that.")
OFF_BY_NOW = gettext_noop("Not asked: the check “%(flagger)s” was switched off before its turn.")
NOT_SET_UP = gettext_noop("Not asked: the service behind the check “%(flagger)s” is not set up any more.")
DECIDED_BY_NOW = gettext_noop("Not asked: the comment was decided before it was the turn of the check “%(flagger)s”.")
NO_POLICY = gettext_noop("Not asked: no policy is in force that the check “%(flagger)s” could ask about.")
SPENT = gettext_noop("Not asked: today's budget of the check “%(flagger)s” is spent.")
TOO_LATE = gettext_noop("Not asked: the check “%(flagger)s” did not get its turn within an hour.")

# Asked in vain.
SILENT = gettext_noop("The service behind the check “%(flagger)s” gave no answer in time.")
BROKEN = gettext_noop("The service behind the check “%(flagger)s” broke off, or gave an answer that cannot be read.")
STATUS = gettext_noop("The service behind the check “%(flagger)s” answered with status %(status)s.")
NOT_TAKEN = gettext_noop(
    "The service behind the check “%(flagger)s” did not take this question: it may be too long for it, or of a kind that "
    "it does not answer (status %(status)s)."
)
TOO_LARGE = gettext_noop("The answer to the check “%(flagger)s” was larger than it may be.")
BAD_ADDRESS = gettext_noop(
    "The check “%(flagger)s” is set up to send texts unencrypted to another network; it does not do that."
)
NOT_JSON = gettext_noop("The answer to the check “%(flagger)s” was not the JSON that was asked for, and nothing else.")
CUT_OFF = gettext_noop("The answer to the check “%(flagger)s” was cut off, or refused by the service.")
MISSING = gettext_noop("The answer to the check “%(flagger)s” lacked a clause or a field.")
UNKNOWN = gettext_noop("The answer to the check “%(flagger)s” had a clause or a field that was not asked for.")
BAD_SCORE = gettext_noop("The answer to the check “%(flagger)s” had a score that is no number from 0 to 1.")
BAD_TEXT = gettext_noop("The answer to the check “%(flagger)s” had a text that is too long, empty, or none.")
TOO_MANY_QUOTES = gettext_noop("The answer to the check “%(flagger)s” had more than %(most)s quotations.")
NOT_QUOTED = gettext_noop("The answer to the check “%(flagger)s” quoted words that do not stand in the comment.")
