"""The same text again: by the same author (while they wait), and anywhere on the site (afterwards).

Two texts are compared by the runs of three words they have in common. Quoted lines are left out: whoever answers may
quote. Short texts are never a repetition, many people say "Danke!".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import RecentText, SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.spelling import fold

_SAME = gettext_noop("The same person sent this text before, within the last day.")
_ALIKE = gettext_noop("The same person sent almost this text before, within the last day.")
_ON_SITE = gettext_noop("Almost the same text stands in other comments of the last days (%(count)s): %(comments)s")
_BY_SEVERAL = gettext_noop(
    "Almost the same text stands in other comments of the last days (%(count)s, by %(authors)s authors under "
    "%(articles)s articles): %(comments)s"
)
_LABEL = gettext_noop("Sent before")

_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")
# Shorter texts say the same because there is little to say.
_LEAST_LETTERS: Final = 20
_LEAST_WORDS: Final = 8
_RUN: Final = 3
_ALIKE_SHARE: Final = 0.5
# A text of so many words that stands nearly whole within another one was copied, whatever was written around it.
_COPIED_WORDS: Final = 15
_COPIED_SHARE: Final = 0.8
_NAMED: Final = 3


class RepetitionFlagger:
    """Compares with what the same author sent within the last day; inline."""

    name = "repetition"
    version = "1"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether one of the author's own latest texts is the same or almost the same."""
        own = _Text(comment.body)
        share = max((own.likeness(_Text(body)) for body in comment.recent_bodies), default=0.0)
        if share < _ALIKE_SHARE:
            return clear(self)
        whole = Span(0, len(comment.body), _LABEL)
        return flagged(self, _SAME if share == 1 else _ALIKE, score=share, spans=[whole])


class SiteRepetitionFlagger:
    """Compares with what anybody sent to the site within three days; asynchronous, about 20 ms for 500 texts."""

    name = "site_repetition"
    version = "2"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Which comments of others, or of the same author under another article, have almost the same text."""
        own = _Text(comment.body)
        alike: list[tuple[float, RecentText]] = []
        for recent in site.recent_texts:
            share = own.likeness(_Text(recent.body))
            if share >= _ALIKE_SHARE:
                alike.append((share, recent))
        if not alike:
            return clear(self)
        authors = len({recent.author for _share, recent in alike})
        return flagged(
            self,
            _ON_SITE if authors == 1 else _BY_SEVERAL,
            {
                "count": len(alike),
                "authors": authors,
                "articles": len({recent.article for _share, recent in alike}),
                "comments": ", ".join(recent.comment for _share, recent in alike[:_NAMED]),
            },
            score=max(share for share, _recent in alike),
            spans=[Span(0, len(comment.body), _LABEL)],
        )


class _Text:
    """A text as the words of its author, ready to be compared."""

    def __init__(self, body: str) -> None:
        self._words = _words_of(body)

    def likeness(self, other: _Text) -> float:
        """1 for the same words, else the share of common runs of three words (Jaccard), or of the shorter text's own runs
        where nearly all of it stands in the longer one; 0 when the texts are short."""
        if self._words == other._words:
            return float(sum(map(len, self._words)) >= _LEAST_LETTERS)
        shorter, longer = sorted((len(self._words), len(other._words)))
        if shorter < _LEAST_WORDS or shorter < min(longer * _ALIKE_SHARE, _COPIED_WORDS):
            return 0.0
        runs, others = _runs_of(self._words), _runs_of(other._words)
        common = len(runs & others)
        copied = common / min(len(runs), len(others))
        share = common / len(runs | others)
        if shorter >= _COPIED_WORDS and copied >= _COPIED_SHARE:
            share = max(share, copied * _COPIED_SHARE)
        # Never 1, which is the same text.
        return min(0.99, share)


# A worker meets the same recent texts with every comment.
@lru_cache(maxsize=1024)
def _words_of(body: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(_QUOTED_LINE.sub("", body)).text))


@lru_cache(maxsize=1024)
def _runs_of(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(words[at : at + _RUN] for at in range(len(words) - _RUN + 1))
