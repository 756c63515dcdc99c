"""What was learnt from a site's decisions, as it is kept and asked: linear, so that it can say which words moved it."""

from __future__ import annotations

import base64
import json
import math
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import mul, sub
from typing import Any, Final

from moderation.flaggers.encoder import WIDTH
from moderation.flaggers.learning.features import (
    BITS,
    FEATURES,
    SIGNALS,
    Circumstances,
    Example,
    logit,
    make_example,
    word_places,
)
from moderation.flaggers.ngrams import tokenize
from moderation.flaggers.scorers import places_by_token, shares_of, sigmoid, strongest

_BOUND: Final = 10.0
_FEW: Final = 20
# A model of five clauses with full tables has 3 MB.
_MOST_BYTES: Final = 50_000_000
_ARTICLES: Final = 500
_ARTICLE_PRIOR: Final = 5.0
# Of the rare words of a text another one has to have so many, and such a share, to be called alike.
_LEAST_COMMON: Final = 4
_LEAST_ALIKE: Final = 0.25
# A vector has to point so much the same way.
_LEAST_COSINE: Final = 0.5
_NAMED: Final = 3
# Probabilities between which those that are said are corrected.
TENTHS: Final = tuple(tenth / 10 for tenth in range(11))
_TABLES: Final = ("runs", "words", "meaning", "common")


class ModelError(Exception):
    """Kept bytes that are no model of this version; the message says why."""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decided comment: its public identifier, hashes of its rarest words, and where its vector points, without what is
    common to all, in signed bytes; empty without a vector."""

    comment: str
    words: tuple[int, ...]
    direction: array[int] = field(default_factory=lambda: array("b"))


@dataclass(frozen=True, slots=True)
class LearnedClause:
    """What was learnt of one clause: `bad` texts were refused by it and `good` ones published. The log-odds are the constant
    and the weighted SIGNALS; `knots` are the probabilities that stand for those of TENTHS; `runs` and `words` are tables of signed
    bytes, `meaning` the weights of a vector without what is `common` to all."""

    clause: str
    title: str
    bad: int
    good: int
    constant: float
    weights: tuple[float, ...]
    knots: tuple[float, ...]
    runs: array[int]
    runs_scale: float
    words: array[int]
    words_scale: float
    meaning: array[float]
    common: array[float]
    rates: Mapping[int, float]
    past: tuple[PastDecision, ...]

    def judge(self, body: str, language: str, circumstances: Circumstances) -> tuple[float, dict[str, float]]:
        """The probability that a text is against the clause, and the share of each of SIGNALS in its log-odds. About 2 ms."""
        return self.judge_example(make_example(body, language, circumstances, [self.clause]))

    def judge_example(self, example: Example) -> tuple[float, dict[str, float]]:
        """The same of a text whose features are known, those of this clause among them."""
        runs = self.runs_scale * sum(map(self.runs.__getitem__, example.runs)) / math.sqrt(max(1, len(example.runs)))
        words = (
            self.words_scale * sum(map(self.words.__getitem__, example.words)) / math.sqrt(max(1, len(example.words)))
        )
        signals = (
            example.cold[self.clause],
            bounded(runs),
            bounded(words),
            bounded(self._judge_meaning(example.vector)),
            *example.facts,
            self.rates.get(example.article, 0.0),
        )
        shares = {name: weight * signal for name, weight, signal in zip(SIGNALS, self.weights, signals, strict=True)}
        return corrected(sigmoid(self.constant + sum(shares.values())), self.knots), shares

    def explain(self, body: str) -> list[tuple[int, int]]:
        """Up to three stretches of the text that the site's decisions speak against most, as half-open offsets."""
        tokens = tokenize(body, with_addresses=False)
        run_places, at_words = places_by_token(tokens, BITS), word_places(tokens)
        runs_worth = self.weights[1] * self.runs_scale / _root(run_places)
        words_worth = self.weights[2] * self.words_scale / _root(at_words)
        of_both = zip(shares_of(run_places, self.runs), shares_of(at_words, self.words), strict=True)
        shares = [runs_worth * of_runs + words_worth * of_words for of_runs, of_words in of_both]
        return strongest(tokens, shares)

    def find_alike(self, body: str, vector: array[float] | None) -> list[str]:
        """Public identifiers of up to three comments refused by this clause that are most alike, of 300 at most: by what they
        say where vectors are known, else by their words."""
        if vector is not None and any(past.direction for past in self.past):
            return self._find_near(list(map(sub, vector, self.common)))
        own = {place for places in word_places(tokenize(body, with_addresses=False)) for place in places}
        found = []
        for at, past in enumerate(self.past):
            common = len(own.intersection(past.words))
            share = common / max(1, len(past.words))
            if common >= _LEAST_COMMON and share >= _LEAST_ALIKE:
                found.append((-share, -at, past.comment))
        return [comment for _share, _at, comment in sorted(found)[:_NAMED]]

    def _judge_meaning(self, vector: array[float] | None) -> float:
        return 0.0 if vector is None else sum(map(mul, self.meaning, map(sub, vector, self.common)))

    def _find_near(self, own: list[float]) -> list[str]:
        """By the cosine; 15 microseconds each."""
        found = []
        for at, past in enumerate(self.past):
            if past.direction:
                cosine = sum(map(mul, own, past.direction)) / (_length(own) * _length(past.direction) or 1.0)
                if cosine >= _LEAST_COSINE:
                    found.append((-cosine, -at, past.comment))
        return [comment for _cosine, _at, comment in sorted(found)[:_NAMED]]


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """What a site's decisions have taught, by clause; `number` is the version, `encoder` that of the vectors it knows, empty
    for none."""

    number: int
    clauses: tuple[LearnedClause, ...]
    encoder: str = ""


