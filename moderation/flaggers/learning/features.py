"""What the learning judge sees of a comment: hashed runs of letters and words, and a few plain facts about how it came."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from zlib import crc32

from moderation.flaggers.ngrams import Token, feature_set, tokenize
from moderation.flaggers.scorers import WEIGHTS_FOLDER, load_scorer

# What stored weights belong to: changes with every change of a feature here, and of what is kept in model.py.
FEATURES: Final = "runs18/words18/vector384/3"
BITS: Final = 18
_SHIFT: Final = 32 - BITS
_STEM: Final = 5

# The clauses that shipped models know something of, and the flaggers that speak for those.
SHIPPED: Final = {"respect": "respect", "no-advertising": "spam"}

# The facts that are weighed against each other, in this order, after the constant.
SIGNALS: Final = ("cold", "runs", "words", "vector", "length", "reply", "approved", "rejected", "flags", "article")
_USUAL_LENGTH: Final = 3.5
_LEAST: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a comment came: whether it answers another one, how many of the author's comments were published and refused
    before, a number that stands for the article, and what other flaggers said: the scores of those of shipped models, flagged or
    not, with the versions that gave them, and the greatest one of a finding that counts by clause. And what the encoder made of
    its text, where there is one."""

    is_reply: bool = False
    approved: int = 0
    rejected: int = 0
    article: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
    flagged: Mapping[str, float] = field(default_factory=dict)
    vector: array[float] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A comment as the judge sees it: places in two tables of 2 ** BITS entries, distinct and in no order, and facts.

    `cold` has the log-odds by clause before anything was learnt; 0 where nothing is known. `vector` is of length 1. `versions`:
    which one of the shipped model that was, by clause.
    """

    runs: array[int]
    words: array[int]
    facts: tuple[float, float, float, float, float]
    article: int
    cold: Mapping[str, float]
    vector: array[float] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def make_example(body: str, language: str, circumstances: Circumstances, clauses: Iterable[str]) -> Example:
    """The features of a text. Where the flagger of a shipped model said nothing of it, that model is asked: 1 ms."""
    tokens = tokenize(body, with_addresses=False)
    return Example(
        runs=array("I", {feature >> _SHIFT for feature in feature_set(tokens)}),
        words=array("I", {place for places in word_places(tokens) for place in places}),
        facts=(
            math.log1p(len(tokens)) - _USUAL_LENGTH,
            float(circumstances.is_reply),
            math.log1p(circumstances.approved),
            math.log1p(circumstances.rejected),
            sum(circumstances.flagged.values()),
        ),
        article=circumstances.article,
        cold={clause: _cold_logit(clause, body, language, circumstances) for clause in clauses},
        vector=circumstances.vector,
        versions={clause: _cold_version(SHIPPED[clause], circumstances) for clause in clauses if clause in SHIPPED},
    )


def word_places(tokens: Iterable[Token]) -> list[tuple[int, ...]]:
    """For each token the places of what it contributes: itself, its beginning, and the pair with the one before."""
    found = []
    before = ""
    for token in tokens:
        found.append((*_own_places(token.text), crc32(f"b{before} {token.text}".encode()) >> _SHIFT))
        before = token.text
    return found


def article_number(key: str) -> int:
    """What stands for an article: not its key, so that nothing of it is in the weights."""
    return crc32(b"a" + key.encode())


def logit(probability: float) -> float:
    """The log-odds; of 0 and 1 those of nearly so."""
    bounded = min(1 - _LEAST, max(_LEAST, probability))
    return math.log(bounded / (1 - bounded))


@lru_cache(maxsize=4096)
def _own_places(text: str) -> tuple[int, ...]:
    word = crc32(f"w{text}".encode()) >> _SHIFT
    return (word, crc32(f"p{text[:_STEM]}".encode()) >> _SHIFT) if len(text) > _STEM else (word,)


def _cold_logit(clause: str, body: str, language: str, circumstances: Circumstances) -> float:
    flagger = SHIPPED.get(clause)
    if flagger is None:
        return logit(circumstances.flagged[clause]) if clause in circumstances.flagged else 0.0
    if flagger in circumstances.scores:
        return logit(circumstances.scores[flagger])
    return logit(load_scorer(WEIGHTS_FOLDER / f"{flagger}.bin").score(body, language).probability)


def _cold_version(flagger: str, circumstances: Circumstances) -> str:
    if flagger in circumstances.scores:
        return circumstances.versions.get(flagger, "")
    return load_scorer(WEIGHTS_FOLDER / f"{flagger}.bin").version
