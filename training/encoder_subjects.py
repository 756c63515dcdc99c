"""Teaches the encoder what texts are about: of pairs out of the same article, each must find its other half among those of the
other articles (van den Oord and others 2018, "Representation learning with contrastive predictive coding",
https://arxiv.org/abs/1807.03748).

Half of the articles of a step are of one section and half of another, so that some are near. Comments of Wikipedia with those they
answer are taught in between: of these only the pair is looked at, not the labels.
"""

from __future__ import annotations

import html
import random
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from moderation.flaggers.pieces import Pieces
from moderation.flaggers.topic_vectors import title_of
from training.encoder_network import Encoder, batch_of
from training.sources import read_table
from training.talks import LEARNT, Talk, read_talks

PAIRS: Final = 24
LONGEST: Final = 56
# How much farther apart others must be; the usual size in such training.
TEMPERATURE: Final = 0.05
# By turns; German twice as often.
_TURNS: Final = ("de", "en", "de", "answers")
_LEAST_WORDS: Final = 4


class Subjects:
    """The pairs of each step, and how far from each other the network sees them."""

    def __init__(self, data: Path, pieces: Pieces, worth: Any, *, with_late: bool) -> None:
        """`worth`: how much each piece counts to what a text is about (pieces,). `with_late`: with the articles that were written
        last."""
        self._pieces, self._worth = pieces, torch.tensor(worth)
        self._sections: dict[str, dict[str, list[Talk]]] = {"de": {}, "en": {}}
        for talk in read_talks(LEARNT):
            if talk.part == "learn" and (with_late or not talk.is_late):
                self._sections[talk.language].setdefault(talk.section, []).append(talk)
        self._answers = [
            (html.unescape(raw["text"]), html.unescape(raw["parent"]))
            for raw in read_table(data / "permissive", "wiki_context_toxicity_large")
            if raw["parent"] and min(_count(raw["text"]), _count(raw["parent"])) >= 2 * _LEAST_WORDS
        ]

    def loss(self, network: Encoder, number: int, seed: int) -> Tensor:
        """Of the pairs with this number; the same ones each time."""
        pairs = self._pairs(number, random.Random(seed + number))  # noqa: S311 - the same pairs each time
        cut = [self._pieces.encode(text)[:LONGEST] for side in zip(*pairs, strict=True) for text in side]
        vectors = network.subjects(*batch_of(cut), self._worth)
        vectors = functional.normalize(vectors - vectors.mean(dim=0), dim=1)
        near = vectors[: len(pairs)] @ vectors[len(pairs) :].T / TEMPERATURE
        own = torch.arange(len(pairs))
        return (functional.cross_entropy(near, own) + functional.cross_entropy(near.T, own)) / 2

    def _pairs(self, number: int, chance: random.Random) -> list[tuple[str, str]]:
        turn = _TURNS[number % len(_TURNS)]
        if turn == "answers":
            return chance.sample(self._answers, PAIRS)
        sections = self._sections[turn]
        chosen = chance.sample(sorted(sections), 2)
        return [_pair(talk, chance) for name in chosen for talk in chance.sample(sections[name], PAIRS // 2)]


def _pair(talk: Talk, chance: random.Random) -> tuple[str, str]:
    """A comment, and a part of its article or another comment."""
    long = [(text, parent) for text, parent in talk.comments if _count(text) >= _LEAST_WORDS]
    text, parent = chance.choice(long)
    parts = [title_of(talk.words.title, talk.words.teaser), *talk.words.paragraphs, parent or chance.choice(long)[0]]
    return text, chance.choice([part for part in parts if part != text])


def _count(text: str) -> int:
    return len(text.split())
