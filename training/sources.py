"""The public texts that the shipped models learn from, read from a folder of Parquet files, and the tests held apart from them.

Only what lies in `permissive/` is learnt from; what lies in `noncommercial/` is only ever scored.
"""

from __future__ import annotations

import hashlib
import html
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as parquet

from training.sentences import training_sentences
from training.spam_texts import spam_lines, spam_texts
from training.talks import LEARNT, read_posts, read_talks

SEED: Final = 20261128
# Toxic comments without the words that made them toxic.
REMOVED: Final = "civil, toxic words removed"
# Of our own writing: learnt from, but how often one is right with them says nothing of what others write.
WRITTEN: Final = ("sentences", "talks", "posts")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `weight` says how much it counts; `group` keeps together what must not be split."""

    text: str
    is_bad: bool
    language: str
    source: str
    group: str
    weight: float = 1.0


def read_table(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of `name`.parquet."""
    return list(parquet.read_table(folder / f"{name}.parquet").to_pylist())


def respect_rows(data: Path, *, with_late: bool = False) -> list[Row]:
    """What the respect model learns from; the same order each time. `with_late`: with what was written last."""
    folder = data / "permissive"
    rows = [
        *_plain(folder, "germeval2018_train", "de"),
        *(row for row in _plain(folder, "gahd_train_dev", "de", keep=lambda raw: raw["split"] == "train")),
        *_plain(folder, "iwg_refugees", "de"),
        *_tweets(folder),
        *_civil(folder),
        *_plain(folder, "wiki_context_toxicity_small", "en", label="label_ic"),
        *_wiki(folder),
        *_plain(folder, "fox_threads_5articles", "en"),
        *(
            Row(one.text, one.is_hateful, one.language, "sentences", f"{one.language}-{one.kind}-{at // 8}")
            for at, one in enumerate(training_sentences(with_late=with_late))
        ),
        *(
            Row(text, is_bad, talk.language, "talks", f"talk-{at}")
            for at, talk in enumerate(read_talks(LEARNT))
            if with_late or not talk.is_late
            for (text, _parent), is_bad in zip(talk.comments, talk.is_bad, strict=True)
        ),
        *(Row(one.text, one.is_bad, one.language, "posts", f"posts-{one.pair}") for one in read_posts() if with_late),
    ]
    return [replace(row, weight=_weight(row)) for row in _without_doubles(rows)]


def spam_rows(data: Path, *, with_late: bool = False) -> list[Row]:
    """What the spam model learns from: spam, and harmless texts of every kind, in both languages. `with_late`: with the lines that were
    written last."""
    folder = data / "permissive"
    chance = random.Random(SEED)  # noqa: S311 - the same rows each time
    harmless = [
        Row(row.text, is_bad=False, language=row.language, source="comments", group=row.group)
        for row in respect_rows(data)
        if row.source not in ("davidson_tweets_en", REMOVED)
    ]
    return _without_doubles(
        [
            *video_rows(data),
            *_plain(folder, "sms_spam", "en"),
            *chance.sample(harmless, 12_000),
            *(Row(one.text, one.is_spam, one.language, "own texts", one.group, weight=0.5) for one in spam_texts(6000)),
            *(
                Row(one.text, one.is_spam, one.language, "own lines", one.group, weight=2.0)
                for one in spam_lines(with_late=with_late)
            ),
        ]
    )


def video_rows(data: Path) -> list[Row]:
    """Comments under videos, the group being the video; each as often as it was written. They are few, and most alike to what
    comes under articles."""
    return [
        Row(raw["text"], bool(raw["y"]), "en", "youtube", raw["video"], weight=5.0)
        for raw in read_table(data / "permissive", "youtube_spam_4videos")
    ]


def _weight(row: Row) -> float:
    """Chosen on held-out training groups: tweets about German politics are few, coarse English ones are many."""
    if row.source == "germeval2018_train":
        return 2.0
    return 1.0 if row.language == "de" or row.source in WRITTEN else 0.4


def hash_of(rows: list[Row]) -> str:
    """Twelve digits that stand for exactly these rows in this order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.text}\0{row.is_bad:d}\0{row.language}\0{row.source}\0{row.weight}\0".encode())
    return digest.hexdigest()[:12]


def _plain(
    folder: Path, name: str, language: str, *, label: str = "y", keep: Callable[[dict[str, Any]], bool] | None = None
) -> Iterator[Row]:
    for at, raw in enumerate(read_table(folder, name)):
        if keep is None or keep(raw):
            yield Row(html.unescape(raw["text"]), bool(raw[label]), language, name, f"{name}-{at // 20}")


def _tweets(folder: Path) -> Iterator[Row]:
    """All that is hateful or harmless, and as much of the merely coarse, which is most of this source."""
    coarse = 0
    for row, raw in zip(
        _plain(folder, "davidson_tweets_en", "en"), read_table(folder, "davidson_tweets_en"), strict=True
    ):
        coarse += raw["cls"] == 1
        if raw["cls"] != 1 or coarse % 4 == 0:
            yield row


def _civil(folder: Path) -> Iterator[Row]:
    """Each toxic comment as it is, and as a harmless one without the words that made it toxic."""
    for at, raw in enumerate(read_table(folder, "civil_toxic_spans_train")):
        text, offsets = raw["text"], set(json.loads(raw["spans"]))
        if not offsets:
            continue
        group = f"civil-{at}"
        yield Row(text, is_bad=True, language="en", source="civil", group=group)
        rest = "".join(" " if place in offsets else char for place, char in enumerate(text))
        if len(rest.split()) > 4 and len(offsets) < len(text) / 2:
            yield Row(" ".join(rest.split()), is_bad=False, language="en", source=REMOVED, group=group)


def _wiki(folder: Path) -> Iterator[Row]:
    for at, raw in enumerate(read_table(folder, "wiki_context_toxicity_large")):
        if raw["label"] or at % 3 == 0:
            yield Row(raw["text"], bool(raw["label"]), "en", "wiki large", f"wiki-{at // 20}")


def _without_doubles(rows: list[Row]) -> list[Row]:
    return list({row.text: row for row in rows}.values())
