"""Whether the counters of articles are what their comments say. Only a fault or somebody at the database makes them differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from comments import lifecycle
from comments.enums import Status
from comments.models import Article


@dataclass(frozen=True, slots=True)
class Drift:
    """An article whose counter says something else than its comments."""

    article: Article
    counted: int
    found: int


def find_drift(site: str = "") -> Iterator[Drift]:
    """Every article (of the site of this slug) whose counter is wrong. 1 query that reads each published comment."""
    articles = Article.objects.with_site().order_by("id")
    if site:
        articles = articles.filter(site__slug=site)
    counted = articles.annotate(published=Count("comments", filter=Q(comments__status=Status.APPROVED)))
    for article in counted.iterator():
        found = int(getattr(article, "published", 0))
        if article.comment_count != found:
            yield Drift(article, article.comment_count, found)


def repair(article: Article) -> None:
    """Count the comments of an article anew. 2 queries, safe while others decide."""
    with transaction.atomic():
        Article.objects.select_for_update().get(pk=article.pk)
        lifecycle.recount([article.pk])
