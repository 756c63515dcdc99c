from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, Site


class SearchDocument(models.Model):
    """The latest text of a comment and the name above it, as the search of the desk reads them."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, related_name="search_document", verbose_name=_("comment")
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("searchable text")
        verbose_name_plural = _("searchable texts")

    def __str__(self) -> str:
        return f"{self.comment_id}"


class LinkedDomain(models.Model):
    """A domain that the latest text of a comment links to."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="linked_domains", verbose_name=_("site"))
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="linked_domains", verbose_name=_("comment")
    )
    domain = models.CharField(_("domain"), max_length=253)

    class Meta:
        verbose_name = _("linked domain")
        verbose_name_plural = _("linked domains")
        constraints = (
            # A comment links to a domain, however often.
            models.UniqueConstraint(fields=("comment", "domain"), name="linked_domain_unique"),
        )
        indexes = (
            # queue.py and the card: who links there, and who did first.
            models.Index(fields=("site", "domain", "comment"), name="linked_domain_on_site"),
        )

    def __str__(self) -> str:
        return self.domain
