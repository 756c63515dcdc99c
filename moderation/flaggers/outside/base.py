"""What a check is that asks somebody outside: it says what to send and reads what came back; a worker does the sending.

So these are pure functions too, without network, database or clock. Time-outs, budgets, the cache, and leaving alone a
service that does not answer are the same for all of them: `moderation.services.outside`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from comments.enums import CheckOutcome
from comments.outgoing import Answer
from comments.screening import Finding, ScreeningInput
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import Flagger, SiteKnowledge, Stage
from moderation.flaggers.guard import without_result
from moderation.flaggers.outside.sentences import ELSEWHERE, NOT_TAKEN, STATUS

# By these a server says that it does not take one request: too long, not to be read, or stopped by a filter. Whoever writes a
# comment can bring that about, and must not have the service left alone for all others by it.
_OF_ONE_QUESTION: Final = frozenset({400, 403, 413, 422, 451})


@dataclass(frozen=True, slots=True)
class AskedClause:
    """A clause of the policy in force, in the language of the comment."""

    slug: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """All that may leave the house about a comment: no name, no address, no network, nothing else its author wrote.

    `lead` is the article's, and `passages` are paragraphs of it, where its text is known; the parent's text, where there is one,
    is the published one.
    """

    comment: ScreeningInput
    lead: str
    clauses: tuple[AskedClause, ...]
    passages: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What makes one request different from the next: its name, which is the same when it is sent again; when it is sent;
    and 32 hexadecimal digits that nobody could know when the comment was written."""

    name: str
    sent_at: datetime.datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A request by POST, as it is sent."""

    address: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one answer may take, and what may be asked for each site on a day; None: as much as there is. `answer_tokens`:
    what an answer may cost, as far as that is known."""

    seconds: float
    daily_requests: int | None
    daily_tokens: int | None = None
    answer_tokens: int = 0


def digest(values: list[object]) -> str:
    """64 hexadecimal digits that are the same for the same values, which JSON can write."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class AnswerError(Exception):
    """An answer that is not what was agreed: a sentence of `sentences` says why, and never what it was.

    `is_trouble`: the service itself is in trouble, not only this answer.
    """

    def __init__(
        self, message: str, parameters: Mapping[str, str | int] | None = None, *, is_trouble: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.parameters = dict(parameters or {})
        self.is_trouble = is_trouble


def bad_status(status: int) -> AnswerError:
    """What is wrong with an answer of another status than was agreed: with this one question, or with the service itself."""
    if status in _OF_ONE_QUESTION:
        return AnswerError(NOT_TAKEN, {"status": status})
    return AnswerError(STATUS, {"status": status}, is_trouble=True)


@runtime_checkable
class OutsideFlagger(Flagger, Protocol):
    """A check of the stage OUTSIDE."""

    @property
    def host(self) -> str:
        """Where texts are sent, for people; empty where it is not set up, and then nothing is ever sent."""
        ...

    @property
    def bounds(self) -> Bounds:
        """How long and how often."""
        ...

    def cache_key(self, question: Question) -> str:
        """The same for questions to which the answer is the same."""
        ...

    def write(self, question: Question, envelope: Envelope) -> Letter:
        """What to send."""
        ...

    def read(self, answer: Answer, question: Question) -> Finding:
        """What the answer says, checked against what was asked. Raises AnswerError."""
        ...

    def count_tokens(self, answer: Answer) -> int | None:
        """What the service says that question and answer cost; None where it does not count so."""
        ...


class Outside(ABC):
    """What all of them are: off until somebody wants them, and of no use to who has no worker to ask."""

    name: str
    stage = Stage.OUTSIDE
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.OFF
    # What they find harmless has no score.
    decides = (Action.REJECT,)
    is_guess = True

    @property
    @abstractmethod
    def version(self) -> str:
        """As of every flagger."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """NOT_RUN: who has flaggers look at texts, here or to measure them, sends nothing anywhere."""
        return without_result(self, CheckOutcome.NOT_RUN, ELSEWHERE)
