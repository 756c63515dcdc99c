"""Runs the inline flaggers of one comment at once, and waits for none of them longer than the budget."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput
from moderation.conf import settings
from moderation.flaggers.base import Flagger, SiteKnowledge
from moderation.flaggers.guard import FAILED, PAUSED, TOO_SLOW, check_safely, without_result

logger = logging.getLogger(__name__)


class _Run(threading.Thread):
    """One flagger looking at one comment. A daemon, so that one that hangs does not keep the server from stopping."""

    def __init__(self, flagger: Flagger, comment: ScreeningInput, site: SiteKnowledge) -> None:
        super().__init__(name=f"flagger-{flagger.name}", daemon=True)
        self.flagger = flagger
        self.finding: Finding | None = None
        self._arguments = (flagger, comment, site)

    def run(self) -> None:
        try:
            self.finding = check_safely(*self._arguments)
        except BaseException as error:  # noqa: BLE001 - sys.exit() in a flagger ends this thread and nothing else
            logger.error("Flagger %s failed: %s", self.flagger.name, type(error).__name__)  # noqa: TRY400
            self.finding = without_result(self.flagger, CheckOutcome.FAILED, FAILED)


@dataclass(frozen=True, slots=True)
class _Slow:
    """A run that took too long; `times` it happened in a row, and until when (time.monotonic) that is remembered."""

    run: _Run
    until: float
    times: int


# By the flagger's name.
_slow: dict[str, _Slow] = {}


def run_inline(flaggers: Iterable[Flagger], comment: ScreeningInput, site: SiteKnowledge) -> tuple[Finding, ...]:
    """A finding of each flagger, in their order, after MODERATION_INLINE_BUDGET at the latest. Never raises.

    One that is not done by then is FAILED, and left out by this process for as long as it still runs: Python cannot end
    a thread, and so at most one per request in flight is lost to it. If it ends, it gets a second chance (the machine
    may have been busy); after that it is left out for MODERATION_FLAGGER_PAUSE.
    """
    deadline = time.monotonic() + settings.inline_budget.total_seconds()
    started = [_start(flagger, comment, site) for flagger in flaggers]
    return tuple(_collect(one, deadline) if isinstance(one, _Run) else one for one in started)


def forget_slow_flaggers() -> None:
    """Leave none out any more: for tests."""
    _slow.clear()


def _start(flagger: Flagger, comment: ScreeningInput, site: SiteKnowledge) -> _Run | Finding:
    if _is_left_out(flagger.name):
        return without_result(flagger, CheckOutcome.NOT_RUN, PAUSED)
    run = _Run(flagger, comment, site)
    try:
        run.start()
    except RuntimeError:
        logger.exception("There is no thread for flagger %s.", flagger.name)
        return without_result(flagger, CheckOutcome.FAILED, FAILED)
    return run


def _collect(run: _Run, deadline: float) -> Finding:
    run.join(max(0.0, deadline - time.monotonic()))
    if run.finding is not None:
        return run.finding
    name, now = run.flagger.name, time.monotonic()
    before = _slow.get(name)
    times = before.times + 1 if before is not None and now < before.until else 1
    _slow[name] = _Slow(run, now + settings.flagger_pause.total_seconds(), times)
    logger.error("Flagger %s took too long.", name)
    return without_result(run.flagger, CheckOutcome.FAILED, TOO_SLOW)


def _is_left_out(name: str) -> bool:
    slow = _slow.get(name)
    if slow is None:
        return False
    return slow.run.is_alive() or (slow.times > 1 and time.monotonic() < slow.until)
