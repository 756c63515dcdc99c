"""Which flaggers this installation has: those that MODERATION_FLAGGERS names, loaded once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.utils.module_loading import import_string

from comments.screening import Finding, ScreeningInput
from moderation.conf import settings
from moderation.flaggers.base import Flagger, SiteKnowledge, Stage, is_guess
from moderation.flaggers.installed import BrokenFlaggerError, install

logger = logging.getLogger(__name__)

# What stands in the address of a check's page.
_NO_SLUG = re.compile(r"[^A-Za-z0-9_]")

_added: list[Flagger] = []


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


def installed_flaggers(*stages: Stage) -> tuple[Flagger, ...]:
    """The flaggers of some stages, or of all: stage by stage, in the order of the setting. Never raises: one that cannot be loaded
    is a MissingFlagger."""
    found = [*_load_all(settings.flaggers), *_added]
    return tuple(flagger for stage in stages or Stage for flagger in found if flagger.stage is stage)


def installed_flagger(name: str) -> Flagger | None:
    """The one of this name; None where there is none."""
    return next((flagger for flagger in installed_flaggers() if flagger.name == name), None)


def guesses(name: str) -> bool:
    """Whether the installed flagger of this name guesses, so that its score is a likelihood; False for one that is gone."""
    flagger = installed_flagger(name)
    return flagger is not None and is_guess(flagger)


@contextmanager
def added(*flaggers: Flagger) -> Iterator[None]:
    """For tests: these flaggers too, until the block ends. In this process only. Raises BrokenFlaggerError."""
    installed = [install(flagger) for flagger in flaggers]
    _added.extend(installed)
    try:
        yield
    finally:
        for flagger in installed:
            _added.remove(flagger)


def load_flagger(path: str) -> Flagger:
    """An instance of the class at the dotted path. Raises BrokenFlaggerError with a sentence when it is no flagger."""
    try:
        made = import_string(path)
        flagger = made() if callable(made) else None
    except (Exception, SystemExit) as error:
        # Importing and making it runs code that may be anybody's; a script that is imported may end.
        raise BrokenFlaggerError(f"{path} cannot be loaded: {error!r}") from error
    if flagger is None:
        example = "newsroom.telephone.TelephoneFlagger"
        raise BrokenFlaggerError(f"{path} is no class: name the class in a module, as in {example}.")
    try:
        return install(flagger)
    except BrokenFlaggerError as error:
        raise BrokenFlaggerError(f"{path} {error}") from error


@cache
def _load_all(paths: tuple[str, ...]) -> tuple[Flagger, ...]:
    flaggers: dict[str, Flagger] = {}
    for path in paths:
        try:
            flagger = load_flagger(path)
        except BrokenFlaggerError:
            logger.exception("A flagger is missing.")
            flagger = MissingFlagger(_NO_SLUG.sub("", path.rpartition(".")[2])[:40] or "unnamed")
        flaggers.setdefault(flagger.name, flagger)
    return tuple(flaggers.values())
