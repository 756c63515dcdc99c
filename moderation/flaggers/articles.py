"""Loads the words of a site's articles, for flaggers that compare a comment with them."""

from __future__ import annotations

import dataclasses
import re
import time
from typing import Final

from django.db.models import F

from comments.models import Article, ArticleText, Comment
from comments.models.comments import CommentQuerySet
from moderation.conf import settings
from moderation.flaggers.base import ArticleWords, SiteKnowledge

OTHER_ARTICLES: Final = 60
PUBLISHED_EACH: Final = 10
# Where its other articles are looked for: the newest published comments of the site.
_PUBLISHED_ROWS: Final = 600
# Of a text; more would not be read to the end by the commenters either.
_PARAGRAPHS: Final = 40
_PARAGRAPH_LENGTH: Final = 2_000

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")

# By slug: what was read, and when (time.monotonic).
_known: dict[str, tuple[tuple[ArticleWords, ...], float]] = {}


def with_articles(knowledge: SiteKnowledge, comment: Comment) -> SiteKnowledge:
    """The same with the article of the comment (loaded with its site), and the others of the site. 2 queries, 2 more when
    those were not read within MODERATION_ARTICLES_MAX_AGE."""
    others, read_at = _known.get(comment.site.slug, ((), 0.0))
    now = time.monotonic()
    if not read_at or now - read_at >= settings.articles_max_age.total_seconds():
        others = _read_others(comment.site_id)
        _known[comment.site.slug] = (others, now)
    return dataclasses.replace(knowledge, article=_read_own(comment), other_articles=others)


def forget_articles() -> None:
    """Read anew the next time."""
    _known.clear()


def paragraphs_of(body: str) -> tuple[str, ...]:
    """The paragraphs of a plain text, of which the first 40 are enough."""
    found = (" ".join(part.split())[:_PARAGRAPH_LENGTH] for part in _BLANK_LINES.split(body))
    return tuple(part for part in found if part)[:_PARAGRAPHS]


def _read_own(comment: Comment) -> ArticleWords:
    """2 queries."""
    article = comment.article
    text = ArticleText.objects.filter(article=article.pk).values_list("body", flat=True).first()
    newest = _published().filter(article=article.pk).exclude(pk=comment.pk)[:PUBLISHED_EACH]
    bodies = tuple(newest.values_list("revisions__body", flat=True))
    return ArticleWords(article.key, article.language, article.title, article.teaser, paragraphs_of(text or ""), bodies)


def _read_others(site_id: int) -> tuple[ArticleWords, ...]:
    """2 queries."""
    bodies: dict[int, list[str]] = {}
    newest = _published().filter(site=site_id)[:_PUBLISHED_ROWS]
    for article, body in newest.values_list("article_id", "revisions__body"):
        if article in bodies or len(bodies) < OTHER_ARTICLES:
            bodies.setdefault(article, []).append(body)
    found = Article.objects.readable().filter(pk__in=bodies).order_by("pk")
    return tuple(
        ArticleWords(key, language, title, teaser, paragraphs_of(text or ""), tuple(bodies[pk][:PUBLISHED_EACH]))
        for pk, key, language, title, teaser, text in found.values_list(
            "pk", "key", "language", "title", "teaser", "text__body"
        )
    )


def _published() -> CommentQuerySet:
    """Published comments, newest first, joined with the text that everybody reads."""
    found = Comment.objects.published().filter(revisions__number=F("published_revision"))
    return found.order_by("-published_at", "-id")
