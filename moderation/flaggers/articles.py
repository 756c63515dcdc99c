"""Loads the words of a site's articles, for flaggers that compare a comment with them."""

from __future__ import annotations

import dataclasses
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from comments.models import Article, ArticleText, Comment
from comments.models.comments import CommentQuerySet
from moderation.conf import settings
from moderation.flaggers.base import ArticleWords, SiteKnowledge
from moderation.flaggers.learning.vectors import encoder_version
from moderation.flaggers.topic import NAME as TOPIC
from moderation.flaggers.topic_projection import Projection, from_kept
from moderation.models import Finding, TopicProjection

logger = logging.getLogger(__name__)

OTHER_ARTICLES: Final = 60
PUBLISHED_EACH: Final = 10
# Whose articles a process keeps at once: up to some MB each.
MOST_SITES: Final = 16
# Where its other articles are looked for: the newest published comments of the site.
_PUBLISHED_ROWS: Final = 600
# Of a text; more would not be read to the end by the commenters either.
_PARAGRAPHS: Final = 40
_PARAGRAPH_LENGTH: Final = 2_000

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")

# By slug: what was read, and when (time.monotonic).
_known: dict[str, tuple[_Known, float]] = {}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for all comments of a site for a while: see SiteKnowledge."""

    other_articles: tuple[ArticleWords, ...]
    topic_scores: Mapping[str, tuple[float, ...]]
    projection: Projection | None


def with_articles(knowledge: SiteKnowledge, comment: Comment) -> SiteKnowledge:
    """The same with the article of the comment (loaded with its site), the others of the site, and what is known of how to tell
    them apart. 2 queries, 3 more when those were not read within MODERATION_ARTICLES_MAX_AGE; a fourth with the extra `ml`."""
    known, read_at = _known.get(comment.site.slug, (None, 0.0))
    now = time.monotonic()
    if known is None or now - read_at >= settings.articles_max_age.total_seconds():
        known = _read_others(comment.site_id)
        if len(_known) >= MOST_SITES:
            _known.clear()
        _known[comment.site.slug] = (known, now)
    return dataclasses.replace(
        knowledge,
        article=_read_own(comment),
        other_articles=known.other_articles,
        topic_scores=known.topic_scores,
        projection=known.projection,
    )


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


def _read_others(site_id: int) -> _Known:
    """3 queries, 1 more with the extra."""
    bodies: dict[int, list[str]] = {}
    comments = []
    newest = _published().filter(site=site_id)[:_PUBLISHED_ROWS]
    for comment, article, body in newest.values_list("pk", "article_id", "revisions__body"):
        comments.append(comment)
        if article in bodies or len(bodies) < OTHER_ARTICLES:
            bodies.setdefault(article, []).append(body)
    found = Article.objects.readable().filter(pk__in=bodies).order_by("pk")
    articles = tuple(
        ArticleWords(key, language, title, teaser, paragraphs_of(text or ""), tuple(bodies[pk][:PUBLISHED_EACH]))
        for pk, key, language, title, teaser, text in found.values_list(
            "pk", "key", "language", "title", "teaser", "text__body"
        )
    )
    return _Known(articles, _read_scores(comments), _read_projection(site_id))


def _read_scores(comments: Sequence[int]) -> Mapping[str, tuple[float, ...]]:
    """What the flagger of topics said of these comments, where it could tell, by its version. 1 query."""
    said = Finding.objects.filter(
        comment__in=comments, flagger=TOPIC, revision=F("comment__published_revision"), score__isnull=False
    )
    scores: dict[str, list[float]] = {}
    for version, score in said.values_list("version", "score"):
        scores.setdefault(version, []).append(score or 0.0)
    return {version: tuple(some) for version, some in scores.items()}


def _read_projection(site_id: int) -> Projection | None:
    """What was learnt, if it is for the vectors made here. 1 query with the extra, none without."""
    encoder = encoder_version()
    if not encoder:
        return None
    learnt = TopicProjection.objects.filter(site=site_id, encoder=encoder, told_apart__gt=F("without"))
    weights = learnt.values_list("weights", flat=True).first()
    try:
        return from_kept(bytes(weights)) if weights else None
    except ValueError:
        logger.exception("The projection for topics of site %s cannot be used.", site_id)
        return None


def _published() -> CommentQuerySet:
    """Published comments, newest first, joined with the text that everybody reads."""
    found = Comment.objects.published().filter(revisions__number=F("published_revision"))
    return found.order_by("-published_at", "-id")
