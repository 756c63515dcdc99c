"""How near the meaning of a comment is to its article and not to the others of the site, by the encoder's vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from moderation.flaggers.base import ArticleWords
from moderation.flaggers.encoder import MODEL_FILE, load_encoder
from moderation.flaggers.topic_projection import Projection, unit
from moderation.flaggers.topic_signals import Signals, contrast, length_of, without_answered

# Each text takes the encoder some 20 ms the first time a process meets it, so fewer of the others are read than of words.
_OTHERS: Final = 8
_PARAGRAPHS: Final = 8
_PUBLISHED: Final = 3
_OWN_PUBLISHED: Final = 10

# Some 3 KB each.
_REMEMBERED: Final = 4_000

# The unit vectors of texts, a row for each.
Embed = Callable[[Sequence[str]], Any]


def embed_once(texts: Sequence[str]) -> Any:
    """As `encoder.embed`, but a text that was read lately is not read again."""
    return _vectors_of(texts, 0)


def embed_subjects(texts: Sequence[str]) -> Any:
    """The vectors in which the rarer pieces count more, remembered as well. They tell articles apart better, where no matrix was
    learnt, which is learnt from the others."""
    return _vectors_of(texts, 1)


def _vectors_of(texts: Sequence[str], which: int) -> Any:
    import numpy  # noqa: PLC0415 - only with the extra

    return numpy.stack([_vectors(text)[which] for text in texts])


@lru_cache(maxsize=_REMEMBERED)
def _vectors(text: str) -> tuple[Any, Any]:
    reading = load_encoder(MODEL_FILE).read(text)
    return reading.vector, reading.subject


class VectorIndex:
    """The vectors of the newest 8 articles of a site, ready to be compared with those of comments."""

    def __init__(self, articles: Sequence[ArticleWords], embed: Embed, projection: Projection | None = None) -> None:
        """Reads about 100 texts, two seconds of a core, those that `embed` does not remember."""
        self._embed, self._projection = embed, projection
        newest = articles[-_OTHERS:]
        texts = [text for article in newest for text in _texts(article, _PUBLISHED)]
        # What all texts have in common says nothing of what one is about.
        self._common = embed(texts).mean(axis=0) if texts else 0.0
        self._articles = {article.key: self._place(article, _PUBLISHED) for article in newest}

    def signals(self, body: str, parent: str, article: ArticleWords) -> Signals:
        """Of a comment under an article, which may be one of these."""
        others = [place for key, place in self._articles.items() if key != article.key]
        own = self._place(without_answered(article, parent), _OWN_PUBLISHED)
        vector = self._vectors([body])[0]
        numbers = _numbers(vector, length_of(body), own, others)
        if not parent:
            return Signals(numbers)
        before = self._vectors([parent])[0]
        return Signals(numbers, _numbers(before, length_of(parent), own, others), (float(vector @ before),))

    def closest_paragraph(self, body: str, article: ArticleWords) -> str:
        """The one that is nearest in meaning; empty without any."""
        paragraphs = article.paragraphs[:_PARAGRAPHS]
        if not paragraphs:
            return ""
        return paragraphs[int((self._vectors(paragraphs) @ self._vectors([body])[0]).argmax())]

    def _place(self, article: ArticleWords, published: int) -> tuple[Any, Any, Any, Any]:
        """Title and teaser, all paragraphs as one, each paragraph, and what is published as one."""
        head, *rest = _texts(article, published)
        title = self._vectors([head])[0]
        cut = len(article.paragraphs[:_PARAGRAPHS])
        body = self._vectors(rest[:cut]) if cut else title[None]
        said = unit(self._vectors(rest[cut:]).sum(axis=0)) if rest[cut:] else title * 0
        return title, unit(body.sum(axis=0)), body, said

    def _vectors(self, texts: Sequence[str]) -> Any:
        vectors = unit(self._embed(texts) - self._common)
        return vectors if self._projection is None else unit(vectors @ self._projection.matrix)


def title_of(title: str, teaser: str) -> str:
    """Title and teaser as one text."""
    return f"{title}. {teaser}".strip()


def _texts(article: ArticleWords, published: int) -> list[str]:
    return [title_of(article.title, article.teaser), *article.paragraphs[:_PARAGRAPHS], *article.published[:published]]


def _numbers(vector: Any, length: float, own: tuple[Any, ...], others: Sequence[tuple[Any, ...]]) -> tuple[float, ...]:
    """How near a vector is to each part of an article and not to those of the others, and the same by the text's length."""
    mine = _cosines(vector, *own)
    theirs = [_cosines(vector, *other) for other in others]
    values = [one for at, value in enumerate(mine) for one in contrast(value, [other[at] for other in theirs])]
    return (*values, *(value * length for value in values))


def _cosines(vector: Any, title: Any, body: Any, paragraphs: Any, said: Any) -> tuple[float, float, float, float]:
    return float(vector @ title), float(vector @ body), float((paragraphs @ vector).max()), float(vector @ said)
