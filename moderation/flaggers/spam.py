"""Advertising and fraud, guessed from the wording."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.encoder import scorer_for
from moderation.flaggers.guesses import Wording, guess
from moderation.flaggers.scorers import WEIGHTS_FOLDER

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "spam.bin"

_WORDING: Final = Wording(
    named=gettext_noop("Reads like advertising: %(words)s. A guess from the wording."),
    unnamed=gettext_noop("Reads like advertising. A guess from the wording."),
    label=gettext_noop("Moved the guess"),
)


class SpamFlagger:
    """Compares the wording with known advertising, begging for clicks and fraud: asynchronously by the encoder where it can
    be used, else inline by a small model."""

    name = "spam"
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        self._scorer, self.has_encoder = scorer_for(self.name, WEIGHTS_FILE)
        self.version = self._scorer.version
        self.stage = Stage.ASYNCHRONOUS if self.has_encoder else Stage.INLINE

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the text reads like advertising; a clear finding has a score too."""
        return guess(self, self._scorer, comment, "no-advertising", _WORDING)
