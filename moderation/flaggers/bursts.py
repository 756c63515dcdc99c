"""Many comments at once: by one author, from one network, or by newcomers under one article, as when people were sent there.

What is much depends on the article: a discussion that always gets 40 comments in a quarter of an hour is not stormed by
40. Regulars who argue quickly are no storm; a crowd of people nobody knows is what it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import Arrival, RecentText, SiteKnowledge, Stage, clear, flagged

_BY_AUTHOR = gettext_noop("The same author sent %(count)s comments within %(minutes)s minutes.")
_BY_NETWORK = gettext_noop(
    "%(count)s different authors sent comments from the same network within %(minutes)s minutes."
)
_BY_NEWCOMERS = gettext_noop(
    "%(count)s authors of whom nothing is published yet wrote under this article within %(minutes)s minutes, far more "
    "than usual here."
)
_BY_NEWCOMERS_ALONE = gettext_noop(
    "%(count)s authors of whom nothing is published yet wrote under this article within %(minutes)s minutes, and hardly "
    "anybody else."
)

_MINUTE: Final = 60
# So many comments by one author within so many minutes; people who argue send three in five.
_AUTHOR_BOUNDS: Final = ((5, 2), (15, 15))
# So many authors of one network; a household or a school class is fewer at a time.
_NETWORK_AUTHORS: Final = 5
_NETWORK_MINUTES: Final = 10
_ARTICLE_MINUTES: Final = 15
_ARTICLE_NEWCOMERS: Final = 8
_NEWCOMERS_SHARE: Final = 2 / 3
_TIMES_USUAL: Final = 4
# Without this much of the past nobody can say what is usual: then it takes more, and nearly only newcomers.
_LEAST_PAST_MINUTES: Final = 60
_YOUNG_NEWCOMERS: Final = 20
_YOUNG_SHARE: Final = 0.9


class BurstsFlagger:
    """Counts what came within minutes; asynchronous, by the latest 500 comments of the site."""

    name = "bursts"
    version = "3"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """The gravest crowd that this comment is a part of."""
        arrival = site.arrival
        if arrival is None:
            return clear(self)
        before = [one for one in site.recent_texts if one.seconds_before >= 0]
        message, newcomers = _storm(arrival, before)
        if newcomers:
            parameters = {"count": newcomers, "minutes": _ARTICLE_MINUTES}
            return flagged(self, message, parameters, score=0.7)
        authors = _authors_of_network(arrival, before)
        if authors >= _NETWORK_AUTHORS:
            parameters = {"count": authors, "minutes": _NETWORK_MINUTES}
            return flagged(self, _BY_NETWORK, parameters, score=min(0.9, 0.1 * authors))
        for bound, minutes in _AUTHOR_BOUNDS:
            count = 1 + sum(one.by_same_author for one in _within(before, minutes))
            if count >= bound:
                return flagged(self, _BY_AUTHOR, {"count": count, "minutes": minutes}, score=0.4)
        return clear(self)


def _within(texts: Iterable[RecentText], minutes: int) -> list[RecentText]:
    return [one for one in texts if one.seconds_before < minutes * _MINUTE]


def _authors_of_network(arrival: Arrival, before: Iterable[RecentText]) -> int:
    """How many authors sent something from the network of the comment, its own among them; 0 where none is known."""
    if not arrival.network:
        return 0
    others = {one.author for one in _within(before, _NETWORK_MINUTES) if one.network == arrival.network}
    return len(others | {arrival.author})


def _storm(arrival: Arrival, before: Iterable[RecentText]) -> tuple[str, int]:
    """The sentence that says what makes it a storm, and how many newcomers the comment came with, its author among them; 0 where
    it is none."""
    if not arrival.is_by_newcomer:
        return "", 0
    here = [one for one in before if one.article == arrival.article]
    now = _within(here, _ARTICLE_MINUTES)
    authors = {arrival.author, *(one.author for one in now)}
    newcomers = len({arrival.author, *(one.author for one in now if one.is_by_newcomer)})
    past_minutes = max((one.seconds_before for one in here), default=0.0) / _MINUTE - _ARTICLE_MINUTES
    message = _BY_NEWCOMERS
    if past_minutes < _LEAST_PAST_MINUTES:
        message = _BY_NEWCOMERS_ALONE
        is_storm = newcomers >= _YOUNG_NEWCOMERS and newcomers >= _YOUNG_SHARE * len(authors)
    else:
        usual = (len(here) - len(now)) * _ARTICLE_MINUTES / past_minutes
        is_storm = (
            newcomers >= _ARTICLE_NEWCOMERS
            and newcomers >= _NEWCOMERS_SHARE * len(authors)
            and len(now) + 1 >= _TIMES_USUAL * usual
        )
    return message, newcomers if is_storm else 0
