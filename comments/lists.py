"""The read side of front pages: a site's latest comments, and what it discusses most. Public text alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from comments.conf import settings
from comments.enums import ArticleMode, Badge
from comments.excerpts import excerpt
from comments.models import ArticleKey, Comment, Site
from comments.models.comments import CommentQuerySet

# No list is longer, and none looks further back.
LIMIT = 50
DAYS_LIMIT = 90


@dataclass(frozen=True, slots=True)
class LatestComment:
    """A published comment away from its thread. `url` is its permalink, absolute as `article_url` is; `excerpt` is plain
    text, and `badge` a value of Badge."""

    public_id: str
    author_name: str
    badge: str
    excerpt: str
    url: str
    posted_at: datetime.datetime
    language: str
    article_key: str
    article_title: str
    article_url: str
    article_language: str

    @property
    def badge_label(self) -> str:
        """The badge in words, in the active language; empty without one."""
        return str(Badge(self.badge).label) if self.badge else ""


@dataclass(frozen=True, slots=True)
class DiscussedArticle:
    """An article with its published comments: those of the days asked for, and all of them."""

    key: str
    title: str
    url: str
    language: str
    recent_count: int
    comment_count: int


def latest_comments(site: str, limit: int) -> list[LatestComment]:
    """The newest published comments of the site of this slug, at most 50; none for an unknown one. 1 query."""
    newest_first = _published(site).select_related("article").order_by("-published_at", "-id")
    return [_listed(comment) for comment in newest_first[: _within(limit, LIMIT)]]


def featured_comments(site: str, limit: int, article: str = "") -> list[LatestComment]:
    """The editors' choice on the site of this slug, or under the article of this key: what was chosen last comes first, at
    most 50. 1 query."""
    found = _published(site).featured().select_related("article")
    if article:
        former = ArticleKey.objects.filter(site__slug=site, key=article).values("article")
        found = found.filter(Q(article__key=article) | Q(article__in=former))
    return [_listed(comment) for comment in found.order_by("-featured_at", "-id")[: _within(limit, LIMIT)]]


def most_discussed(site: str, *, days: int, limit: int) -> list[DiscussedArticle]:
    """The articles with the most comments published in the last `days` (at most 90), at most 50 of them. 1 query.

    The most discussed comes first; among equals the one that has the newest comment. Its cost grows with the comments of
    those days, not with all comments.
    """
    since = timezone.now() - datetime.timedelta(days=_within(days, DAYS_LIMIT))
    names = ("key", "title", "url", "language", "comment_count")
    found = (
        _published(site)
        .filter(published_at__gte=since)
        .values(*(f"article__{name}" for name in names))
        .annotate(recent=Count("pk"), newest=Max("published_at"))
        .order_by("-recent", "-newest", "-article_id")
    )
    return [
        DiscussedArticle(
            key=row["article__key"],
            title=row["article__title"],
            url=row["article__url"],
            language=row["article__language"],
            recent_count=row["recent"],
            comment_count=row["article__comment_count"],
        )
        for row in found[: _within(limit, LIMIT)]
    ]


def _published(site: str) -> CommentQuerySet:
    """What everybody may read under articles that everybody may read."""
    # Asked for as one value and not joined, so that the database can walk the index of the site's comments in order.
    site_id = Site.objects.filter(slug=site).values("pk")[:1]
    comments = Comment.objects.published().filter(site=site_id, article__is_confirmed=True)
    return comments.exclude(article__mode=ArticleMode.HIDDEN)


def _listed(comment: Comment) -> LatestComment:
    article = comment.article
    return LatestComment(
        public_id=comment.public_id,
        author_name=comment.author_name,
        badge=comment.author_badge,
        excerpt=excerpt(comment.public_html),
        url=settings.base_url + reverse("comments:permalink", args=[comment.public_id]),
        posted_at=comment.posted_at,
        language=comment.language,
        article_key=article.key,
        article_title=article.title,
        article_url=article.url,
        article_language=article.language,
    )


def _within(number: int, most: int) -> int:
    return max(1, min(number, most))
