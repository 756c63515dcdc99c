from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comments.models import Author, Comment, Site
from moderation.enums import RestrictionKind, RestrictionTarget
from moderation.models.policies import Clause


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def standing(self, now: datetime.datetime) -> RestrictionQuerySet:
        """Restrictions that hold now: neither over, lifted, nor a warning that was acknowledged."""
        return self.filter(revoked_at__isnull=True, acknowledged_at__isnull=True).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        )


class Restriction(models.Model):
    """What somebody may not do on a site, since when, until when, why and by whom. Never in secret."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="restrictions", verbose_name=_("site"))
    kind = models.CharField(_("kind"), max_length=10, choices=RestrictionKind.choices)
    target = models.CharField(_("laid on"), max_length=10, choices=RestrictionTarget.choices)
    # The author it is laid on, or on whose page it was decided.
    author = models.ForeignKey(
        Author, null=True, blank=True, on_delete=models.PROTECT, related_name="restrictions", verbose_name=_("author")
    )
    # What is compared: a public identifier, a subject, a domain, or the keyed hash of an address or network.
    value = models.CharField(max_length=255, editable=False)
    clause = models.ForeignKey(
        Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="restrictions", verbose_name=_("clause")
    )
    # To the person it is laid on.
    reason = models.TextField(_("reason"))
    # The comment that gave rise to it.
    comment = models.ForeignKey(
        Comment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="restrictions",
        verbose_name=_("comment"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="restrictions_made",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("since"))
    # Empty: for good.
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="restrictions_lifted",
        verbose_name=_("lifted by"),
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        ordering = ("-id",)
        constraints = (
            # Whoever is restricted is told why.
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_has_reason"),
        )
        indexes = (
            # services/restrictions.py: what holds for somebody who wants to write.
            models.Index(
                fields=("site", "target", "value"),
                condition=Q(revoked_at__isnull=True, acknowledged_at__isnull=True),
                name="restriction_standing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.target}"


class AuthorNote(models.Model):
    """What moderators tell each other about an author. Never shown to readers."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="notes", verbose_name=_("author"))
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes", verbose_name=_("comment")
    )
    text = models.TextField(_("text"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author_notes",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("note on an author")
        verbose_name_plural = _("notes on authors")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.author_id}: {self.pk}"


class Trust(models.Model):
    """That an author is trusted on their site, by the site's rule or by somebody, until it is taken back."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="trusts", verbose_name=_("author"))
    # Empty when the rule of the site did it.
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="trusts_granted",
        verbose_name=_("by"),
    )
    granted_at = models.DateTimeField(_("since"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="trusts_revoked",
        verbose_name=_("taken back by"),
    )

    class Meta:
        verbose_name = _("trust")
        verbose_name_plural = _("trusts")
        ordering = ("-id",)
        constraints = (
            # An author is trusted once at a time.
            models.UniqueConstraint(
                fields=("author",), condition=Q(revoked_at__isnull=True), name="trust_standing_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.author_id}"
