"""What says how likely a text is against a clause, and which words moved it: one interface for the small models that come with
the code, which are here, and the encoder (docs/reference/models.md)."""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from zlib import crc32

from moderation.flaggers.base import primary_language
from moderation.flaggers.ngrams import (
    FEATURES,
    Token,
    feature_set,
    features_by_token,
    is_whole,
    says_something,
    tokenize,
)

Made = TypeVar("Made")

WEIGHTS_FOLDER: Final = Path(__file__).resolve().parent / "weights"
MAGIC: Final = b"marginalia n-grams 1\n"

_MOST_WORDS: Final = 3
# A word that moved the score less than this share of what the first one did is not worth naming.
_LEAST_SHARE: Final = 0.35
_LONGEST_HEADER: Final = 20_000
_MOST_BITS: Final = 20


class WeightsError(Exception):
    """A file of weights that cannot be used; the message names the file and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Score:
    """How likely the text is against the clause, 0 to 1, and whether that is likely enough to say so. Not `is_whole`: the
    text was too long to be read to its end."""

    probability: float
    is_enough: bool
    is_whole: bool = True


class Scorer(Protocol):
    """Judges texts by one clause."""

    @property
    def version(self) -> str:
        """Names the judge and what it learnt from; up to 20 characters."""
        ...

    def score(self, text: str, language: str) -> Score:
        """How likely a text in this language is against the clause."""
        ...

    def explain(self, text: str) -> list[tuple[int, int]]:
        """Up to three stretches of the text that moved the score most, in order; half-open character offsets."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """Makes a probability of a sum: 1 / (1 + exp(-(slope * sum + offset))); and from which one on a text is flagged."""

    slope: float
    offset: float
    threshold: float


@dataclass(frozen=True, slots=True)
class NgramScorer:
    """A linear model over the features of `ngrams`: about a millisecond for 50 words, a megabyte at most."""

    version: str
    with_addresses: bool
    bits: int
    scale: float
    weights: array[int]
    calibrations: Mapping[str, Calibration]

    def score(self, text: str, language: str) -> Score:
        """By the calibration for the language, or the first one for others. A text that says nothing gets 0."""
        total, is_read_whole = self.add_up(text)
        if total is None:
            return Score(0.0, is_enough=False, is_whole=is_read_whole)
        first = next(iter(self.calibrations.values()))
        calibration = self.calibrations.get(primary_language(language), first)
        probability = sigmoid(calibration.slope * total + calibration.offset)
        return Score(probability, is_enough=probability >= calibration.threshold, is_whole=is_read_whole)

    def add_up(self, text: str) -> tuple[float | None, bool]:
        """The uncalibrated sum, None for a text that says nothing ("+1"), and whether the text was read to its end."""
        shift, weights = 32 - self.bits, self.weights
        tokens = tokenize(text, with_addresses=self.with_addresses)
        if not says_something(tokens):
            return None, is_whole(tokens)
        places = {feature >> shift for feature in feature_set(tokens)}
        return self.scale * sum(weights[place] for place in places) / math.sqrt(len(places)), is_whole(tokens)

    def explain(self, text: str) -> list[tuple[int, int]]:
        """The words with the greatest shares in the sum."""
        tokens = tokenize(text, with_addresses=self.with_addresses)
        return strongest(tokens, shares_of(places_by_token(tokens, self.bits), self.weights))


@cache
def load_scorer(path: Path) -> NgramScorer:
    """The model in a file, read once per process. Raises WeightsError."""
    return read_weights(path, MAGIC, FEATURES, _read)


def read_weights(path: Path, magic: bytes, features: str, read: Callable[[Mapping[str, Any], bytes], Made]) -> Made:
    """What `read` makes of a file of weights for these features, that is of the header in its first line and of what follows.
    Raises WeightsError, also for what `read` raises at a header that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: cannot be read: {error.strerror}.") from error
    if not content.startswith(magic):
        raise WeightsError(f"{path.name}: is no file of weights.")
    head, _newline, tables = content[len(magic) :].partition(b"\n")
    try:
        return _make(head, tables, features, read)
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{path.name}: is damaged: {error}.") from error


def _make(head: bytes, tables: bytes, features: str, read: Callable[[Mapping[str, Any], bytes], Made]) -> Made:
    header = json.loads(head[:_LONGEST_HEADER])
    if not isinstance(header, dict):
        raise TypeError("its header is no object")
    if header["features"] != features:
        raise ValueError("it was made for other features than this version computes; run make models")
    made = read(header, tables)
    if crc32(tables) != header["crc32"]:
        raise ValueError("its checksum is wrong")
    return made


def _read(header: Mapping[str, Any], table: bytes) -> NgramScorer:
    bits = int(header["bits"])
    if not 1 <= bits <= _MOST_BITS or len(table) != 1 << bits:
        raise ValueError("its table has another length than its header says")
    calibrations: Mapping[str, Calibration] = {
        language: Calibration(*map(float, values)) for language, values in header["languages"].items()
    }
    if not calibrations:
        raise ValueError("it has no language")
    return NgramScorer(
        # Of the weights themselves: other weights may have been learnt from the same texts.
        version=f"ngrams-{header['version']}-{header['crc32']:08x}",
        with_addresses=bool(header["with_addresses"]),
        bits=bits,
        scale=float(header["scale"]),
        weights=array("b", table),
        calibrations=calibrations,
    )


def sigmoid(value: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def places_by_token(tokens: Sequence[Token], bits: int) -> list[list[int]]:
    """For each token the places of its features in a table of 2 ** bits entries."""
    return [[feature >> 32 - bits for feature in features] for features in features_by_token(tokens)]


def shares_of(places: Sequence[Sequence[int]], table: Sequence[float]) -> list[float]:
    """What each token has of the sum of a table: what several tokens have in common counts for each in part."""
    times = Counter(place for each in places for place in each)
    return [sum(table[place] / times[place] for place in each) for each in places]


def strongest(tokens: list[Token], shares: list[float]) -> list[tuple[int, int]]:
    """The places of the three words with the greatest shares; those of one word, or of words side by side, as one."""
    ranked = sorted(range(len(tokens)), key=lambda at: -shares[at])[:_MOST_WORDS]
    named = sorted(at for at in ranked if shares[at] > 0 and shares[at] >= _LEAST_SHARE * shares[ranked[0]])
    spans: list[tuple[int, int]] = []
    for at in named:
        start, end = tokens[at].start, tokens[at].end
        if spans and start <= spans[-1][1] + 1:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans
