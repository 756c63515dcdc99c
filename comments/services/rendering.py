"""Texts rendered anew after the rules have changed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import F, QuerySet

from comments.markup import RENDER_VERSION, render
from comments.models import Article, Comment, Revision


def count_outdated() -> int:
    """How many texts were rendered by earlier rules. 1 query."""
    return _outdated().count()


def render_outdated() -> Iterator[Revision]:
    """Render each of them by the rules of today, what the public reads included, and yield it; may be stopped and begun
    again at any time. 1 query for all, 2 for each text and 2 more for one that is public."""
    for revision in _outdated().select_related("comment").order_by("pk").iterator():
        with transaction.atomic():
            _render(revision)
        yield revision


def _outdated() -> QuerySet[Revision]:
    return Revision.objects.filter(render_version__lt=RENDER_VERSION)


def _render(revision: Revision) -> None:
    revision.body_html, revision.render_version = render(revision.body), RENDER_VERSION
    revision.save(update_fields=["body_html", "render_version"])
    shown = Comment.objects.published().filter(pk=revision.comment_id, published_revision=revision.number)
    if shown.exclude(public_html=revision.body_html).update(public_html=revision.body_html):
        Article.objects.filter(pk=revision.comment.article_id).update(version=F("version") + 1)
