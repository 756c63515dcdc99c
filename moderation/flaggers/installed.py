"""A flagger as it said of itself when it was installed: what it declares is read once, so that none of it can fail later."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from comments.outgoing import Answer
from comments.screening import Finding, ScreeningInput
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.outside.base import Bounds, Envelope, Letter, OutsideFlagger, Question

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VERSION_LENGTH: Final = 20
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
# All that a flagger declares, with what that is where it does not; `_DECLARED_OUTSIDE` besides where it asks a service.
_DECLARED: Final[Mapping[str, object]] = {
    "name": None,
    "version": None,
    "stage": None,
    "languages": None,
    "check": None,
    "first_state": FlaggerState.INFORM,
    "decides": (),
    "is_guess": False,
    "reads_articles": False,
    "has_encoder": None,
}
_DECLARED_OUTSIDE: Final[Mapping[str, object]] = {"host": "", "bounds": None}


class BrokenFlaggerError(Exception):
    """A flagger that cannot be used; the message says what is wrong with it."""


class InstalledFlagger:
    """Stands before a flagger, which may be anybody's code. Its version alone is asked for again, since that of what is shipped
    changes with settings, and where the encoder turns out not to work; while it cannot be told it is the last one."""

    def __init__(self, flagger: object, declared: Mapping[str, Any]) -> None:
        """`declared` was read of it, and is right."""
        self._flagger = flagger
        self._last = dict(declared)
        self.name: str = declared["name"]
        self.stage: Stage = declared["stage"]
        self.languages: tuple[str, ...] = declared["languages"]
        self.first_state = FlaggerState(declared["first_state"])
        self.decides: tuple[Action, ...] = declared["decides"]
        self.is_guess = bool(declared["is_guess"])
        self.reads_articles = bool(declared["reads_articles"])
        self.has_encoder: bool | None = declared["has_encoder"]

    @property
    def version(self) -> str:
        """Of now."""
        return str(self._of_now("version", _is_version))

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """What the flagger says, whatever that is."""
        return cast("OutsideFlagger", self._flagger).check(comment, site)

    def _of_now(self, name: str, is_right: Callable[[object], bool]) -> Any:
        with suppress(Exception):
            value = getattr(self._flagger, name)
            if is_right(value):
                self._last[name] = value
        return self._last[name]


class InstalledOutsideFlagger(InstalledFlagger):
    """The same of one that asks a service: where, and how often, is asked for again, too."""

    _flagger: OutsideFlagger

    @property
    def host(self) -> str:
        """Of now."""
        return str(self._of_now("host", _is_text))

    @property
    def bounds(self) -> Bounds:
        """Of now."""
        return cast("Bounds", self._of_now("bounds", _are_bounds))

    def cache_key(self, question: Question) -> str:
        """As the flagger says."""
        return self._flagger.cache_key(question)

    def write(self, question: Question, envelope: Envelope) -> Letter:
        """As the flagger says."""
        return self._flagger.write(question, envelope)

    def read(self, answer: Answer, question: Question) -> Finding:
        """As the flagger says."""
        return self._flagger.read(answer, question)

    def count_tokens(self, answer: Answer) -> int | None:
        """As the flagger says."""
        return self._flagger.count_tokens(answer)


def install(flagger: object) -> InstalledFlagger:
    """Read what a flagger declares. Raises BrokenFlaggerError, whose message is the rest of a sentence that begins with its name."""
    declared = _read(flagger, _DECLARED)
    if declared["stage"] is Stage.OUTSIDE:
        declared |= _read(flagger, _DECLARED_OUTSIDE)
    if fault := _find_fault(flagger, declared):
        raise BrokenFlaggerError(fault)
    kind = InstalledOutsideFlagger if declared["stage"] is Stage.OUTSIDE else InstalledFlagger
    return kind(flagger, declared)


def _read(flagger: object, wanted: Mapping[str, object]) -> dict[str, Any]:
    read = {}
    for name, default in wanted.items():
        try:
            read[name] = getattr(flagger, name, default)
        except Exception as error:
            # A property runs code that may be anybody's.
            raise BrokenFlaggerError(f"has a {name} that cannot be read: {error!r}") from error
    return read


def _find_fault(flagger: object, declared: Mapping[str, Any]) -> str:
    """What is wrong with an object that should be a flagger; empty when nothing is."""
    name, stage, languages, check = (declared[one] for one in ("name", "stage", "languages", "check"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"is named {name!r}; a name has up to 40 small letters, digits and underscores."
    if not _is_version(declared["version"]):
        return f"has no version that is a text of at most {_VERSION_LENGTH} characters."
    if not isinstance(stage, Stage):
        return "has no stage of moderation.flaggers.base.Stage."
    if not isinstance(languages, tuple):
        return "has no languages that are a tuple."
    if not all(isinstance(language, str) and _LANGUAGE.fullmatch(language) for language in languages):
        return 'has languages that are no codes without a region, as in ("de", "en").'
    if declared["first_state"] not in FlaggerState.values:
        return "has a first_state that is none of moderation.enums.FlaggerState."
    if not _are_decidable(declared["decides"]):
        return "has a decides that is no tuple of APPROVE and REJECT of moderation.enums.Action."
    if stage is Stage.OUTSIDE:
        return _find_fault_outside(flagger, declared)
    return _find_fault_of_check(check)


def _find_fault_outside(flagger: object, declared: Mapping[str, Any]) -> str:
    if not isinstance(flagger, OutsideFlagger):
        return "is of the stage OUTSIDE and lacks what moderation.flaggers.outside.base.OutsideFlagger has."
    if not _is_text(declared["host"]):
        return "has a host that is no text."
    if not _are_bounds(declared["bounds"]):
        return "has bounds that are no moderation.flaggers.outside.base.Bounds of numbers."
    return _find_fault_of_check(declared["check"])


def _find_fault_of_check(check: object) -> str:
    if not callable(check):
        return "has no method check()."
    return "" if _takes_two(check) else "has a check() that does not take a comment and a site."


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_version(value: object) -> bool:
    # Printable: what no database would take is not.
    return isinstance(value, str) and len(value) <= _VERSION_LENGTH and value.isprintable()


def _are_bounds(value: object) -> bool:
    if not isinstance(value, Bounds) or type(value.seconds) not in (int, float):
        return False
    counts = (value.daily_requests, value.daily_tokens)
    return type(value.answer_tokens) is int and all(one is None or type(one) is int for one in counts)


def _are_decidable(actions: object) -> bool:
    return isinstance(actions, tuple) and all(one in (Action.APPROVE, Action.REJECT) for one in actions)


def _takes_two(check: Callable[..., object]) -> bool:
    """Whether it can be called as it will be; true where Python cannot tell."""
    try:
        inspect.signature(check).bind(None, None)
    except TypeError:
        return False
    except ValueError:
        return True
    return True
