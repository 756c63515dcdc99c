"""Templates for training. None of them, and none of the words for what is said, stands in sentences_testing."""

from __future__ import annotations

from typing import Final, TypedDict

from training import sentences_training_english as english
from training import sentences_training_german_harmless as german_harmless
from training import sentences_training_german_hateful as german_hateful
from training import sentences_training_german_praise as german_praise
from training import sentences_training_words as words


class SentenceSet(TypedDict):
    """Words by the name of their place, and templates by their kind."""

    words: dict[str, list[str]]
    hateful: dict[str, list[str]]
    harmless: dict[str, list[str]]


# Written last: only the second course of the encoder learns from these kinds. N-grams cannot tell praise from its mockery, and
# know the rest less well with them.
LATE: Final = frozenset([*german_praise.HARMLESS, "mock praise", "mock farewell"])

TRAINING: Final[dict[str, SentenceSet]] = {
    "de": {
        "words": words.GERMAN,
        "hateful": german_hateful.HATEFUL,
        "harmless": german_harmless.HARMLESS | german_praise.HARMLESS,
    },
    "en": {"words": words.ENGLISH, "hateful": english.HATEFUL, "harmless": english.HARMLESS},
}

EARLY: Final[dict[str, SentenceSet]] = {
    language: {
        "words": texts["words"],
        "hateful": {kind: templates for kind, templates in texts["hateful"].items() if kind not in LATE},
        "harmless": {kind: templates for kind, templates in texts["harmless"].items() if kind not in LATE},
    }
    for language, texts in TRAINING.items()
}
