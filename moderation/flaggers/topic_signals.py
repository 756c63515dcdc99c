"""What a comment has in common with its article and not with the others of the site, in numbers that a model weighs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.flaggers.base import ArticleWords
from moderation.flaggers.likeness import Background, Document, Shares, features_of, words_of

# With fewer others nobody can say what is far.
LEAST_OTHERS: Final = 3

# A title says more of what an article is about than its sentences do.
_TITLE_TIMES: Final = 3.0
_TEASER_TIMES: Final = 2.0
# Commenters wander: what they wrote says less of it.
_PUBLISHED_TIMES: Final = 0.25
# A comment is short: less of the site's words beside its own.
_PARENT_SMOOTHING: Final = 1_000.0
_NEAR_SHARE: Final = 0.9
_USUAL_WORDS: Final = 2.8


@dataclass(frozen=True, slots=True)
class Signals:
    """Numbers in the order of the weights: of the comment, of what it answers (none where it answers nothing), and of how
    near the two are."""

    text: tuple[float, ...]
    answered: tuple[float, ...] = ()
    nearness: tuple[float, ...] = ()

    def __add__(self, others: Signals) -> Signals:
        """Both, one after the other."""
        return Signals(self.text + others.text, self.answered + others.answered, self.nearness + others.nearness)


def without_answered(article: ArticleWords, parent: str) -> ArticleWords:
    """What is answered counts by itself, not as one more published comment."""
    return dataclasses.replace(article, published=tuple(text for text in article.published if text != parent))


class SiteIndex:
    """The articles of a site, ready to be compared with comments."""

    def __init__(self, articles: Sequence[ArticleWords], language: Shares) -> None:
        """Up to two seconds for 60 articles with ten comments each."""
        self.background = Background((text for article in articles for text, _times in _texts_of(article)), language)
        self._documents = {article.key: Document(_texts_of(article), self.background) for article in articles}

    def signals(self, body: str, parent: str, article: ArticleWords) -> Signals | None:
        """Of a comment under an article, which may be one of these; None where there are too few others or no word."""
        article = without_answered(article, parent)
        others = [document for key, document in self._documents.items() if key != article.key]
        if len(others) < LEAST_OTHERS or not features_of(body):
            return None
        background = self.background
        if article.key not in self._documents:
            background = Background((text for text, _times in _texts_of(article)), background)
        own = Document(_texts_of(article), background)
        if not features_of(parent):
            return Signals(_numbers(body, own, others))
        answered = Document([(parent, 1.0)], background, _PARENT_SMOOTHING).likeness(features_of(body))
        return Signals(_numbers(body, own, others), _numbers(parent, own, others), (answered,))

    def closest_paragraph(self, body: str, article: ArticleWords) -> str:
        """The one that is likeliest to have the words of the comment; empty without any."""
        scored = [
            (Document([(text, 1.0)], self.background, _PARENT_SMOOTHING).likeness(features_of(body)), -at)
            for at, text in enumerate(article.paragraphs)
        ]
        return article.paragraphs[-max(scored)[1]] if scored else ""


def length_of(text: str) -> float:
    """How long a comment is, 0 for the usual length."""
    return math.log(max(1, len(words_of(text)))) - _USUAL_WORDS


def _numbers(text: str, own: Document, others: Sequence[Document]) -> tuple[float, ...]:
    """How near a text is to an article and not to the others, the same by its length, and its length."""
    features, length = features_of(text), length_of(text)
    values = contrast(own.likeness(features), [other.likeness(features) for other in others])
    return (*values, *(value * length for value in values), length)


def _texts_of(article: ArticleWords) -> Iterator[tuple[str, float]]:
    """All texts of an article, and how often each counts."""
    yield article.title, _TITLE_TIMES
    yield article.teaser, _TEASER_TIMES
    yield from ((text, 1.0) for text in article.paragraphs)
    yield from ((text, _PUBLISHED_TIMES) for text in article.published)


def contrast(own: float, others: Sequence[float]) -> tuple[float, float]:
    """How much nearer than the others on average, and than the nearest tenth of them."""
    ordered = sorted(others)
    place = _NEAR_SHARE * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    near = ordered[low] + (place - low) * (ordered[high] - ordered[low])
    return own - sum(ordered) / len(ordered), own - near
