from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comments.models import Article, Site
from moderation.enums import DigestChoice


class DeskSettings(models.Model):
    """How the desk of a site works. A site without a row works by the defaults."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="desk_settings", verbose_name=_("site"))
    # Name and votes are shown only after the decision.
    is_blind = models.BooleanField(_("blind first look"), default=False)
    # An author is trusted after so many published comments within so many days and none refused in them; 0: nobody is.
    trust_after = models.PositiveSmallIntegerField(_("published comments until trusted"), default=0)
    trust_days = models.PositiveSmallIntegerField(_("within days"), default=90)
    # Whether comments of trusted authors appear at once and are judged afterwards.
    publishes_trusted = models.BooleanField(_("comments of trusted authors appear at once"), default=False)

    class Meta:
        verbose_name = _("settings of a desk")
        verbose_name_plural = _("settings of desks")

    def __str__(self) -> str:
        return f"{self.site_id}"


class ArticleRule(models.Model):
    """What the desk does differently under one article."""

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, related_name="desk_rule", verbose_name=_("article")
    )
    needs_two_people = models.BooleanField(_("two people decide"), default=False)
    is_blind = models.BooleanField(_("blind first look"), default=False)

    class Meta:
        verbose_name = _("rule of an article")
        verbose_name_plural = _("rules of articles")

    def __str__(self) -> str:
        return f"{self.article_id}"


class DeskPreferences(models.Model):
    """How somebody likes to work at the desk."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="desk_preferences",
        verbose_name=_("account"),
    )
    has_keys = models.BooleanField(_("keyboard shortcuts"), default=True)
    # {"approve": "f", ...}: only what differs from the preset.
    keys = models.JSONField(_("keys"), default=dict, blank=True)
    is_compact = models.BooleanField(_("compact"), default=False)
    # Whether a severe text is shown at once, and not only when they ask for it.
    shows_severe = models.BooleanField(_("severe texts at once"), default=False, db_default=False)
    # Whether they are written to about what waits.
    digest = models.CharField(
        _("mails about what waits"), max_length=6, choices=DigestChoice.choices, default=DigestChoice.OFF
    )
    tour_done_at = models.DateTimeField(_("tour taken"), null=True, blank=True)

    class Meta:
        verbose_name = _("desk preferences")
        verbose_name_plural = _("desk preferences")

    def __str__(self) -> str:
        return f"{self.user_id}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user_id: int | None) -> SavedViewQuerySet:
        """One's own views and those that everybody on the desk sees."""
        return self.filter(Q(owner=user_id) | Q(is_shared=True))


class SavedView(models.Model):
    """A view of the queue under a name: its owner's, or everybody's on the desk."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("site"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=60)
    # The query of the desk's address, without comment and cursor.
    query = models.CharField(_("address"), max_length=1000)
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name",)
        constraints = (
            # Somebody names a view once, and so does the desk.
            models.UniqueConstraint(fields=("site", "owner", "name"), name="saved_view_unique"),
            models.UniqueConstraint(
                fields=("site", "name"), condition=Q(is_shared=True), name="saved_view_shared_unique"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """Decisions that were made together, and why."""

    # The `batch_id` of its decisions.
    id = models.UUIDField(primary_key=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="batches", verbose_name=_("site"))
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="batches",
        verbose_name=_("moderator"),
    )
    # For colleagues.
    reason = models.CharField(_("reason"), max_length=500)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return str(self.pk)
