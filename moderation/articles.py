"""The read side of the articles' pages: lists of a site's articles, and all that the desk knows of one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy

from comments.enums import ArticleMode
from comments.models import Article, Comment, Site
from moderation.models import ArticleChange
from moderation.queue.severity import veiled_in_public

PAGE_SIZE = 30
LOG_SIZE = 50
# As many sections are offered for choosing.
MOST_SECTIONS = 200
# As many articles are offered for choosing where one can be named.
MOST_OFFERED = 50

_SENTENCES = {
    ArticleMode.PRE_MODERATED: gettext_lazy("Readers write; a comment appears once somebody has read it."),
    ArticleMode.POST_MODERATED: gettext_lazy("Readers write; a comment appears at once and is read soon after."),
    ArticleMode.READ_ONLY: gettext_lazy(
        "Readers see all comments and “This discussion is paused”; nobody can write or vote."
    ),
    ArticleMode.CLOSED: gettext_lazy(
        "Readers see all comments and “This discussion has ended”; they may vote, not write."
    ),
    ArticleMode.HIDDEN: gettext_lazy("Readers see no discussion at all, also in feeds, lists and counts."),
}


@dataclass(frozen=True, slots=True)
class ArticleFilters:
    """Which articles of a site. Empty strings filter nothing; `q` is a part of title, key or address."""

    q: str = ""
    section: str = ""
    mode: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.section or self.mode)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article of the list. `last_at` is when a comment of it was published last; None: none is."""

    article: Article
    waiting: int
    last_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page of the list. `before` names the last article of it, where more follow; else it is 0."""

    rows: tuple[ArticleRow, ...]
    before: int


def read_articles(site: Site, filters: ArticleFilters, before: int = 0, size: int = PAGE_SIZE) -> ArticlePage:
    """Articles of a site, those seen last first, by keyset. 2 queries, 1 for an empty page."""
    articles = Article.objects.filter(site=site)
    if filters.q:
        part = Q(title__icontains=filters.q) | Q(key__icontains=filters.q) | Q(url__icontains=filters.q)
        articles = articles.filter(part)
    if filters.section:
        articles = articles.filter(section=filters.section)
    if filters.mode:
        articles = articles.filter(mode=filters.mode)
    if before:
        articles = articles.filter(pk__lt=before)
    newest = Comment.objects.published().filter(article=OuterRef("pk")).order_by("-published_at", "-id")
    found = list(
        articles.select_related("site")
        .annotate(last_at=Subquery(newest.values("published_at")[:1]))
        .order_by("-pk")[: size + 1]
    )
    shown = found[:size]
    waiting = count_waiting(site, [article.pk for article in shown])
    return ArticlePage(
        rows=tuple(ArticleRow(one, waiting.get(one.pk, 0), getattr(one, "last_at", None)) for one in shown),
        before=shown[-1].pk if len(found) > size else 0,
    )


def count_waiting(site: Site, article_ids: list[int]) -> dict[int, int]:
    """How many comments wait to be judged under each of these articles. 1 query over the waiting ones, none without articles."""
    if not article_ids:
        return {}
    waiting = Comment.objects.waiting().filter(site=site, article__in=article_ids).order_by()
    return dict(waiting.values("article").annotate(number=Count("pk")).values_list("article", "number"))


def read_sections(site: Site) -> list[str]:
    """The sections that articles of the site are in. 1 query."""
    found = Article.objects.filter(site=site).exclude(section="").order_by("section")
    return list(found.values_list("section", flat=True).distinct()[:MOST_SECTIONS])


def read_highlights(article: Article) -> list[tuple[Comment, bool]]:
    """What is pinned or featured under an article, what was pinned first, and of each whether its published text is shown
    only to who asks. 1 query."""
    found = (
        Comment.objects.for_article(article)
        .published()
        .filter(Q(pinned_at__isnull=False) | Q(featured_at__isnull=False))
    )
    return sorted(veiled_in_public(found), key=lambda one: _put_forward(one[0]))


def _put_forward(comment: Comment) -> tuple[bool, float]:
    """Where a comment stands among those that are put forward."""
    at = comment.pinned_at or comment.featured_at or comment.posted_at
    return comment.pinned_at is None, -at.timestamp()


def read_log(article: Article) -> list[ArticleChange]:
    """The latest changes of a discussion, the last first. 1 query."""
    found = ArticleChange.objects.filter(article=article).select_related("user", "comment", "undone_by")
    return list(found[:LOG_SIZE])


def offered_articles(article: Article) -> list[tuple[str, str]]:
    """Keys and titles of the site's latest other articles, for a field in which one is named. 1 query."""
    others = Article.objects.filter(site=article.site_id).exclude(pk=article.pk).order_by("-pk")
    return list(others.values_list("key", "title")[:MOST_OFFERED])


def mode_sentences() -> list[tuple[ArticleMode, str]]:
    """Each mode with what readers see of it."""
    return [(mode, str(_SENTENCES[mode])) for mode in ArticleMode]
