"""Insults and contempt, guessed from the wording."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from moderation.flaggers.guesses import GuessingFlagger, Wording
from moderation.flaggers.scorers import WEIGHTS_FOLDER

NAME: Final = "respect"
WEIGHTS_FILE: Final = WEIGHTS_FOLDER / "respect.bin"

_WORDING: Final = Wording(
    named=gettext_noop("Reads like an insult: %(words)s. A guess from the wording, not from what is meant."),
    unnamed=gettext_noop("Reads like an insult. A guess from the wording, not from what is meant."),
    label=gettext_noop("Moved the guess"),
)


class RespectFlagger(GuessingFlagger):
    """Compares the wording with what people called insulting or hateful: by the encoder where it can be used,
    asynchronously and in about 20 milliseconds for 50 words, else inline by a small model, in about one.

    It knows neither irony nor who is spoken to, and errs on quoted insults: docs/reference/models.md says how often.
    """

    name = NAME
    clause = "respect"
    wording = _WORDING

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        super().__init__(WEIGHTS_FILE)
