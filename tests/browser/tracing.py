"""The tasks of a page by the browser's own trace: how long each kept a processor busy, whatever else the machine did."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CATEGORIES = ["toplevel", "devtools.timeline", "blink.user_timing"]
SCRIPT_EVENTS = {"FunctionCall", "EvaluateScript"}
LONG_US = 50_000
OUR_SCRIPT = "/embed/v1"


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a page's main thread: milliseconds of processor time, how many of them our script had, with all that
    the browser did inside its functions, and for a long one what it was spent on, with milliseconds by the clock."""

    milliseconds: float
    script_milliseconds: float
    parts: str = ""


def tasks_of(browser: Browser, page: Page, act: Callable[[], None]) -> list[Task]:
    """What the page's main thread did while `act` ran, tasks of a millisecond and more."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    act()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    return [
        task for thread in threads for task in _tasks([one for one in events if (one["pid"], one["tid"]) == thread])
    ]


def _tasks(events: list[dict[str, Any]]) -> Iterator[Task]:
    """From the events of one thread."""
    scripts = _outermost([one for one in events if one["name"] in SCRIPT_EVENTS and OUR_SCRIPT in _address(one)])
    for one in events:
        if one["name"] == "ThreadControllerImpl::RunTask" and one.get("tdur", 0) >= 1_000:
            end = one["ts"] + one["dur"]
            parts = _parts(events, one["ts"], end) if one["tdur"] > LONG_US else ""
            of_script = sum(each.get("tdur", each["dur"]) for each in scripts if one["ts"] <= each["ts"] <= end)
            yield Task(one["tdur"] / 1_000, of_script / 1_000, parts)


def _outermost(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that do not lie within another of them: a function that another one calls is counted with it."""
    outermost: list[dict[str, Any]] = []
    for one in sorted(events, key=lambda one: (one["ts"], -one.get("dur", 0))):
        if "dur" in one and (not outermost or one["ts"] >= outermost[-1]["ts"] + outermost[-1]["dur"]):
            outermost.append(one)
    return outermost


def _parts(events: list[dict[str, Any]], start: float, end: float) -> str:
    """The longest events within a task."""
    inside = [one for one in events if start < one["ts"] <= end and one.get("dur", 0) > LONG_US / 10]
    inside.sort(key=lambda one: -one["dur"])
    return ", ".join(f"{one['name']} {one['dur'] / 1_000:.0f}" for one in inside[:8])


def _address(event: dict[str, Any]) -> str:
    """Of the file whose function ran."""
    address: str = event.get("args", {}).get("data", {}).get("url", "")
    return address
