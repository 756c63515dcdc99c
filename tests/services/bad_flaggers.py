"""Everything that can be wrong with a flagger, and one that is well. They look at German and English alike."""

from __future__ import annotations

import ctypes
import math
import time

from celery.exceptions import SoftTimeLimitExceeded

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import SiteKnowledge, Stage, flagged
from moderation.flaggers.language import LanguageFlagger
from moderation.flaggers.personal_data import PersonalDataFlagger
from moderation.flaggers.repetition import SiteRepetitionFlagger
from moderation.flaggers.spam import SpamFlagger

MEBIBYTE = 1024 * 1024


class Asynchronous:
    """What all of them have in common."""

    version = "1"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The class's own, in small letters."""
        return type(self).__name__.lower()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        raise NotImplementedError


class Raises(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        raise ValueError(f"no idea what to make of {comment.body}")


class Hangs(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        while True:
            time.sleep(0.1)


class HangsForGood(Asynchronous):
    """As one does that waits inside a C library: no exception reaches it."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        while True:
            try:
                time.sleep(0.1)
            except SoftTimeLimitExceeded:
                continue


class EatsMemory(Asynchronous):
    """Up to 4 GiB, to spare the machine in case nobody stops it."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        eaten = [bytearray(64 * MEBIBYTE) for _ in range(64)]
        return flagged(self, "Ate %(count)s blocks.", {"count": len(eaten)}, score=1)


class Segfaults(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        ctypes.string_at(0)
        raise AssertionError("the process is still there")


class Rubbish(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return {"spam": True}  # type: ignore[return-value]


class WrongSpans(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return flagged(self, "Look there.", score=0.9, spans=[Span(3, len(comment.body) + 1, "there")])


class NotANumber(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return flagged(self, "Sure as nothing.", score=math.nan)


class TalksTooMuch(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return flagged(self, "Because " * (10 * MEBIBYTE // 8), score=0.9)


class RunsOutOfTime(Asynchronous):
    """Is what a task's soft limit looks like from inside."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        raise SoftTimeLimitExceeded


class GoesDown(Asynchronous):
    """Leaves as a process does that is killed: nothing after it is run."""

    class ProcessEndedError(BaseException):
        """Nobody catches it."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        raise self.ProcessEndedError


class Well(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return Finding(self.name, self.version, CheckOutcome.CLEAR)


class Works(Asynchronous):
    """Well, and does what those of this project do; keeps how many microseconds of the processor that took.

    What they read with their first text in a process is not counted there: each process that ends has another one begin. It is
    in the time that a comment waits.
    """

    def __init__(self) -> None:
        self.real = (PersonalDataFlagger(), LanguageFlagger(), SiteRepetitionFlagger(), SpamFlagger())
        self.is_ready = False

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        if not self.is_ready:
            self.look(comment, site)
            self.is_ready = True
        begun = time.thread_time()
        self.look(comment, site)
        took = {"took": round((time.thread_time() - begun) * 1_000_000)}
        return Finding(self.name, self.version, CheckOutcome.CLEAR, parameters=took)

    def look(self, comment: ScreeningInput, site: SiteKnowledge) -> None:
        for flagger in self.real:
            flagger.check(comment, site)


BAD = (Raises, Hangs, HangsForGood, EatsMemory, Segfaults, Rubbish, WrongSpans, NotANumber, TalksTooMuch)
# Those that answer, if badly: they do not take the process with them.
ANSWERING = (Raises, Rubbish, WrongSpans, NotANumber, TalksTooMuch)
