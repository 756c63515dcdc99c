"""Comments about something else than their article, guessed from the words they have in common with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, zip_longest
from typing import Final

from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import ArticleWords, SiteKnowledge, Stage, flagged, primary_language
from moderation.flaggers.encoder import MODEL_FILE, fault, read_header, usable_encoder
from moderation.flaggers.likeness import words_of
from moderation.flaggers.topic_signals import LEAST_OTHERS, Signals, SiteIndex, length_of, without_answered
from moderation.flaggers.topic_vectors import VectorIndex, embed_once
from moderation.flaggers.topic_weights import TopicWeights, Weights, load_weights

_FAR = gettext_noop("Has little in common with this article. Closest paragraph: “%(paragraph)s” (far)")
_FAR_FROM_TITLE = gettext_noop(
    "Has little in common with this article, of which only the title and the comments are known."
)
_SHORT = gettext_noop("Cannot tell whether it is about the article: too few words.")
_UNKNOWN = gettext_noop("Cannot tell whether it is about the article: too few articles of the site to compare it with.")

# A shorter text says too little of what it is about ("Danke!", "So ist es leider."), and is never flagged.
_LEAST_WORDS: Final = 8
# Who speaks of the text, or to those who wrote it, may do so under any article.
_ABOUT_THE_TEXT: Final = frozenset(
    [
        "artikel",
        "artikels",
        "bericht",
        "berichts",
        "beitrag",
        "text",
        "redaktion",
        "ueberschrift",
        "article",
        "headline",
        "editor",
        "editors",
        "newsroom",
    ]
)
_LEAST_WORDS_BESIDE: Final = 20
# From so many published comments on the site's own measure counts: none of it may be flagged but the farthest hundredth.
_LEAST_PUBLISHED: Final = 100
_MOST_PUBLISHED: Final = 200
_PUBLISHED_SHARE: Final = 0.99
_LEAST_BOUND: Final = 0.5
_CANNOT_TELL: Final = 0.49
_LONGEST_PARAGRAPH: Final = 120


class TopicFlagger:
    """Compares a comment with its article and with the others of the site; asynchronous, some ten milliseconds.

    It knows words, not what is meant: docs/reference/models.md says how often it is right.
    """

    name = "topic"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW
    # Asks for the words of the articles.
    reads_articles = True

    def __init__(self) -> None:
        """Read the weights. Raises WeightsError."""
        self._known = load_weights()
        self._has_meaning = bool(
            self._known.meanings and not fault() and read_header(MODEL_FILE).version == self._known.encoder
        )

    @property
    def version(self) -> str:
        """Another where the encoder is asked; no longer where that turns out not to work."""
        version = self._known.version
        return version.replace("words", "encoder") if self._has_meaning and not fault() else version

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether it is farther from its article than what was published on the site is from its own."""
        article = site.article
        language = primary_language(comment.language)
        # The weights were learnt under German articles with their texts; of titles alone, and in English, the words say more.
        may_read_meaning = self._has_meaning and language == "de" and bool(article and article.paragraphs)
        reads_meaning = may_read_meaning and usable_encoder() is not None
        measure = _measure_of(self._known, site.other_articles, language, reads_meaning=reads_meaning)
        signals = measure.index.signals(comment.body, comment.parent_body, article) if article else None
        if article is None or signals is None:
            return self._clear(0.0, _UNKNOWN if words_of(comment.body) else _SHORT)
        probability = measure.probability(signals, comment.body, comment.parent_body, article)
        if signals.words < _LEAST_WORDS:
            return self._clear(min(probability, _CANNOT_TELL), _SHORT)
        if probability < measure.threshold or _is_about_the_text(comment.body):
            return self._clear(probability)
        paragraph = (measure.vectors or measure.index).closest_paragraph(comment.body, article)
        if not paragraph:
            return flagged(self, _FAR_FROM_TITLE, score=probability, clause="on-topic")
        return flagged(self, _FAR, {"paragraph": _shorten(paragraph)}, score=probability, clause="on-topic")

    def _clear(self, score: float, message: str = "") -> Finding:
        return Finding(self.name, self.version, CheckOutcome.CLEAR, score=score, message=message)


@dataclass(frozen=True, slots=True)
class _Measure:
    """The articles of a site in one language, what signals count, and the probability from which a comment is flagged."""

    index: SiteIndex
    vectors: VectorIndex | None
    weights: Weights
    threshold: float

    def probability(self, signals: Signals, body: str, parent: str, article: ArticleWords) -> float:
        """By the words, and by the vectors where they count."""
        values = signals.values
        if self.vectors is not None:
            rest = without_answered(article, parent)
            values += self.vectors.signals(body, parent, rest, length_of(signals.words))
        return self.weights.probability(values)


# Made once for the same articles, which are read anew every ten minutes.
@lru_cache(maxsize=4)
def _measure_of(
    known: TopicWeights, articles: tuple[ArticleWords, ...], language: str, *, reads_meaning: bool
) -> _Measure:
    same = [article for article in articles if primary_language(article.language) == language]
    index = SiteIndex(same, known.languages.get(language) or next(iter(known.languages.values())))
    if reads_meaning and known.meanings and len(same) > LEAST_OTHERS:
        # To read all that is published would take the encoder too long.
        return _Measure(index, VectorIndex(same, embed_once), known.meanings, known.meanings.threshold)
    return _Measure(index, None, known.words, _farthest_published(known.words, index, same) or known.words.threshold)


def _farthest_published(weights: Weights, index: SiteIndex, articles: list[ArticleWords]) -> float:
    """The probability that a hundredth of what is published on the site exceeds, .5 at least; 0 where little is published."""
    found = []
    for body, article in islice(_published(articles), _MOST_PUBLISHED):
        signals = index.signals(body, "", without_answered(article, body))
        if signals is not None and signals.words >= _LEAST_WORDS:
            found.append(weights.probability(signals.values))
    if len(found) < _LEAST_PUBLISHED:
        return 0.0
    return max(_LEAST_BOUND, sorted(found)[min(len(found) - 1, int(_PUBLISHED_SHARE * len(found)))])


def _published(articles: list[ArticleWords]) -> Iterator[tuple[str, ArticleWords]]:
    """Of each article the newest comment, then of each the next."""
    for row in zip_longest(*(article.published for article in articles)):
        yield from ((body, article) for body, article in zip(row, articles, strict=True) if body)


def _is_about_the_text(body: str) -> bool:
    """Whether a text that is not long speaks of the article as a piece of writing, or to the newsroom."""
    words = words_of(body)
    return len(words) < _LEAST_WORDS_BESIDE and not _ABOUT_THE_TEXT.isdisjoint(words)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_PARAGRAPH else text[: _LONGEST_PARAGRAPH - 1].rstrip() + "…"
