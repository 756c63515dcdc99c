"""What a flagger is, and what it may know.

A flagger is a pure function with a name: no database, no network, no files, no clock. So it can run in any thread or
process, and the same input always gives the same finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import Action, FlaggerState

if TYPE_CHECKING:
    from moderation.flaggers.learning.features import Circumstances
    from moderation.flaggers.learning.model import LearnedModel
    from moderation.flaggers.topic_projection import Projection

TOO_LONG: Final = gettext_noop("Found nothing in what it read: the text is too long to be read to its end.")
# More marks are no help to who reads the text.
_MOST_SPANS: Final = 50


class Stage(Enum):
    """When a flagger runs: INLINE while the author waits (a few milliseconds), ASYNCHRONOUS in a worker afterwards.

    OUTSIDE: it does not look itself, but asks somebody else's service, by way of a worker (`flaggers.outside`).
    """

    INLINE = "inline"
    ASYNCHRONOUS = "asynchronous"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A word or phrase of the site's list. An empty language means comments in any."""

    phrase: str
    language: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class RecentText:
    """What else was sent to the site lately, whatever became of it; `comment` is its public identifier.

    Author, article and network are opaque: they tell who is the same. `seconds_before` the comment that is looked at,
    negative after it. `is_by_newcomer`: nothing of its author is published.
    """

    comment: str
    body: str
    by_same_author: bool
    author: str = ""
    article: str = ""
    network: str = ""
    seconds_before: float = 0.0
    is_by_newcomer: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a stored comment came, in the same opaque words as a RecentText. `network` is empty where it tells nobody apart;
    `new_domains`: hosts that it links to, and nothing published on the site does."""

    author: str
    article: str
    network: str = ""
    is_by_newcomer: bool = False
    new_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """What an article says, as far as its host tells, and up to ten comments that were published under it, newest first."""

    key: str
    language: str
    title: str
    teaser: str = ""
    paragraphs: tuple[str, ...] = ()
    published: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteKnowledge:
    """What a flagger may know of the site. `own_hosts` are the site's own host names, in small letters.

    `recent_texts`, the latest 500 of three days, newest first, and `arrival` are there for asynchronous flaggers alone.
    `learned`, what the site's decisions have taught, and `circumstances` are there for the flagger of this name alone;
    `is_learned_unreadable`: something is stored, of another release or damaged.
    `article`, the one commented on, without the comment itself, and `other_articles`, the newest 60 that are discussed,
    for those among them whose attribute `reads_articles` is true; so are `projection`, which the site's published comments
    have taught, and `topic_scores`, what the flagger of this name said of the newest published ones, by its version.
    """

    terms: tuple[TermEntry, ...] = ()
    own_hosts: frozenset[str] = frozenset()
    # By flagger and primary language, empty for all: what the site chose.
    states: Mapping[tuple[str, str], FlaggerState] = field(default_factory=dict)
    recent_texts: tuple[RecentText, ...] = ()
    arrival: Arrival | None = None
    learned: LearnedModel | None = None
    is_learned_unreadable: bool = False
    circumstances: Circumstances | None = None
    article: ArticleWords | None = None
    other_articles: tuple[ArticleWords, ...] = ()
    projection: Projection | None = None
    topic_scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


class Flagger(Protocol):
    """One check. Plain class attributes fit where properties stand here."""

    @property
    def name(self) -> str:
        """Unique, up to 40 small letters, digits and underscores; the same for ever, since findings are kept by it."""
        ...

    @property
    def version(self) -> str:
        """Changes when the same text may be judged differently than before; up to 20 characters."""
        ...

    @property
    def stage(self) -> Stage:
        """When it runs."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Primary subtags of the languages it is for ("de"); an empty tuple means all."""
        ...

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """What is to be said of this text."""
        ...


def clear(
    flagger: Flagger,
    message: str = "",
    parameters: Mapping[str, str | int] | None = None,
    *,
    score: float | None = None,
    is_whole: bool = True,
) -> Finding:
    """Nothing found; of a text whose end was not read the finding says so."""
    return Finding(
        flagger.name,
        flagger.version,
        CheckOutcome.CLEAR,
        score=score,
        message=message if is_whole else TOO_LONG,
        parameters=parameters or {},
        is_whole=is_whole,
    )


def flagged(
    flagger: Flagger,
    message: str,
    parameters: Mapping[str, str | int] | None = None,
    *,
    score: float,
    clause: str = "",
    spans: Iterable[Span] = (),
    is_whole: bool = True,
) -> Finding:
    """Something found. `message` is an English sentence marked with gettext_noop, `score` says how sure, or how much it weighs: 0
    to 1. Of the spans the first fifty are kept. Not `is_whole`: the end of the text was not read."""
    return Finding(
        flagger.name,
        flagger.version,
        CheckOutcome.FLAGGED,
        score=score,
        clause=clause,
        message=message,
        parameters=parameters or {},
        spans=tuple(islice(spans, _MOST_SPANS)),
        is_whole=is_whole,
    )


def primary_language(tag: str) -> str:
    """The language without region or script: "de" for "de-AT"."""
    return tag.replace("_", "-").partition("-")[0].lower()


def speaks(flagger: Flagger, language: str) -> bool:
    """Whether the flagger is made for comments in this language."""
    return not flagger.languages or primary_language(language) in flagger.languages


def first_state(flagger: Flagger) -> FlaggerState:
    """What becomes of a flagger on a site that has not chosen: its attribute `first_state`, INFORM without one."""
    state = getattr(flagger, "first_state", FlaggerState.INFORM)
    return FlaggerState(state)


def decidable(flagger: Flagger) -> tuple[Action, ...]:
    """What a site may let a flagger decide: its attribute `decides`, nothing without one. To publish is for those that score
    also a text in which they find nothing, to reject for those that name a clause."""
    return tuple(getattr(flagger, "decides", ()))


def is_guess(flagger: Flagger) -> bool:
    """Whether its score says how likely it is right, its attribute `is_guess`; else the score is only how much a fact weighs."""
    return bool(getattr(flagger, "is_guess", False))


def in_state(finding: Finding, state: FlaggerState) -> Finding:
    """What was said by a flagger in this state: whether it counts, and how far it reaches."""
    return dataclasses.replace(finding, is_shadow=state == FlaggerState.SHADOW, reach=state.reach)


def state_of(flagger: Flagger, language: str, site: SiteKnowledge) -> FlaggerState:
    """What becomes of a flagger with a comment in this language: OFF also when it is not made for it."""
    if not speaks(flagger, language):
        return FlaggerState.OFF
    chosen = site.states.get((flagger.name, primary_language(language))) or site.states.get((flagger.name, ""))
    return chosen or first_state(flagger)
