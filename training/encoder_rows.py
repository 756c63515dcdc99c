"""What the encoder learns from: the rows of both other models, fewer of those that are many and far from our subject."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from training.sources import REMOVED, Row, respect_rows, spam_rows

SEED: Final = 20261128
# One group of so many is not learnt from, but calibrated with.
HELD_OUT: Final = 15
# At most so many of a source: the German ones whole, the English ones so that they do not drown them.
_MOST: Final = {
    "davidson_tweets_en": 2_500,
    "civil": 2_000,
    REMOVED: 1_400,
    "wiki large": 800,
    "wiki_context_toxicity_small": 500,
    "sms_spam": 1_200,
    "own texts": 1_900,
}
# What was written to be hateful or harmless in words that mislead is few, but most like what is hard.
_WEIGHTS: Final = {
    "germeval2018_train": 1.5,
    "gahd_train_dev": 1.4,
    "sentences": 1.0,
    "talks": 1.0,
    "posts": 1.0,
    "de": 1.0,
    "en": 0.6,
}
# Without YouTube, so that it can tell how well spam is known unseen.
_SPAM_SOURCES: Final = ("sms_spam", "own texts", "own lines")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row, and which head it is for: 0 for respect, 1 for spam."""

    row: Row
    head: int


def lessons(data: Path, *, with_late: bool = False) -> list[Lesson]:
    """The same ones in the same order each time. `with_late`: with what was written last."""
    chance = random.Random(SEED)  # noqa: S311 - the same rows each time
    found = [Lesson(row, 0) for row in respect_rows(data, with_late=with_late)]
    found += [Lesson(row, 1) for row in spam_rows(data, with_late=with_late) if row.source in _SPAM_SOURCES]
    chance.shuffle(found)
    # Of each source first what is rarer: the spam among messages, the toxic among discussions.
    found.sort(key=lambda lesson: not (lesson.row.is_bad and lesson.row.source in ("sms_spam", "wiki large")))
    counts: dict[str, int] = {}
    chosen = []
    for lesson in found:
        source = lesson.row.source
        counts[source] = counts.get(source, 0) + 1
        if counts[source] <= _MOST.get(source, len(found)):
            weight = _WEIGHTS.get(source, _WEIGHTS[lesson.row.language])
            chosen.append(Lesson(replace(lesson.row, weight=weight), lesson.head))
    chance.shuffle(chosen)
    return chosen


def is_held_out(row: Row) -> bool:
    """Whether the row is for the calibration alone."""
    return zlib.crc32(f"encoder {row.group}".encode()) % HELD_OUT == 0
