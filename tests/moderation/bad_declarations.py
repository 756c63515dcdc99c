"""Flaggers that declare something wrong of themselves, at once or as soon as they are installed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from comments.outgoing import Answer
from comments.screening import Finding, ScreeningInput
from moderation.flaggers.base import SiteKnowledge, Stage, clear
from moderation.flaggers.outside.base import Bounds, Envelope, Letter, Question


class Declares:
    """What all of them have in common."""

    name = "declares"
    version = "1"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return clear(self)


class Later:
    """A property that is right when it is read for the first time, and wrong afterwards."""

    def __init__(self, first: object, then: Callable[[], object]) -> None:
        self._first, self._then = first, then

    def __set_name__(self, owner: type, name: str) -> None:
        self._read = f"_has_read_{name}"

    def __get__(self, instance: object, owner: type) -> Any:
        if self._read in vars(instance):
            return self._then()
        vars(instance)[self._read] = True
        return self._first


def fail() -> object:
    raise RuntimeError("no idea")


class VersionFails(Declares):
    @property
    def version(self) -> str:  # type: ignore[override]
        raise RuntimeError("no idea")


class DecidesFails(Declares):
    @property
    def decides(self) -> tuple[str, ...]:
        raise RuntimeError("no idea")


class VersionCannotBeStored(Declares):
    version = "1\0"


class Übergeht(Declares):  # noqa: PLC2401 - what a check of somebody else may be called
    languages = ["de"]  # type: ignore[assignment]


class FailsLater(Declares):
    """Nothing that it declares can be read a second time."""

    name = Later("fails_later", fail)  # type: ignore[assignment]
    version = Later("3", fail)  # type: ignore[assignment]
    stage = Later(Stage.INLINE, fail)  # type: ignore[assignment]
    languages = Later((), fail)  # type: ignore[assignment]


class FailsLaterAfterwards(FailsLater):
    name = Later("fails_later_afterwards", fail)  # type: ignore[assignment]
    stage = Later(Stage.ASYNCHRONOUS, fail)  # type: ignore[assignment]


class LongVersionLater(Declares):
    name = "long_version_later"
    version = Later("4", lambda: "4" * 100)  # type: ignore[assignment]


class AsksNobody(Declares):
    """It asks a service, and cannot say where."""

    name = "asks_nobody"
    stage = Stage.OUTSIDE
    bounds = Bounds(1, None)

    @property
    def host(self) -> str:
        raise RuntimeError("no idea")

    def cache_key(self, question: Question) -> str:
        raise NotImplementedError

    def write(self, question: Question, envelope: Envelope) -> Letter:
        raise NotImplementedError

    def read(self, answer: Answer, question: Question) -> Finding:
        raise NotImplementedError

    def count_tokens(self, answer: Answer) -> int | None:
        raise NotImplementedError


class CannotAsk(AsksNobody):
    """It knows where, and not what to send."""

    name = "cannot_ask"
    host = "service.example"  # type: ignore[assignment]
    first_state = "inform"


class SlowAtFirst(Declares):
    """As one is that reads a file when it is asked for the first time."""

    name = "slow_at_first"
    _has_read = False

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        if not self._has_read:
            time.sleep(1)
            self._has_read = True
        return clear(self)
