"""What is known of any site before one is seen: the words of German and English, and how much each signal counts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

from moderation.flaggers.likeness import FEATURES, LanguageShares
from moderation.flaggers.scorers import WEIGHTS_FOLDER, WeightsError
from moderation.flaggers.topic_signals import Signals

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "topic.bin"
MAGIC: Final = b"marginalia topic 1\n"

_LONGEST_HEADER: Final = 20_000


# Compared by identity: there is one of a file.
@dataclass(frozen=True, slots=True, eq=False)
class TopicWeights:
    """A logistic regression over the signals, the probability from which one in a hundred on-topic comments lies on, and
    the words of each language."""

    version: str
    weights: tuple[float, ...]
    offset: float
    threshold: float
    languages: Mapping[str, LanguageShares]

    def probability(self, signals: Signals) -> float:
        """How likely the comment is about something else, were half of all comments."""
        total = self.offset + sum(map(float.__mul__, self.weights, signals.values))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


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
        weights=tuple(map(float, header["weights"])),
        offset=float(header["offset"]),
        threshold=float(header["threshold"]),
        languages={
            language: LanguageShares(tables[at * size : (at + 1) * size], float(total))
            for at, (language, total) in enumerate(totals.items())
        },
    )
