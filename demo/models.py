from __future__ import annotations

import re

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


class NewspaperArticleQuerySet(models.QuerySet["Article"]):
    def newest_first(self) -> NewspaperArticleQuerySet:
        return self.order_by("-published_at", "-id")


class Article(models.Model):
    """An article of the newspaper. The comment system knows it by its `key`, readers by its address."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    slug = models.SlugField(_("address"), max_length=200, unique=True)
    language = models.CharField(_("language"), max_length=12)
    section = models.CharField(_("section"), max_length=100)
    headline = models.CharField(_("headline"), max_length=300)
    teaser = models.TextField(_("teaser"))
    byline = models.CharField(_("byline"), max_length=200)
    # Whoever wrote it and has an account here.
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="newspaper_articles",
        verbose_name=_("reporter"),
    )
    # Paragraphs, with a blank line between them.
    body = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"))

    objects = NewspaperArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = (
            # views.py and feeds.py: the newest articles.
            models.Index(fields=("-published_at", "-id"), name="demo_article_newest"),
        )

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("demo:article", args=[self.slug])

    @property
    def author_accounts(self) -> list[int]:
        """Primary keys of the accounts whose comments bear the badge of the article's author. No query."""
        return [self.reporter_id] if self.reporter_id is not None else []

    @property
    def paragraphs(self) -> list[str]:
        """The text as it is set, one string a paragraph."""
        return _BLANK_LINES.split(self.body.strip())
