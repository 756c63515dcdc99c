"""Comments about something else than their article, guessed from the words they have in common with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import ArticleWords, SiteKnowledge, Stage, clear, flagged, primary_language
from moderation.flaggers.encoder import MODEL_FILE, fault, read_header, usable_encoder
from moderation.flaggers.likeness import words_of
from moderation.flaggers.topic_projection import Projection
from moderation.flaggers.topic_signals import LEAST_OTHERS, SiteIndex
from moderation.flaggers.topic_vectors import VectorIndex, embed_once, embed_subjects
from moderation.flaggers.topic_weights import TopicWeights, Weights, load_weights

NAME: Final = "topic"

_FAR = gettext_noop("Has little in common with this article. Closest paragraph: “%(paragraph)s” (far)")
_FAR_FROM_TITLE = gettext_noop(
    "Has little in common with this article, of which only the title and the comments are known."
)
_FAR_FROM_TEASER = gettext_noop(
    "Has little in common with this article, of which only title, teaser and comments are known."
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
# From so many published comments on the site's own measure counts: none of them may be flagged but the farthest hundredth.
_LEAST_PUBLISHED: Final = 100
_PUBLISHED_SHARE: Final = 0.99
_LEAST_BOUND: Final = 0.5
_LONGEST_PARAGRAPH: Final = 120


class TopicFlagger:
    """Compares a comment with its article and with the others of the site; asynchronous, some ten milliseconds.

    It knows words, not what is meant: docs/reference/models.md says how often it is right.
    """

    name = NAME
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ("de", "en")
    first_state = FlaggerState.SHADOW
    decides = (Action.APPROVE, Action.REJECT)
    is_guess = True
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
        """Whether it is farther from its article than what was published on the site is from its own.

        Where it cannot tell, it gives no score: 0 would be the greatest certainty there is.
        """
        words = words_of(comment.body)
        if len(words) < _LEAST_WORDS:
            return clear(self, _SHORT)
        article = site.article
        language = primary_language(comment.language)
        encoder = usable_encoder() if self._has_meaning else None
        projection = site.projection if encoder else None
        measure = _measure_of(self._known, site.other_articles, language, projection, reads_meaning=encoder is not None)
        probability = measure.probability(comment.body, comment.parent_body, article) if article else None
        if article is None or probability is None:
            return clear(self, _UNKNOWN)
        bound = _farthest_published(site.topic_scores.get(self.version, ())) or measure.weights.threshold
        is_whole = encoder is None or measure.vectors is None or encoder.read(comment.body).is_whole
        if probability < bound or _is_about_the_text(words):
            return clear(self, score=probability, is_whole=is_whole)
        paragraph = (measure.vectors or measure.index).closest_paragraph(comment.body, article)
        if not paragraph:
            message = _FAR_FROM_TEASER if article.teaser else _FAR_FROM_TITLE
            return flagged(self, message, score=probability, clause="on-topic", is_whole=is_whole)
        parameters = {"paragraph": _shorten(paragraph)}
        return flagged(self, _FAR, parameters, score=probability, clause="on-topic", is_whole=is_whole)


@dataclass(frozen=True, slots=True)
class _Measure:
    """The articles of a site in one language, and what signals count."""

    index: SiteIndex
    vectors: VectorIndex | None
    weights: Weights

    def probability(self, body: str, parent: str, article: ArticleWords) -> float | None:
        """By the words, and by the vectors where they count; None where nobody could tell."""
        signals = self.index.signals(body, parent, article)
        if signals is not None and self.vectors is not None:
            # A parent without a word has no say in either.
            signals += self.vectors.signals(body, parent if signals.answered else "", article)
        return None if signals is None else self.weights.probability(signals)


# Made once for the same articles, which are read anew every ten minutes.
@lru_cache(maxsize=4)
def _measure_of(
    known: TopicWeights,
    articles: tuple[ArticleWords, ...],
    language: str,
    projection: Projection | None,
    *,
    reads_meaning: bool,
) -> _Measure:
    same = [article for article in articles if primary_language(article.language) == language]
    index = SiteIndex(same, known.languages.get(language) or next(iter(known.languages.values())))
    if reads_meaning and known.meanings and len(same) > LEAST_OTHERS:
        embed = embed_once if projection else embed_subjects
        return _Measure(index, VectorIndex(same, embed, projection), known.meanings)
    return _Measure(index, None, known.words)


def _farthest_published(scores: Collection[float]) -> float:
    """The probability that a hundredth of what is published on the site exceeds, .5 at least; 0 where little is published."""
    if len(scores) < _LEAST_PUBLISHED:
        return 0.0
    return max(_LEAST_BOUND, sorted(scores)[min(len(scores) - 1, int(_PUBLISHED_SHARE * len(scores)))])


def _is_about_the_text(words: Collection[str]) -> bool:
    """Whether a text that is not long speaks of the article as a piece of writing, or to the newsroom."""
    return len(words) < _LEAST_WORDS_BESIDE and not _ABOUT_THE_TEXT.isdisjoint(words)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_PARAGRAPH else text[: _LONGEST_PARAGRAPH - 1].rstrip() + "…"
