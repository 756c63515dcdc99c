"""What is known of any site before one is seen: the words of German and English, and how much each signal counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from moderation.flaggers.likeness import FEATURES, LanguageShares
from moderation.flaggers.scorers import WEIGHTS_FOLDER, read_weights, sigmoid
from moderation.flaggers.topic_signals import Signals

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "topic.bin"
MAGIC: Final = b"marginalia topic 2\n"


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
        return sigmoid(total)


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
    return read_weights(path, MAGIC, FEATURES, _read)


def _read(header: Mapping[str, Any], tables: bytes) -> TopicWeights:
    size, totals = 1 << int(header["bits"]), header["totals"]
    if len(tables) != size * len(totals):
        raise ValueError("its tables have another length than its header says")
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
