"""The same text again: by the same author (while they wait), and anywhere on the site (afterwards).

Two texts are compared by the runs of three words they have in common. Quoted lines are left out, since whoever answers may
quote, but not of a text that is nothing but a quotation. Very short texts are never a repetition, many people say "Danke!";
of those under eight words the same by several authors only with a link, many people say "Vielen Dank für den Artikel!".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import RecentText, SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.links import find_links
from moderation.flaggers.shown import without_quoted_lines
from moderation.flaggers.spelling import fold

_SAME = gettext_noop("The same person sent this text before, within the last day.")
_ALIKE = gettext_noop("The same person sent almost this text before, within the last day.")
_ON_SITE = gettext_noop("Almost the same text stands in other comments of the last days (%(count)s): %(comments)s")
_BY_SEVERAL = gettext_noop(
    "Almost the same text stands in other comments of the last days (%(count)s, by %(authors)s authors under "
    "%(articles)s articles): %(comments)s"
)
_LABEL = gettext_noop("Sent before")

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
    version = "3"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether one of the author's own latest texts is the same or almost the same."""
        own = _Text(comment.body)
        compared = [(own.likeness(other), other) for other in map(_Text, comment.recent_bodies)]
        share, other = max(compared, key=lambda one: one[0], default=(0.0, own))
        if share < _ALIKE_SHARE:
            return clear(self)
        return flagged(self, _SAME if share == 1 else _ALIKE, score=share, spans=own.common_with(other))


class SiteRepetitionFlagger:
    """Compares with what anybody sent to the site within three days; asynchronous, about 20 ms for 500 texts."""

    name = "site_repetition"
    version = "4"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Which comments of others, or of the same author under another article, have almost the same text."""
        own = _Text(comment.body)
        alike: list[tuple[float, RecentText]] = []
        for recent in site.recent_texts:
            share = own.likeness(_Text(recent.body))
            if share >= _ALIKE_SHARE and (recent.by_same_author or not own.is_phrase()):
                alike.append((share, recent))
        if not alike:
            return clear(self)
        nearest = max(alike, key=lambda one: one[0])[1]
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
            spans=own.common_with(_Text(nearest.body)),
        )


class _Text:
    """A text as the words of its author, ready to be compared."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._words = _words_of(body)

    def is_phrase(self) -> bool:
        """Whether it is so short that many people write it, each by themselves; not where it has a link."""
        return len(self._words) < _LEAST_WORDS and not any(find_links(self._body))

    def common_with(self, other: _Text) -> list[Span]:
        """The stretches of its words that stand in the other text too, with the punctuation around them."""
        body = _without_quotes(self._body)
        folded = fold(body)
        places = [folded.source_span(*match.span()) for match in _WORD.finditer(folded.text)]
        stretches: list[tuple[int, int]] = []
        last = -_RUN
        for at in _shared_words(self._words, other._words):
            start, end = places[at]
            # What was quoted in between was not sent before.
            if at == last + 1 and body[stretches[-1][1] : start] == self._body[stretches[-1][1] : start]:
                start = stretches.pop()[0]
            stretches.append((start, end))
            last = at
        return [_to_white_space(body, start, end) for start, end in stretches]

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


def _without_quotes(body: str) -> str:
    """The text with quoted lines blanked out, each character where it was; where no word would be left, as it is."""
    answer = without_quoted_lines(body)
    return answer if any(map(str.isalnum, answer)) else body


def _shared_words(words: tuple[str, ...], others: tuple[str, ...]) -> list[int]:
    """Which words, by their places, stand in runs that the others have too; all of the same ones."""
    if words == others:
        return list(range(len(words)))
    runs = _runs_of(others)
    starts = (at for at in range(len(words) - _RUN + 1) if words[at : at + _RUN] in runs)
    return sorted({at + more for at in starts for more in range(_RUN)})


def _to_white_space(body: str, start: int, end: int) -> Span:
    while start and not body[start - 1].isspace():
        start -= 1
    while end < len(body) and not body[end].isspace():
        end += 1
    return Span(start, end, _LABEL)


# A worker meets the same recent texts with every comment.
@lru_cache(maxsize=1024)
def _words_of(body: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(_without_quotes(body)).text))


@lru_cache(maxsize=1024)
def _runs_of(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(words[at : at + _RUN] for at in range(len(words) - _RUN + 1))
