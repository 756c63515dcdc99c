"""What is known of any site before one is seen: the words of German and English, and how much each signal counts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

from moderation.flaggers.likeness import FEATURES, LanguageShares
from moderation.flaggers.scorers import WEIGHTS_FOLDER, WeightsError
from moderation.flaggers.topic_signals import Signals

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "topic.bin"
MAGIC: Final = b"marginalia topic 2\n"

_LONGEST_HEADER: Final = 20_000


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over the numbers of a text; for a comment that answers one, another over the sums of both texts
    and how near they are; each with its offset last. And the probability from which one in a hundred on-topic comments
    lies on."""

    text: tuple[float, ...]
    answering: tuple[float, ...]
    threshold: float

    def probability(self, signals: Signals) -> float:
        """How likely a comment with these signals is about something else, were half of all comments."""
        total = _sum(self.text, signals.text)
        if signals.answered:
            total = _sum(self.answering, (total, _sum(self.text, signals.answered), *signals.nearness))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def _sum(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, (*values, 1.0), strict=True))


# Compared by identity: there is one of a file.
@dataclass(frozen=True, slots=True, eq=False)
class TopicWeights:
    """What the signals of words count; those of words and vectors together, and the version of the encoder they are
    for, where there was one; and the words of each language."""

    version: str
    words: Weights
    meanings: Weights | None
    encoder: str
    languages: Mapping[str, LanguageShares]


@cache
def load_weights(path: Path = WEIGHTS_FILE) -> TopicWeights:
    """The file, read once per process. Raises WeightsError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: cannot be read: {error.strerror}.") from error
    if not content.startswith(MAGIC):
        raise WeightsError(f"{path.name}: is no file of weights.")
    head, _newline, tables = content[len(MAGIC) :].partition(b"\n")
    try:
        return _read(json.loads(head[:_LONGEST_HEADER]), tables)
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{path.name}: is damaged: {error}.") from error


def _read(header: object, tables: bytes) -> TopicWeights:
    if not isinstance(header, dict):
        raise TypeError("its header is no object")
    if header["features"] != FEATURES:
        raise ValueError("it was made for other features than this version computes; run make models")
    size, totals = 1 << int(header["bits"]), header["totals"]
    if len(tables) != size * len(totals):
        raise ValueError("its tables have another length than its header says")
    if crc32(tables) != header["crc32"]:
        raise ValueError("its checksum is wrong")
    return TopicWeights(
        version=f"words-{header['version']}-{header['data'][:6]}",
        words=_weights(header["words"]),
        meanings=_weights(header["meanings"]) if header["meanings"] else None,
        encoder=str(header["encoder"]),
        languages={
            language: LanguageShares(tables[at * size : (at + 1) * size], float(total))
            for at, (language, total) in enumerate(totals.items())
        },
    )


def _weights(raw: object) -> Weights:
    if not isinstance(raw, dict):
        raise TypeError("its weights are no object")
    return Weights(tuple(map(float, raw["text"])), tuple(map(float, raw["answering"])), float(raw["threshold"]))