class ArticleRates:
    """How much more often than elsewhere comments on an article are refused; the latest 500 articles."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[float, float]] = {}
        self._bad, self._all = 0.5, 4.0

    def judge(self, article: int) -> float:
        """As log-odds; 0 for one not seen."""
        if article not in self._counts:
            return 0.0
        rate = self._bad / self._all
        bad, every = self._counts[article]
        return logit((bad + _ARTICLE_PRIOR * rate) / (every + _ARTICLE_PRIOR)) - logit(rate)

    def learn(self, article: int, *, is_bad: bool, weight: float) -> None:
        """Count a decision. 0 stands for no article."""
        self._bad += weight * is_bad
        self._all += weight
        if article:
            bad, every = self._counts.pop(article, (0.0, 0.0))
            self._counts[article] = (bad + weight * is_bad, every + weight)
            if len(self._counts) > _ARTICLES:
                del self._counts[next(iter(self._counts))]

    def kept(self) -> dict[int, float]:
        """What `judge` says of each article."""
        return {article: round(self.judge(article), 3) for article in self._counts}


def tenth_of(probability: float) -> tuple[int, float]:
    """The place in TENTHS of the one below a probability, and which share of the way to the next one it lies."""
    low = min(len(TENTHS) - 2, int(probability * (len(TENTHS) - 1)))
    return low, (probability - TENTHS[low]) * (len(TENTHS) - 1)


def corrected(probability: float, knots: Sequence[float]) -> float:
    """What stands for a probability, between the knots of the tenths beside it."""
    low, share = tenth_of(probability)
    return knots[low] + share * (knots[low + 1] - knots[low])


def evidence_share(bad: int, good: int) -> float:
    """How much what was learnt counts: nothing at first, half with twenty texts of the rarer kind."""
    fewer = min(bad, good)
    return fewer / (fewer + _FEW)


def bounded(value: float) -> float:
    """A signal that cannot drown the others."""
    return max(-_BOUND, min(_BOUND, value))


def as_bytes(values: Sequence[float]) -> tuple[array[int], float]:
    """A table of signed bytes, and what one is worth."""
    scale = max(map(abs, values), default=0.0) / 127 or 1.0
    return array("b", [round(value / scale) for value in values]), scale


def pack(clauses: Iterable[LearnedClause], encoder: str = "") -> bytes:
    """The clauses as bytes to be kept; about 0.1 to 0.4 MB each, with vectors 0.1 more."""
    content = {"features": FEATURES, "encoder": encoder, "clauses": [_as_json(clause) for clause in clauses]}
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 6)


def unpack(content: bytes, number: int) -> LearnedModel:
    """The model of kept bytes. Raises ModelError."""
    try:
        stored = json.loads(zlib.decompressobj().decompress(content, _MOST_BYTES))
        if stored["features"] != FEATURES:
            raise ModelError("It was learnt with other features than this version computes; run manage.py learn.")
        return LearnedModel(number, tuple(map(_from_json, stored["clauses"])), str(stored["encoder"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, zlib.error) as error:
        raise ModelError(f"It is damaged: {error!r}") from error


def _as_json(clause: LearnedClause) -> dict[str, Any]:
    tables = {name: _as_text(getattr(clause, name)) for name in _TABLES}
    past = [[one.comment, _as_text(one.direction), *one.words] for one in clause.past]
    plain = {one.name: getattr(clause, one.name) for one in fields(clause) if one.name not in (*_TABLES, "past")}
    return {**plain, **tables, "past": past, "rates": list(clause.rates.items())}


def _from_json(stored: dict[str, Any]) -> LearnedClause:
    clause = LearnedClause(
        clause=str(stored["clause"]),
        title=str(stored["title"]),
        bad=int(stored["bad"]),
        good=int(stored["good"]),
        constant=float(stored["constant"]),
        weights=tuple(map(float, stored["weights"])),
        knots=tuple(map(float, stored["knots"])),
        runs=_as_table("b", stored["runs"]),
        runs_scale=float(stored["runs_scale"]),
        words=_as_table("b", stored["words"]),
        words_scale=float(stored["words_scale"]),
        meaning=_as_table("f", stored["meaning"]),
        common=_as_table("f", stored["common"]),
        rates={int(article): float(rate) for article, rate in stored["rates"]},
        past=tuple(
            PastDecision(str(comment), tuple(map(int, hashes)), _as_table("b", direction))
            for comment, direction, *hashes in stored["past"]
        ),
    )
    lengths = tuple(len(getattr(clause, name)) for name in (*_TABLES, "weights", "knots"))
    if lengths != (1 << BITS, 1 << BITS, WIDTH, WIDTH, len(SIGNALS), len(TENTHS)):
        raise ModelError("Its tables have another length than those of this version.")
    return clause


def _as_text(table: array[Any]) -> str:
    return base64.b64encode(table.tobytes()).decode()


def _as_table(kind: str, text: str) -> array[Any]:
    return array(kind, base64.b64decode(text))


def _length(numbers: Iterable[float]) -> float:
    return math.sqrt(sum(number * number for number in numbers))


def _root(places: Sequence[Sequence[int]]) -> float:
    return math.sqrt(max(1, len({place for each in places for place in each})))
