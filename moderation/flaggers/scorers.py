"""What says how likely a text is against a clause, and which words moved it: one interface, so that a better judge can take over.

Today there is one: `NgramScorer`, small linear models that come with the code (docs/reference/models.md).
"""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol, cast
from zlib import crc32

from moderation.flaggers.base import primary_language
from moderation.flaggers.ngrams import (
    FEATURES,
    Token,
    feature_set,
    is_whole,
    says_something,
    token_features,
    tokenize,
)

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
        exponent = max(-60.0, min(60.0, calibration.slope * total + calibration.offset))
        probability = 1 / (1 + math.exp(-exponent))
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
        """The words with the greatest shares in the sum: what several words have in common counts for each in part."""
        tokens = tokenize(text, with_addresses=self.with_addresses)
        shift = 32 - self.bits
        features = []
        before = ""
        for token in tokens:
            features.append([feature >> shift for feature in token_features(token.text, before)])
            before = token.text
        times = Counter(place for places in features for place in places)
        shares = [sum(self.weights[place] / times[place] for place in places) for places in features]
        return strongest(tokens, shares)


@cache
def load_scorer(path: Path) -> NgramScorer:
    """The model in a file, read once per process. Raises WeightsError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: cannot be read: {error.strerror}.") from error
    if not content.startswith(MAGIC):
        raise WeightsError(f"{path.name}: is no file of weights.")
    head, _newline, table = content[len(MAGIC) :].partition(b"\n")
    try:
        scorer = _read(json.loads(head[:_LONGEST_HEADER]), table)
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{path.name}: is damaged: {error}.") from error
    return scorer


def _read(header: object, table: bytes) -> NgramScorer:
    if not isinstance(header, dict):
        raise TypeError("its header is no object")
    if header["features"] != FEATURES:
        raise ValueError("it was made for other features than this version computes; run make models")
    bits = int(header["bits"])
    if not 1 <= bits <= _MOST_BITS or len(table) != 1 << bits:
        raise ValueError("its table has another length than its header says")
    if crc32(table) != header["crc32"]:
        raise ValueError("its checksum is wrong")
    calibrations = {
        language: Calibration(*map(float, values))
        for language, values in cast("dict[str, list[float]]", header["languages"]).items()
    }
    if not calibrations:
        raise ValueError("it has no language")
    return NgramScorer(
        version=f"ngrams-{header['version']}-{header['data'][:6]}",
        with_addresses=bool(header["with_addresses"]),
        bits=bits,
        scale=float(header["scale"]),
        weights=array("b", table),
        calibrations=calibrations,
    )


def strongest(tokens: list[Token], shares: list[float]) -> list[tuple[int, int]]:
    """The places of the three words with the greatest shares; those of one word, or of words side by side, as one."""
    ranked = sorted(range(len(tokens)), key=lambda at: -shares[at])[:_MOST_WORDS]
    named = sorted(at for at in ranked if shares[at] > 0 and shares[at] >= _LEAST_SHARE * shares[ranked[0]])
    spans: list[tuple[int, int]] = []
    for at in named:
        start, end = tokens[at].start, tokens[at].end
        if spans and start <= spans[-1][1] + 1:
            start, end = spans.pop()[0], max(end, spans[-1][1] if spans else end)
        spans.append((start, end))
    return spans
