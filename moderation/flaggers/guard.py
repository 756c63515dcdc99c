"""Runs a flagger, which may be anybody's code, so that nothing it does or says harms more than its own finding."""

from __future__ import annotations

import logging
import math
import re
import traceback
from collections.abc import Mapping
from numbers import Real

from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import Flagger, SiteKnowledge

logger = logging.getLogger(__name__)

FAILED = gettext_noop("The check “%(flagger)s” failed.")
TOO_SLOW = gettext_noop("The check “%(flagger)s” took too long and was stopped.")
TOO_HUNGRY = gettext_noop("The check “%(flagger)s” needed too much memory and was stopped.")
CRASHED = gettext_noop("The check “%(flagger)s” was given up: its process ended each time.")
PAUSED = gettext_noop("The check “%(flagger)s” was left out because it failed a moment ago.")
RUNNING = gettext_noop("The check “%(flagger)s” has not finished yet.")
SWITCHED_OFF = gettext_noop("The check “%(flagger)s” was switched off before it had finished.")
# What a RUNNING one is for moderators once it has been taken out.
GONE = gettext_noop("The check “%(flagger)s” did not finish, and is not installed any more.")

# More than any sensible answer holds; what is longer is taken for a mistake.
MESSAGE_LENGTH = 300
CLAUSE_LENGTH = 50
LABEL_LENGTH = 60
VALUE_LENGTH = 300
MOST_PARAMETERS = 10
MOST_SPANS = 200
GREATEST_NUMBER = 10**15

_CLAUSE = re.compile(r"[a-z0-9_-]*")
_PARAMETER_NAME = re.compile(r"[a-z_]{1,40}")
# A message may hold "%(name)s" and "%%", nothing wider: a width would let one sentence fill the memory.
_PLACE = re.compile(r"%(?:\((?P<name>[a-z_]+)\)s|%|(?P<other>))")


class RubbishError(Exception):
    """An answer that is no finding; the message names the rule it breaks and quotes nothing."""


def check_safely(flagger: Flagger, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
    """What the flagger says, or a FAILED finding when it raises or says rubbish.

    Lets SoftTimeLimitExceeded pass, which is about the task and not the flagger. Cannot help against a flagger that
    never returns or takes its process down: `inline` and `services.findings` do.
    """
    try:
        return read_answer(flagger.check(comment, site), flagger, comment.body)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - anybody's code may raise anything
        # Not logger.exception(): the words of an exception may be the words of the comment.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        reason = str(error) if isinstance(error, RubbishError) else type(error).__name__
        logger.error("Flagger %s failed: %s, in %s line %s", flagger.name, reason, frame.filename, frame.lineno)  # noqa: TRY400
        return without_result(flagger, CheckOutcome.FAILED, TOO_HUNGRY if isinstance(error, MemoryError) else FAILED)


def without_result(flagger: Flagger, outcome: CheckOutcome, message: str) -> Finding:
    """A finding that says why there is none; the message is one of this module's."""
    return Finding(flagger.name, flagger.version, outcome, message=message, parameters={"flagger": flagger.name})


def read_answer(answer: object, flagger: Flagger, body: str) -> Finding:
    """The finding a flagger gave, under the flagger's own name, in plain types. Raises RubbishError."""
    if not isinstance(answer, Finding):
        raise RubbishError("it returned no Finding")
    if answer.outcome not in CheckOutcome.values:
        raise RubbishError("its outcome is unknown")
    parameters = _read_parameters(answer.parameters)
    message = _read_text(answer.message, MESSAGE_LENGTH, "message")
    _require_places(message, parameters)
    clause = _read_text(answer.clause, CLAUSE_LENGTH, "clause")
    if not _CLAUSE.fullmatch(clause):
        raise RubbishError("its clause is no slug")
    if not isinstance(answer.is_whole, bool):
        raise RubbishError("it does not say by true or false whether it read all")
    return Finding(
        flagger=flagger.name,
        version=flagger.version,
        outcome=CheckOutcome(answer.outcome),
        score=_read_score(answer.score),
        clause=clause,
        message=message,
        parameters=parameters,
        spans=_read_spans(answer.spans, len(body)),
        is_whole=answer.is_whole,
    )


def _read_text(value: object, longest: int, name: str) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise RubbishError(f"its {name} is no text of at most {longest} characters")
    # What no database would take.
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise RubbishError(f"its {name} has characters that cannot be stored")
    return str(value)


def _read_score(score: object) -> float | None:
    if score is None:
        return None
    if isinstance(score, bool) or not isinstance(score, Real):
        raise RubbishError("its score is no number")
    number = float(score)
    if not math.isfinite(number) or not 0 <= number <= 1:
        raise RubbishError("its score is not between 0 and 1")
    return number


def _read_parameters(parameters: object) -> dict[str, str | int]:
    if not isinstance(parameters, Mapping) or len(parameters) > MOST_PARAMETERS:
        raise RubbishError(f"its parameters are no mapping of at most {MOST_PARAMETERS} entries")
    plain: dict[str, str | int] = {}
    for name, value in parameters.items():
        if not isinstance(name, str) or not _PARAMETER_NAME.fullmatch(name):
            raise RubbishError("the name of a parameter is not made of small letters")
        if isinstance(value, int):
            if abs(value) > GREATEST_NUMBER:
                raise RubbishError("a parameter is too great a number")
            plain[name] = int(value)
        else:
            plain[name] = _read_text(value, VALUE_LENGTH, "parameter")
    return plain


def _require_places(message: str, parameters: Mapping[str, str | int]) -> None:
    for place in _PLACE.finditer(message):
        if place["other"] is not None:
            raise RubbishError("its message has a % that is neither %(name)s nor %%")
        if place["name"] is not None and place["name"] not in parameters:
            raise RubbishError("its message has a place without a parameter")


def _read_spans(spans: object, length: int) -> tuple[Span, ...]:
    if not isinstance(spans, tuple | list) or len(spans) > MOST_SPANS:
        raise RubbishError(f"its spans are no tuple of at most {MOST_SPANS}")
    return tuple(_read_span(span, length) for span in spans)


def _read_span(span: object, length: int) -> Span:
    if not isinstance(span, Span) or type(span.start) is not int or type(span.end) is not int:
        raise RubbishError("one of its spans is no Span of whole numbers")
    if not 0 <= span.start < span.end <= length:
        raise RubbishError("one of its spans lies outside the text")
    return Span(span.start, span.end, _read_text(span.label, LABEL_LENGTH, "label"))
