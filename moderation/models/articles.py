from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models import Article, Comment, Site
from moderation.enums import ArticleChangeKind


class ArticleChange(models.Model):
    """What somebody of the desk changed about a discussion, when. Only ever added to."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="article_changes", verbose_name=_("site"))
    # Empty: about all articles of the site.
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="changes", verbose_name=_("article")
    )
    comment = models.ForeignKey(
        Comment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="article_changes",
        verbose_name=_("comment"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ArticleChangeKind.choices)
    # {"before": ..., "after": ...}, and for what moved also "title" and "count".
    details = models.JSONField(_("details"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="article_changes",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("change of a discussion")
        verbose_name_plural = _("changes of discussions")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.article_id}: {self.kind}"
