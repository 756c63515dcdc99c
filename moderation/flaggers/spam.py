"""Advertising and fraud, guessed from the wording."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from moderation.flaggers.guesses import GuessingFlagger, Wording
from moderation.flaggers.scorers import WEIGHTS_FOLDER

WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "spam.bin"

_WORDING: Final = Wording(
    named=gettext_noop("Reads like advertising: %(words)s. A guess from the wording."),
    unnamed=gettext_noop("Reads like advertising. A guess from the wording."),
    label=gettext_noop("Moved the guess"),
)


class SpamFlagger(GuessingFlagger):
    """Compares the wording with known advertising, begging for clicks and fraud: asynchronously by the encoder where it can
    be used, else inline by a small model."""

    name = "spam"
    clause = "no-advertising"
    wording = _WORDING

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        super().__init__(WEIGHTS_FILE)
