"""Streams of texts, judges that learnt from them, and clauses that judge by one thing alone."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

from moderation.evaluation.judging import Example as Line
from moderation.flaggers.base import ArticleWords
from moderation.flaggers.learning.features import (
    BITS,
    SIGNALS,
    Circumstances,
    make_example,
    word_places,
)
from moderation.flaggers.learning.learner import ClauseLearner, Sketches
from moderation.flaggers.learning.model import (
    LearnedClause,
    PastDecision,
)
from moderation.flaggers.ngrams import tokenize

WORDS = [
    f"{start}{end}"
    for start in ("bahn", "park", "steuer", "schul", "rad", "wald")
    for end in ("weg", "amt", "bau", "plan")
]
REFUSED = ("Klüngel", "Filz", "Mauschelei")


def make_lines(count: int, share: float) -> list[Line]:
    """Harmless texts, and such with a word that nobody but this site minds."""
    chance = random.Random(1)  # noqa: S311 - the same texts each time
    lines = []
    for _line in range(count):
        is_bad = chance.random() < share
        words = chance.choices(WORDS, k=12) + ([chance.choice(REFUSED)] if is_bad else [])
        chance.shuffle(words)
        lines.append(Line(" ".join(words), "de", ArticleWords("", "de", ""), "", "", {"respect": is_bad}))
    return lines


def teach(lines: list[Line], clause: str = "respect") -> ClauseLearner:
    learner, sketches = ClauseLearner(clause), Sketches()
    for number, line in enumerate(lines):
        example = make_example(line.text, line.language, Circumstances(), [clause])
        is_bad = line.labels["respect"]
        learner.learn(example, is_bad=is_bad, past=PastDecision(f"c{number}", sketches.draw(example.words)))
    return learner


def make_clause(name: str = "respect", **shares: float) -> LearnedClause:
    """A clause with words that speak for or against, and a signal for what else is asked of it: `words` by the word “Klüngel”,
    everything else as weights of signals."""
    learner = ClauseLearner(name)
    (place,) = {places[0] for places in word_places(tokenize("Klüngel", with_addresses=False))}
    table = array("b", bytes(1 << BITS))
    table[place] = 127 if shares.get("words", 0) > 0 else -127
    weights = tuple(shares.get(signal, 0.0) if signal != "words" else abs(shares.get("words", 0)) for signal in SIGNALS)
    return replace(
        learner.snapshot("Achtung"), words=table, words_scale=0.05, weights=weights, constant=3.0, rates={7: 1.0}
    )
