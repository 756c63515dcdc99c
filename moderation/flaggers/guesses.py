"""What a flagger that has a scorer says: never that it is so, only that it reads so, and by which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comments.screening import Finding, ScreeningInput, Span
from comments.text import balance_bidi
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.encoder import scorer_for

_LONGEST_WORD: Final = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentence with the words that moved the score as %(words)s, the one without, and the label of their marks."""

    named: str
    unnamed: str
    label: str


class GuessingFlagger:
    """Asks the encoder, asynchronously, where it can be used; else, inline, the small model of this file of weights.

    A subclass says its name, the clause that it speaks of, and its wording.
    """

    name: str
    clause: str
    wording: Wording
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW
    decides = (Action.APPROVE, Action.REJECT)
    is_guess = True

    def __init__(self, weights_file: Path) -> None:
        """Read the weights. Raises WeightsError."""
        self._scorer, self.has_encoder = scorer_for(self.name, weights_file)
        self.stage = Stage.ASYNCHRONOUS if self.has_encoder else Stage.INLINE

    @property
    def version(self) -> str:
        """Of what judges: where the encoder turns out not to work, of the small model."""
        return self._scorer.version

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """FLAGGED with its words where the score is enough; else CLEAR, with the score and nothing said, or that the end is unread."""
        score = self._scorer.score(comment.body, comment.language)
        if not score.is_enough:
            return clear(self, score=score.probability, is_whole=score.is_whole)
        spans = [Span(start, end, self.wording.label) for start, end in self._scorer.explain(comment.body)]
        words = quoted(comment.body, spans)
        message, parameters = (self.wording.named, {"words": words}) if words else (self.wording.unnamed, {})
        return flagged(
            self,
            message,
            parameters,
            score=score.probability,
            clause=self.clause,
            spans=spans,
            is_whole=score.is_whole,
        )


def quoted(body: str, spans: Iterable[Span]) -> str:
    """The marked stretches of a text in quotation marks, each cut to 60 characters."""
    return ", ".join(f"“{quotation(body[span.start : span.end])}”" for span in spans)


def quotation(text: str) -> str:
    """A stretch of a text in one line, cut to 60 characters; what turns the direction of writing in it ends in it."""
    text = " ".join(text.split())
    return balance_bidi(text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 1] + "…")
