"""Public tests as JSON lines for `manage.py evaluate_flaggers`. No model learns from any of them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.sources import read_table

Line = dict[str, Any]


def examples(data: Path) -> Iterator[tuple[str, list[Line]]]:
    """The name and the lines of each test."""
    free, other = data / "permissive", data / "noncommercial"
    yield "germeval2018_test", [_respect(raw, "de") for raw in read_table(free, "germeval2018_test_DEV")]
    yield "gahd_dev", [_respect(raw, "de") for raw in read_table(free, "gahd_train_dev") if raw["split"] == "dev"]
    yield "germs_at", [_respect(raw, "de") for raw in read_table(other, "germs_at_train")]
    # On a site that moderates, neither is spam: what is flagged as such is a false alarm.
    yield (
        "ucc_val",
        [_respect(raw, "en") | _labels(raw["y"], spam=0) for raw in read_table(other, "ucc_globeandmail_val")],
    )
    yield "ctc_dev", [_constructiveness(raw) for raw in read_table(other, "ctc_globeandmail_dev")]
    german = [raw for raw in read_table(other, "germs_at_train") if not raw["y"]]
    yield "german_news_not_spam", [{"text": raw["text"], "language": "de", "labels": {"spam": 0}} for raw in german]


def _respect(raw: Line, language: str) -> Line:
    return {"text": html.unescape(raw["text"]), "language": language} | _labels(raw["y"])


def _labels(respect: int, **others: int) -> Line:
    return {"labels": {"respect": int(respect), **others}}


def _constructiveness(raw: Line) -> Line:
    """Levels 3 and 4 of 4 are what its annotators called toxic and very toxic."""
    is_toxic = int(str(raw["toxic_level_1to4"])[0]) >= 3
    return {"text": raw["comment"], "language": "en", "article": raw["title"]} | _labels(is_toxic)
