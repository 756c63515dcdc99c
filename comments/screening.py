"""The door through which a screener looks at a comment when it is posted. What stands behind it is a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from django.utils.module_loading import import_string

from comments.conf import settings
from comments.enums import CheckOutcome, FindingReach, Status


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source text, as half-open character offsets, and what it is."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one flagger says of one revision.

    `message` is an English sentence known to gettext, with %(name)s places for `parameters`; `score` is 0 to 1;
    `clause` is the slug of the clause it speaks for, or empty.
    """

    flagger: str
    version: str
    outcome: CheckOutcome
    score: float | None = None
    clause: str = ""
    message: str = ""
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    # Not so where the text was too long to be read to its end: no rule decides on it.
    is_whole: bool = True
    # Kept to be measured: nobody is shown it, and nothing follows from it.
    is_shadow: bool = False
    reach: FindingReach = FindingReach.HOLD


@dataclass(frozen=True, slots=True)
class ScreeningInput:
    """All that a flagger may know of a comment. `recent_bodies` are the author's own of the last day, newest first."""

    site: str
    article_key: str
    article_title: str
    language: str
    mode: str
    body: str
    author_name: str
    author_kind: str
    revision: int
    parent_body: str = ""
    recent_bodies: tuple[str, ...] = ()
    # Only for the HTML form: how long it was open (None: unknown or forged), and whether its trap was filled.
    form_seconds: float | None = None
    form_trap_filled: bool = False
    by_form: bool = False
    # Whether the author is trusted on a site that lets comments of such authors appear at once.
    is_trusted: bool = False
    # What the comment will be known by; empty for a new text of one.
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a comment goes at first (PENDING or APPROVED) and what was found on the way. `drawn_share`: with what share of those
    that would have appeared at once it was drawn at random to wait for a person; 1 where it was not drawn."""

    status: Status
    findings: tuple[Finding, ...] = ()
    drawn_share: float = 1


Screener = Callable[[ScreeningInput], Verdict]


def wait_for_a_moderator(screening_input: ScreeningInput) -> Verdict:
    """The screener of a site without one: everything waits."""
    del screening_input
    return Verdict(Status.PENDING)


@cache
def _load_screener(path: str) -> Screener:
    return cast("Screener", import_string(path))


def get_screener() -> Screener:
    """The function that COMMENTS_SCREENER names."""
    return _load_screener(settings.screener)
