"""Which flaggers this installation has: those that MODERATION_FLAGGERS names, loaded once."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast

from django.utils.module_loading import import_string

from comments.screening import Finding, ScreeningInput
from moderation.conf import settings
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import Flagger, SiteKnowledge, Stage, is_guess
from moderation.flaggers.outside.base import OutsideFlagger

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VERSION_LENGTH = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_added: list[Flagger] = []


class BrokenFlaggerError(Exception):
    """A flagger that cannot be used; the message says what is wrong with it."""


class MissingFlagger:
    """Stands for a flagger that could not be loaded, so that moderators see that a check is missing."""

    version = ""
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Raises BrokenFlaggerError, which becomes a finding that says so."""
        raise BrokenFlaggerError(self.name)


def installed_flaggers(stage: Stage) -> tuple[Flagger, ...]:
    """The flaggers of one stage in the order of the setting. Never raises: one that cannot be loaded is a MissingFlagger."""
    found = [*_load_all(settings.flaggers), *_added]
    return tuple(flagger for flagger in found if flagger.stage is stage)


def installed_flagger(name: str) -> Flagger | None:
    """The one of this name; None where there is none."""
    return next((flagger for stage in Stage for flagger in installed_flaggers(stage) if flagger.name == name), None)


def guesses(name: str) -> bool:
    """Whether the installed flagger of this name guesses, so that its score is a likelihood; False for one that is gone."""
    flagger = installed_flagger(name)
    return flagger is not None and is_guess(flagger)


@contextmanager
def added(*flaggers: Flagger) -> Iterator[None]:
    """For tests: these flaggers too, until the block ends. In this process only."""
    _added.extend(flaggers)
    try:
        yield
    finally:
        for flagger in flaggers:
            _added.remove(flagger)


def load_flagger(path: str) -> Flagger:
    """An instance of the class at the dotted path. Raises BrokenFlaggerError with a sentence when it is no flagger."""
    try:
        made = import_string(path)
        flagger = made() if callable(made) else None
    except Exception as error:
        # Importing and making it runs code that may be anybody's.
        raise BrokenFlaggerError(f"{path} cannot be loaded: {error!r}") from error
    if flagger is None:
        example = "newsroom.telephone.TelephoneFlagger"
        raise BrokenFlaggerError(f"{path} is no class: name the class in a module, as in {example}.")
    if fault := _find_fault(flagger):
        raise BrokenFlaggerError(f"{path} {fault}")
    return cast("Flagger", flagger)


def _find_fault(flagger: object) -> str:
    """What is wrong with an object that should be a flagger; empty when nothing is."""
    # Read without the help of the types, which are only what its author meant.
    name, version, stage, languages, check = (
        getattr(flagger, attribute, None) for attribute in ("name", "version", "stage", "languages", "check")
    )
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"is named {name!r}; a name has up to 40 small letters, digits and underscores."
    if not isinstance(version, str) or len(version) > _VERSION_LENGTH:
        return f"has no version that is a text of at most {_VERSION_LENGTH} characters."
    if not isinstance(stage, Stage):
        return "has no stage of moderation.flaggers.base.Stage."
    if not isinstance(languages, tuple):
        return "has no languages that are a tuple."
    if not all(isinstance(language, str) and _LANGUAGE.fullmatch(language) for language in languages):
        return 'has languages that are no codes without a region, as in ("de", "en").'
    if getattr(flagger, "first_state", FlaggerState.INFORM) not in FlaggerState.values:
        return "has a first_state that is none of moderation.enums.FlaggerState."
    if not _are_decidable(getattr(flagger, "decides", ())):
        return "has a decides that is no tuple of APPROVE and REJECT of moderation.enums.Action."
    if stage is Stage.OUTSIDE and not isinstance(flagger, OutsideFlagger):
        return "is of the stage OUTSIDE and lacks what moderation.flaggers.outside.base.OutsideFlagger has."
    if not callable(check):
        return "has no method check()."
    return "" if _takes_two(check) else "has a check() that does not take a comment and a site."


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


@cache
def _load_all(paths: tuple[str, ...]) -> tuple[Flagger, ...]:
    flaggers: dict[str, Flagger] = {}
    for path in paths:
        try:
            flagger = load_flagger(path)
        except BrokenFlaggerError:
            logger.exception("A flagger is missing.")
            flagger = MissingFlagger(path.rpartition(".")[2][:40])
        flaggers.setdefault(flagger.name, flagger)
    return tuple(flaggers.values())
