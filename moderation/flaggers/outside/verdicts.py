"""Reading what somebody outside answered, and believing none of it that cannot be checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comments.screening import Span
from comments.text import clean_body, clean_line, is_hidden
from moderation.flaggers.outside.base import AnswerError, AskedClause
from moderation.flaggers.outside.framing import FLAGGED_FROM
from moderation.flaggers.outside.sentences import BAD_SCORE, BAD_TEXT, MISSING, NOT_JSON, NOT_QUOTED, UNKNOWN

REASON_SHOWN: Final = 240
LABEL_LENGTH: Final = 60
_LONGEST_TEXT: Final = 5_000
_FIELDS: Final = frozenset({"score", "quote", "reason"})

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Breach:
    """A clause that the comment is said to break, with where and why."""

    clause: AskedClause
    score: float
    span: Span
    reason: str


def read_object(text: str | bytes) -> Json:
    """The JSON object that a text is, and is alone. Raises AnswerError, also where a member is named twice."""
    try:
        document = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise AnswerError(NOT_JSON) from error
    if not isinstance(document, dict):
        raise AnswerError(NOT_JSON)
    return document


def require_fields(said: Mapping[str, object], fields: frozenset[str]) -> None:
    """Raises AnswerError unless an object has these members and no other."""
    if fields - said.keys():
        raise AnswerError(MISSING)
    if said.keys() - fields:
        raise AnswerError(UNKNOWN)


def read_breaches(said: Mapping[str, object], clauses: Sequence[AskedClause], body: str) -> list[Breach]:
    """The clauses that a verdict sees broken, the surest first. Raises AnswerError at anything that was not asked for."""
    require_fields(said, frozenset(clause.slug for clause in clauses))
    found = []
    for clause in clauses:
        one = said[clause.slug]
        if not isinstance(one, dict):
            raise AnswerError(MISSING)
        require_fields(one, _FIELDS)
        score, reason, span = read_score(one["score"]), read_text(one["reason"]), None
        quote = read_text(one["quote"])
        if quote:
            span = find_quote(quote, body, clause.title)
        if score >= FLAGGED_FROM:
            if span is None or not reason:
                raise AnswerError(BAD_TEXT)
            found.append(Breach(clause, score, span, reason))
    return sorted(found, key=lambda breach: -breach.score)


def read_score(value: object) -> float:
    """A number from 0 to 1. Raises AnswerError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise AnswerError(BAD_SCORE)
    return float(value)


def read_text(value: object) -> str:
    """A text, without what could not be stored or seen. Raises AnswerError."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise AnswerError(BAD_TEXT)
    return clean_body(value)


def shorten(text: str, limit: int) -> str:
    """One line of at most so many characters."""
    line = clean_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def find_quote(quote: str, body: str, label: str) -> Span:
    """Where a quotation stands in the comment: word for word, only hidden characters and the kind of white space aside.

    Raises AnswerError where it does not.
    """
    wanted, _places = _skeleton(quote)
    text, places = _skeleton(body)
    at = text.find(wanted) if wanted else -1
    if at < 0:
        raise AnswerError(NOT_QUOTED)
    return Span(places[at], places[at + len(wanted) - 1] + 1, shorten(label, LABEL_LENGTH))


def _skeleton(text: str) -> tuple[str, list[int]]:
    """What is compared, and where each of its characters stands: no hidden ones, one space for each run of white space."""
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if is_hidden(char) or (char.isspace() and (not kept or kept[-1] == " ")):
            continue
        kept.append(" " if char.isspace() else char)
        places.append(place)
    return "".join(kept).rstrip(), places


def _without_doubles(pairs: list[tuple[str, object]]) -> Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AnswerError(UNKNOWN)
    return members


def _refuse(_constant: str) -> object:
    """NaN and Infinity are no JSON."""
    raise AnswerError(BAD_SCORE)
