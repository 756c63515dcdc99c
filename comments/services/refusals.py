"""What an answer of a mail server means: about the mailbox, about the moment, or about us.

Only what is said about the mailbox may ever end writing to it. Codes: RFC 5321 4.2.3, RFC 3463.
"""

from __future__ import annotations

import enum
import re
import smtplib
from dataclasses import dataclass

from billiard.exceptions import SoftTimeLimitExceeded

from comments.enums import Trouble
from comments.exceptions import MailServerError

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.])([245]\d\d)(?:[ -]|$)")
# Of 5.1.x: the sender's address is meant (RFC 3463 3.2), or one that is not clear.
_OF_THE_SENDER = {7, 8}
_AMBIGUOUS = 4
_DISABLED = 1
_FULL = 2
# Without an enhanced code only the words tell who is meant.
_ABOUT_US = re.compile(
    r"relay|block|black|spam|polic|reput|auth|\bspf|dkim|dmarc|sender|banned|denied|dnsbl|\brbl|listed|\brate\b|too many"
    r"|helo|\bptr\b|reverse|virus|content|size|large",
    re.IGNORECASE,
)
_MAY_PASS = re.compile(
    r"\bfull\b|quota|storage|over.?limit|time-?out|timed out|temporar|in the queue too long", re.IGNORECASE
)
_MAILBOX_CODES = {550, 551, 553}
_CLOSING = 421


class Meaning(enum.Enum):
    """What follows from an answer for the mailbox."""

    GONE = "gone"
    SOFT = "soft"
    NOT_THE_MAILBOX = "not the mailbox"


class Reach(enum.Enum):
    """What else a failure stops."""

    ROW = "only this one"
    LANE = "all that goes to the same domain"
    SERVER = "all mail"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an effect was not had, and what follows. `detail` holds codes or the name of an exception, never an address."""

    trouble: Trouble
    detail: str
    reach: Reach = Reach.ROW
    is_final: bool = False

    def __str__(self) -> str:
        return self.detail if self.trouble == Trouble.OTHER else f"{self.trouble.value} {self.detail}".strip()


def meaning_of(answer: str, *, code: int = 0, status: str = "") -> Meaning:
    """What a refusal says of the mailbox. `status` is an enhanced code known from elsewhere, as in a returned mail."""
    enhanced = _specific(status) or _specific(answer) or _ENHANCED.search(status)
    basic = code or int(match[1] if (match := _BASIC.search(answer)) else 0)
    if (enhanced and enhanced[1] == "4") or 400 <= basic < 500:
        return Meaning.SOFT
    if enhanced and (enhanced[2], enhanced[3]) != ("0", "0"):
        return _by_enhanced_code(int(enhanced[2]), int(enhanced[3]))
    if _MAY_PASS.search(answer):
        return Meaning.SOFT
    if basic in _MAILBOX_CODES and not _ABOUT_US.search(answer):
        return Meaning.GONE
    return Meaning.NOT_THE_MAILBOX


def failure_of(error: Exception) -> Failure:
    """What follows from an exception of a handler."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, answer = next(iter(error.recipients.values()))
        return _of_recipient(code, _text(answer))
    if isinstance(
        error, MailServerError | smtplib.SMTPSenderRefused | smtplib.SMTPHeloError | smtplib.SMTPConnectError
    ):
        return Failure(Trouble.UNREACHABLE, _name(error), Reach.SERVER)
    if isinstance(error, smtplib.SMTPDataError):
        return _of_data(error.smtp_code, _text(error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError | ConnectionError | SoftTimeLimitExceeded):
        return Failure(Trouble.SLOW, _name(error), Reach.LANE)
    return Failure(Trouble.OTHER, _name(error))


def codes_in(code: int, answer: str) -> str:
    """The codes of an answer without its words, which may hold an address."""
    enhanced = _ENHANCED.search(answer)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _of_recipient(code: int, answer: str) -> Failure:
    detail, meaning = codes_in(code, answer), meaning_of(answer, code=code)
    if meaning == Meaning.GONE:
        return Failure(Trouble.UNKNOWN, detail, is_final=True)
    if meaning == Meaning.SOFT:
        return Failure(Trouble.BUSY, detail, Reach.LANE if code == _CLOSING else Reach.ROW)
    return Failure(Trouble.POLICY, detail)


def _of_data(code: int, answer: str) -> Failure:
    failure = _of_recipient(code, answer)
    is_ours = failure.trouble == Trouble.POLICY
    return Failure(Trouble.REJECTED, failure.detail, is_final=True) if is_ours else failure


def _specific(text: str) -> re.Match[str] | None:
    """The first enhanced code that says more than that something failed."""
    return next((found for found in _ENHANCED.finditer(text) if (found[2], found[3]) != ("0", "0")), None)


def _by_enhanced_code(subject: int, detail: int) -> Meaning:
    if subject == 1 and detail not in {*_OF_THE_SENDER, _AMBIGUOUS}:
        return Meaning.GONE
    if subject == 2 and detail == _DISABLED:
        return Meaning.GONE
    if (subject == 2 and detail == _FULL) or (subject == 1 and detail == _AMBIGUOUS) or subject == 4:
        return Meaning.SOFT
    return Meaning.NOT_THE_MAILBOX


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _name(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, MailServerError) and error.__cause__ else error
    code = getattr(cause, "smtp_code", "")
    return f"{type(cause).__name__} {code}".strip()[:150]
