"""How much likelier the words of a text are in one article than on the site as a whole.

Words are compared as they stand and by their runs of four letters, so that "Betreuung" speaks for "Kinderbetreuung". What is
compared are two models of language, smoothed by the site's (Dirichlet): Zhai and Lafferty 2004,
https://doi.org/10.1145/984321.984322. Plain Python.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from zlib import crc32

from moderation.flaggers.shown import own_words
from moderation.flaggers.spelling import fold

# What weights were trained on: changes with every change of this module that changes a number.
FEATURES: Final = "words2-40/runs4/dirichlet20000/published.25"

_WORD = re.compile(r"[^\W_]{2,40}")
_RUN: Final = 4
# How many features of the site's stand beside those of an article.
_SMOOTHING: Final = 20_000.0
# What nobody has seen is as rare as half of what the site saw once.
_UNSEEN: Final = 0.5
# The site's own words are few, so those of the language count as much as so many of them.
_LANGUAGE_WEIGHT: Final = 300_000.0


def words_of(text: str) -> tuple[str, ...]:
    """The words in one spelling, without quoted lines, code and addresses."""
    return tuple(_WORD.findall(fold(own_words(text)).text))


# A worker meets the same paragraphs and published comments with every comment.
@lru_cache(maxsize=2_000)
def features_of(text: str) -> Mapping[int, int]:
    """How often each hashed word and run of letters stands in a text."""
    counts: Counter[int] = Counter()
    for word in words_of(text):
        counts.update(_features_of_word(word))
    return counts


class Shares(Protocol):
    """How much of all words a feature makes up."""

    def share(self, feature: int) -> float:
        """Never nothing."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageShares:
    """The words of a language, counted once in many texts: a byte for each of 2 ** bits features, the logarithm of its
    count in twelfths."""

    table: bytes
    total: float

    def share(self, feature: int) -> float:
        """Features that share a place share its count."""
        return math.expm1(self.table[feature % len(self.table)] / 12) / self.total


class Background:
    """The words of the site as a whole, on top of those of its language."""

    def __init__(self, texts: Iterable[str], base: Shares) -> None:
        """Counts them; about a millisecond for 200 words. What the base counted weighs as much as so many features."""
        self._counts: Counter[int] = Counter()
        for text in texts:
            self._counts.update(features_of(text))
        self._base = base
        self._base_total = base.total if isinstance(base, Background) else _LANGUAGE_WEIGHT
        self.total: float = self._counts.total() + self._base_total

    def share(self, feature: int) -> float:
        """How much of the words a feature makes up, never nothing."""
        return (self._counts[feature] + self._base_total * self._base.share(feature) + _UNSEEN) / self.total


class Document:
    """The words of an article, or of a comment that is answered."""

    def __init__(self, texts: Iterable[tuple[str, float]], background: Shares, smoothing: float = _SMOOTHING) -> None:
        """Texts and how often each counts; `smoothing`: how many features of the site's stand beside the document's own."""
        counts: dict[int, float] = {}
        for text, times in texts:
            for feature, count in features_of(text).items():
                counts[feature] = counts.get(feature, 0.0) + times * count
        self._rest = math.log(smoothing / (sum(counts.values()) + smoothing))
        self._gains = {
            feature: math.log1p(count / (smoothing * background.share(feature))) for feature, count in counts.items()
        }

    def likeness(self, features: Collection[int]) -> float:
        """The logarithm of how much likelier these features are here than on the site, over the root of their number."""
        gains = self._gains
        total = len(features) * self._rest + sum(gains[feature] for feature in features if feature in gains)
        return total / math.sqrt(len(features) + 1)


@lru_cache(maxsize=20_000)
def _features_of_word(word: str) -> tuple[int, ...]:
    runs = (word[at : at + _RUN] for at in range(len(word) - _RUN + 1)) if len(word) >= _RUN else ()
    return (crc32(f"w{word}".encode()), *(crc32(f"c{run}".encode()) for run in runs))
