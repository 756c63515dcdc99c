from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models import Author, Comment, Site, StatusChange
from moderation.enums import RestrictionKind, RestrictionTarget
from moderation.models.policies import Clause


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def standing(self, now: datetime.datetime) -> RestrictionQuerySet:
        """Restrictions that hold now: neither over, lifted, nor a warning that was acknowledged."""
        return self.liftable(now).filter(acknowledged_at__isnull=True)

    def liftable(self, now: datetime.datetime) -> RestrictionQuerySet:
        """Restrictions that are neither over nor lifted; of warnings those that were acknowledged too."""
        return self.filter(revoked_at__isnull=True).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))

    def objected(self) -> RestrictionQuerySet:
        """Those that the person objects to, as long as nobody has answered."""
        return self.filter(objected_at__isnull=False, answered_at__isnull=True)

    def to_confirm(self, now: datetime.datetime) -> RestrictionQuerySet:
        """Bans that hold for some days and are to hold for good."""
        return self.standing(now).filter(proposed_for_good=True, confirmed_at__isnull=True)


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
    # A ban for good is one for some days until somebody else confirms it.
    proposed_for_good = models.BooleanField(_("proposed for good"), default=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="restrictions_confirmed",
        verbose_name=_("confirmed by"),
    )
    # What the person says to it, once, and what they were answered.
    objection = models.TextField(_("objection"), blank=True)
    objected_at = models.DateTimeField(_("objected"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="objections_answered",
        verbose_name=_("answered by"),
    )

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        ordering = ("-id",)
        constraints = (
            # Whoever is restricted is told why.
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_has_reason"),
            # Whoever may only read is told by which clause of the policy.
            models.CheckConstraint(
                condition=~Q(kind=RestrictionKind.BAN) | Q(clause__isnull=False), name="restriction_ban_has_clause"
            ),
            # A network has other people in it, and others tomorrow.
            models.CheckConstraint(
                condition=~Q(target=RestrictionTarget.NETWORK) | Q(ends_at__isnull=False),
                name="restriction_network_ends",
            ),
        )
        indexes = (
            # services/restrictions.py: what holds for somebody who wants to write.
            models.Index(
                fields=("site", "target", "value"),
                condition=Q(revoked_at__isnull=True, acknowledged_at__isnull=True),
                name="restriction_standing",
            ),
            # queue/people.py: objections on a site that nobody has answered, the oldest first.
            models.Index(
                fields=("site", "objected_at"),
                condition=Q(objected_at__isnull=False, answered_at__isnull=True),
                name="restriction_objected",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.target}"

    @property
    def name(self) -> str:
        """What it is, in a word."""
        return str(RestrictionKind(self.kind).label).partition(":")[0]

    @property
    def is_standing_now(self) -> bool:
        return self.is_standing(timezone.now())

    def is_standing(self, now: datetime.datetime) -> bool:
        """Whether it holds: neither over, lifted, nor a warning that was acknowledged."""
        is_over = self.ends_at is not None and self.ends_at <= now
        return self.revoked_at is None and self.acknowledged_at is None and not is_over


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


class TrustQuerySet(models.QuerySet["Trust"]):
    def standing(self) -> TrustQuerySet:
        """Trust that nobody has taken back."""
        return self.filter(revoked_at__isnull=True)

    def by_rule(self) -> TrustQuerySet:
        """Trust that the rule of a site gave, which it takes back by itself."""
        return self.filter(granted_by__isnull=True)


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
    # The step of a comment for which the rule took it back, and which brings it back if it is taken back itself.
    lost_with = models.ForeignKey(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="trusts_lost",
        verbose_name=_("lost with"),
    )

    objects = TrustQuerySet.as_manager()

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
