"""Advertising and fraud in German and English, and harmless texts with the same words, for training.

The public spam is English, and comes from below videos and from telephones; these templates carry over what it is about, and
what else is advertised under news articles. The test, `training/data/spam_german.jsonl`, was written by hand, and no sentence was
taken from it; the longer German templates, all English ones and the lines of `spam.jsonl` were written without sight of it.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.spam_texts_english import ENGLISH
from training.spam_texts_german import GERMAN, TextSet

LINES: Final = Path(__file__).resolve().parent / "data" / "spam.jsonl"
_TOGETHER: Final = 8
SEED: Final = 20261128

# One of so many texts is English.
_ENGLISH_SHARE: Final = 6
# The share of texts that begin with words which suit any text, that end with such, and that are typed carelessly in some way.
_OPENED, _CLOSED, _CARELESS = 0.12, 0.12, 0.15
# A template without places gives only so many different texts.
_MOST_ROUNDS: Final = 200

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class SpamText:
    """One text; `group` is the same for all of one template, and for lines that stand together."""

    text: str
    is_spam: bool
    language: str
    group: str


def spam_lines(*, with_late: bool = False) -> list[SpamText]:
    """Texts that stand alone, each piece of advertising beside what is honest and nearest to it, in their order. `with_late`: also
    those that were written last."""
    lines = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    return [
        SpamText(raw["text"], bool(raw["labels"]["spam"]), raw["language"], f"lines-{at // _TOGETHER}")
        for at, raw in enumerate(lines)
        if with_late or not raw.get("is_late", False)
    ]


def spam_texts(count: int) -> list[SpamText]:
    """So many different texts, half of them spam, from all templates of a language alike; the same ones each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same texts each time
    english = count // _ENGLISH_SHARE // 2
    made: list[SpamText] = []
    for language, texts, per_half in (("de", GERMAN, count // 2 - english), ("en", ENGLISH, english)):
        for is_spam in (True, False):
            made += itertools.islice(_different_texts(language, texts, chance, is_spam=is_spam), per_half)
    return made


def _different_texts(language: str, texts: TextSet, chance: random.Random, *, is_spam: bool) -> Iterator[SpamText]:
    """One of each template, then again one of each, without those that came before."""
    kinds, ending = (texts["spam"], "{call}") if is_spam else (texts["harmless"], "{closing}")
    templates = [(f"{kind}-{at}", one) for kind, ones in kinds.items() for at, one in enumerate(ones)]
    seen = set()
    for _round in range(_MOST_ROUNDS):
        for name, template in templates:
            text = _vary(template, ending, texts["words"], chance)
            if text not in seen:
                seen.add(text)
                yield SpamText(text, is_spam, language, f"{language}-{is_spam}-{name}")


def _vary(template: str, ending: str, words: Mapping[str, list[str]], chance: random.Random) -> str:
    """The template filled. How often something is put around it, and how it is typed, is alike for spam and what is harmless."""
    opening = "{opening} " if chance.random() < _OPENED else ""
    closing = f" {ending}" if chance.random() < _CLOSED and ending not in template else ""
    text = _fill(f"{opening}{template}{closing}", words, chance).strip()
    if chance.random() >= _CARELESS:
        return text
    return chance.choice(
        [
            text.lower(),
            text.translate(_UMLAUTS),
            text.rstrip(".!? "),
            text.replace(",", ""),
            text.rstrip(".") + "!!",
            text.upper(),
        ]
    )


def _fill(template: str, words: Mapping[str, list[str]], chance: random.Random) -> str:
    while _PLACE.search(template):
        template = _PLACE.sub(lambda found: chance.choice(words[found[1]]), template)
    return template
