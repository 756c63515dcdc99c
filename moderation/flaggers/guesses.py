"""What a flagger that has a scorer says: never that it is so, only that it reads so, and by which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import Flagger, flagged
from moderation.flaggers.scorers import Scorer

_LONGEST_WORD: Final = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentence with the words that moved the score as %(words)s, the one without, and the label of their marks."""

    named: str
    unnamed: str
    label: str


def guess(flagger: Flagger, scorer: Scorer, comment: ScreeningInput, clause: str, wording: Wording) -> Finding:
    """FLAGGED with its words where the score is enough; else CLEAR, with the score and nothing said."""
    score = scorer.score(comment.body, comment.language)
    if not score.is_enough:
        return Finding(flagger.name, flagger.version, CheckOutcome.CLEAR, score=score.probability)
    spans = [Span(start, end, wording.label) for start, end in scorer.explain(comment.body)]
    words = quoted(comment.body, spans)
    message, parameters = (wording.named, {"words": words}) if words else (wording.unnamed, {})
    return flagged(flagger, message, parameters, score=score.probability, clause=clause, spans=spans)


def quoted(body: str, spans: Iterable[Span]) -> str:
    """The marked stretches of a text in quotation marks, each cut to 60 characters."""
    return ", ".join(f"“{_shorten(body[span.start : span.end])}”" for span in spans)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 1] + "…"
