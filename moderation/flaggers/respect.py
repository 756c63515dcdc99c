"""Insults and contempt, guessed from the wording."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.guesses import Wording, guess
from moderation.flaggers.scorers import WEIGHTS_FOLDER, Scorer, load_scorer

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "respect.bin"

_WORDING: Final = Wording(
    named=gettext_noop("Reads like an insult: %(words)s. A guess from the wording, not from what is meant."),
    unnamed=gettext_noop("Reads like an insult. A guess from the wording, not from what is meant."),
    label=gettext_noop("Moved the guess"),
)


class RespectFlagger:
    """Compares the wording with what people called insulting or hateful; inline, about a millisecond for 50 words.

    It knows neither irony nor who is spoken to, and errs on quoted insults: docs/reference/models.md says how often.
    """

    name = "respect"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        self._scorer: Scorer = load_scorer(WEIGHTS_FILE)
        self.version = self._scorer.version

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the text reads like an insult; a clear finding has a score too."""
        return guess(self, self._scorer, comment, "respect", _WORDING)
