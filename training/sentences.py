"""Sentences from templates, half of them hateful and half harmless though they hold the same words.

There are two sets with different templates and different words: `TRAINING` widens what the models learn from, `TESTING`
only measures them (`training/data/templates.jsonl`). Hateful sentences say about people what the harmless ones deny,
report or answer.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from training.sentences_testing import TESTING
from training.sentences_training import EARLY, TRAINING, SentenceSet

SEED: Final = 20261128


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the kind of template that made it, and whether it is hateful."""

    text: str
    language: str
    kind: str
    is_hateful: bool


def generate(sets: Mapping[str, SentenceSet], *, per_half: int) -> list[Sentence]:
    """At most so many different sentences of each language and verdict, from all kinds alike; the same ones each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same sentences each time
    made = []
    for language, texts in sets.items():
        for is_hateful, kinds in ((True, texts["hateful"]), (False, texts["harmless"])):
            most = -(-per_half // len(kinds))
            for kind, templates in kinds.items():
                # From each template alike, whatever the number of its places.
                made_of = [
                    chance.sample(found, len(found)) for found in (_fill(one, texts["words"]) for one in templates)
                ]
                turns = itertools.chain.from_iterable(itertools.zip_longest(*made_of))
                chosen = itertools.islice((text for text in turns if text is not None), most)
                made += [Sentence(text, language, kind, is_hateful) for text in chosen]
    return made


def training_sentences(*, with_late: bool = False) -> list[Sentence]:
    """For the training of models; with the late kinds, more of them."""
    return generate(TRAINING, per_half=2200) if with_late else generate(EARLY, per_half=1700)


def testing_sentences() -> list[Sentence]:
    """For measuring alone."""
    return generate(TESTING, per_half=300)


def _fill(template: str, words: Mapping[str, list[str]]) -> list[str]:
    made = []
    names = [name for name in words if f"{{{name}}}" in template]
    for values in itertools.product(*(words[name] for name in names)):
        text = template
        for name, value in zip(names, values, strict=True):
            text = text.replace(f"{{{name}}}", value)
        made.append(text[0].upper() + text[1:])
    return sorted(set(made))
