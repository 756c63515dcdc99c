"""How near the meaning of a comment is to its article and not to the others of the site, by the encoder's vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from moderation.flaggers.base import ArticleWords
from moderation.flaggers.encoder import MODEL_FILE, load_encoder
from moderation.flaggers.topic_signals import contrast

# Each text takes the encoder some 20 ms the first time a process meets it, so fewer of the others are read than of words.
_OTHERS: Final = 8
_PARAGRAPHS: Final = 4
_PUBLISHED: Final = 3
_OWN_PARAGRAPHS: Final = 12

# Some 1.5 KB each.
_REMEMBERED: Final = 4_000

# The unit vectors of texts, a row for each.
Embed = Callable[[Sequence[str]], Any]


def embed_once(texts: Sequence[str]) -> Any:
    """As `encoder.embed`, but a text that was read lately is not read again."""
    import numpy  # noqa: PLC0415 - only with the extra

    return numpy.stack([_vector(text) for text in texts])


@lru_cache(maxsize=_REMEMBERED)
def _vector(text: str) -> Any:
    return load_encoder(MODEL_FILE).read(text).vector


class VectorIndex:
    """The vectors of the newest 8 articles of a site, ready to be compared with those of comments."""

    def __init__(self, articles: Sequence[ArticleWords], embed: Embed) -> None:
        """Reads about 60 texts, two seconds of a core, those that `embed` does not remember."""
        self._embed = embed
        newest = articles[-_OTHERS:]
        texts = [text for article in newest for text in _texts(article, _PARAGRAPHS, _PUBLISHED)]
        # What all texts have in common says nothing of what one is about.
        self._common = embed(texts).mean(axis=0) if texts else 0.0
        self._articles = {article.key: self._place(article, _PARAGRAPHS, _PUBLISHED) for article in newest}

    def signals(self, body: str, parent: str, article: ArticleWords, length: float) -> tuple[float, ...]:
        """Of a comment under an article, which may be one of these; `article` without what is answered."""
        others = [place for key, place in self._articles.items() if key != article.key]
        own = self._place(article, _OWN_PARAGRAPHS, _PUBLISHED)
        vector = self._vectors([body])[0]
        values = _contrasts(vector, own, others)
        values += [value * length for value in values]
        if not parent:
            return (*values, *[0.0] * 5)
        before = self._vectors([parent])[0]
        return (*values, float(vector @ before), *_contrasts(before, own, others)[::2])

    def closest_paragraph(self, body: str, article: ArticleWords) -> str:
        """The one that is nearest in meaning; empty without any."""
        paragraphs = article.paragraphs[:_OWN_PARAGRAPHS]
        if not paragraphs:
            return ""
        return paragraphs[int((self._vectors(paragraphs) @ self._vectors([body])[0]).argmax())]

    def _place(self, article: ArticleWords, paragraphs: int, published: int) -> tuple[Any, Any, Any, Any]:
        """Title and teaser, all paragraphs as one, each paragraph, and what is published as one."""
        head, *rest = _texts(article, paragraphs, published)
        title = self._vectors([head])[0]
        cut = len(article.paragraphs[:paragraphs])
        body = self._vectors(rest[:cut]) if cut else title[None]
        said = _unit(self._vectors(rest[cut:]).sum(axis=0)) if rest[cut:] else title * 0
        return title, _unit(body.sum(axis=0)), body, said

    def _vectors(self, texts: Sequence[str]) -> Any:
        moved = self._embed(texts) - self._common
        return moved / ((moved**2).sum(axis=1, keepdims=True) ** 0.5 + 1e-9)


def _texts(article: ArticleWords, paragraphs: int, published: int) -> list[str]:
    head = f"{article.title}. {article.teaser}"
    return [head, *article.paragraphs[:paragraphs], *article.published[:published]]


def _contrasts(vector: Any, own: tuple[Any, Any, Any, Any], others: Sequence[tuple[Any, Any, Any, Any]]) -> list[float]:
    mine = _cosines(vector, own)
    theirs = [_cosines(vector, other) for other in others]
    found: list[float] = []
    for at, value in enumerate(mine):
        found += contrast(value, [other[at] for other in theirs])
    return found


def _cosines(vector: Any, place: tuple[Any, Any, Any, Any]) -> tuple[float, float, float, float]:
    title, body, paragraphs, said = place
    return float(vector @ title), float(vector @ body), float((paragraphs @ vector).max()), float(vector @ said)


def _unit(vector: Any) -> Any:
    return vector / ((vector**2).sum() ** 0.5 + 1e-9)
