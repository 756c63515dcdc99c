"""Runs flaggers over labelled texts and gathers what they said."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from comments.enums import ArticleMode, CheckOutcome
from comments.screening import ScreeningInput
from moderation.evaluation.metrics import Judged
from moderation.flaggers.base import Flagger, SiteKnowledge, speaks
from moderation.flaggers.guard import check_safely

# What a flagger that gives no score is taken to mean.
_WITHOUT_SCORE: Final = {CheckOutcome.FLAGGED: 1.0}


class BadLineError(Exception):
    """A line that is no labelled text; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the file. `labels` has the flaggers' names; `slice` is any name for a part of the file."""

    text: str
    language: str
    article: str
    parent: str
    slice: str
    labels: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one flagger said of the texts of one part; how long it took for each in seconds; how often it gave no answer."""

    judged: list[Judged]
    seconds: list[float]
    failed: int


def read_examples(lines: Iterable[str]) -> Iterator[Example]:
    """The examples of a JSONL file; empty lines count nothing. Raises BadLineError."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _read(json.loads(line))
            except (ValueError, TypeError, KeyError) as error:
                raise BadLineError(f"Line {number}: {error!r}") from error


def ask(flagger: Flagger, examples: Iterable[Example]) -> dict[tuple[str, str], Answers]:
    """Its answers to the examples that have a label of its name, by language and slice; ("", "") are all."""
    parts: dict[tuple[str, str], Answers] = defaultdict(lambda: Answers([], [], 0))
    judged: dict[tuple[str, str], list[tuple[Judged | None, float]]] = defaultdict(list)
    for example in examples:
        if flagger.name not in example.labels or not speaks(flagger, example.language):
            continue
        answer = _ask_once(flagger, example)
        for part in dict.fromkeys((("", ""), (example.language, ""), (example.language, example.slice))):
            judged[part].append(answer)
    for part, answers in judged.items():
        known = [one for one, _seconds in answers if one is not None]
        parts[part] = Answers(known, [seconds for _one, seconds in answers], len(answers) - len(known))
    return dict(parts)


def _ask_once(flagger: Flagger, example: Example) -> tuple[Judged | None, float]:
    comment = ScreeningInput(
        site="evaluation",
        article_key="evaluation",
        article_title=example.article,
        language=example.language,
        mode=ArticleMode.PRE_MODERATED,
        body=example.text,
        author_name="",
        author_kind="guest",
        revision=1,
        parent_body=example.parent,
    )
    started = time.perf_counter()
    finding = check_safely(flagger, comment, SiteKnowledge())
    seconds = time.perf_counter() - started
    if finding.outcome not in (CheckOutcome.FLAGGED, CheckOutcome.CLEAR):
        return None, seconds
    score = _WITHOUT_SCORE.get(finding.outcome, 0.0) if finding.score is None else finding.score
    return Judged(score, finding.outcome == CheckOutcome.FLAGGED, example.labels[flagger.name]), seconds


def _read(line: object) -> Example:
    if not isinstance(line, dict):
        raise TypeError("no object")
    labels = line["labels"]
    if not isinstance(labels, dict) or any(label not in (0, 1) for label in labels.values()):
        raise ValueError("labels are no object of 0 and 1 by the names of flaggers")
    return Example(
        text=str(line["text"]),
        language=str(line["language"]),
        article=str(line.get("article", "")),
        parent=str(line.get("parent", "")),
        slice=str(line.get("slice", "")),
        labels={str(name): bool(label) for name, label in labels.items()},
    )
