"""Templates for training. None of them, and none of the words for what is said, stands in sentences_testing."""

from __future__ import annotations

from typing import Final, TypedDict

from training import sentences_training_english as english
from training import sentences_training_german_harmless as german_harmless
from training import sentences_training_german_hateful as german_hateful
from training import sentences_training_words as words


class SentenceSet(TypedDict):
    """Words by the name of their place, and templates by their kind."""

    words: dict[str, list[str]]
    hateful: dict[str, list[str]]
    harmless: dict[str, list[str]]


TRAINING: Final[dict[str, SentenceSet]] = {
    "de": {"words": words.GERMAN, "hateful": german_hateful.HATEFUL, "harmless": german_harmless.HARMLESS},
    "en": {"words": words.ENGLISH, "hateful": english.HATEFUL, "harmless": english.HARMLESS},
}
