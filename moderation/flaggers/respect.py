"""Insults and contempt, guessed from the wording."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.encoder import scorer_for
from moderation.flaggers.guesses import Wording, guess
from moderation.flaggers.scorers import WEIGHTS_FOLDER

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "respect.bin"

_WORDING: Final = Wording(
    named=gettext_noop("Reads like an insult: %(words)s. A guess from the wording, not from what is meant."),
    unnamed=gettext_noop("Reads like an insult. A guess from the wording, not from what is meant."),
    label=gettext_noop("Moved the guess"),
)


class RespectFlagger:
    """Compares the wording with what people called insulting or hateful: by the encoder where it can be used,
    asynchronously and in about 20 milliseconds for 50 words, else inline by a small model, in about one.

    It knows neither irony nor who is spoken to, and errs on quoted insults: docs/reference/models.md says how often.
    """

    name = "respect"
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        self._scorer, self.has_encoder = scorer_for(self.name, WEIGHTS_FILE)
        self.version = self._scorer.version
        self.stage = Stage.ASYNCHRONOUS if self.has_encoder else Stage.INLINE

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the text reads like an insult; a clear finding has a score too."""
        return guess(self, self._scorer, comment, "respect", _WORDING)
