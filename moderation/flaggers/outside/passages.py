"""Which paragraphs of an article a judge is shown beside a comment: those it speaks of, as far as words can tell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from moderation.flaggers.likeness import features_of
from moderation.flaggers.outside.verdicts import shorten

# All together, with what stands between them; and of one, so that a long one leaves room for others.
MOST_CHARACTERS: Final = 2_000
_OF_ONE: Final = 800
_BETWEEN: Final = "\n\n"


def closest_passages(paragraphs: Sequence[str], comment: str) -> str:
    """The paragraphs that share most with a comment, in the order of the article, within 2,000 characters. Where none shares
    anything they are the first ones; empty without any."""
    shown = [shorten(paragraph, _OF_ONE) for paragraph in paragraphs]
    scores = _scores(paragraphs, comment)
    chosen: list[int] = []
    left = MOST_CHARACTERS + len(_BETWEEN)
    for at in sorted(range(len(shown)), key=lambda at: (-scores[at], at)):
        length = len(shown[at]) + len(_BETWEEN)
        if length <= left:
            chosen.append(at)
            left -= length
    return _BETWEEN.join(shown[at] for at in sorted(chosen))


def _scores(paragraphs: Sequence[str], comment: str) -> list[float]:
    """How much each shares with the comment: what few paragraphs have says most, and a long one has more by chance."""
    wanted = set(features_of(comment))
    found = [wanted & set(features_of(paragraph)) for paragraph in paragraphs]
    known = Counter(feature for features in found for feature in features)
    rarity = {feature: math.log((len(paragraphs) + 1) / count) for feature, count in known.items()}
    return [
        math.fsum(rarity[feature] for feature in features) / math.sqrt(len(features_of(paragraph)) + 1)
        for features, paragraph in zip(found, paragraphs, strict=True)
    ]
