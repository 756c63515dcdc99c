from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models import Site
from moderation.enums import Role


class Membership(models.Model):
    """Somebody's place on the desk of a site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="desk_memberships",
        verbose_name=_("account"),
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.MODERATOR)
    # Names their feed of the queue; empty: there is none. Another one ends the address handed out so far.
    queue_feed_key = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("desk member")
        verbose_name_plural = _("desk members")
        constraints = (
            # Somebody has one role on a site.
            models.UniqueConstraint(fields=("site", "user"), name="membership_unique"),
            # An address of a feed is one member's.
            models.UniqueConstraint(
                fields=("queue_feed_key",),
                condition=~models.Q(queue_feed_key=""),
                name="membership_queue_feed_key_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}@{self.site_id}: {self.role}"


class MembershipChange(models.Model):
    """That somebody came to a desk, was given another role, or left. Only ever added to."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="membership_changes", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="desk_membership_changes",
        verbose_name=_("account"),
    )
    # Empty: was not on the desk before.
    from_role = models.CharField(_("from"), max_length=16, choices=Role.choices, blank=True)
    # Empty: is not on the desk any more.
    to_role = models.CharField(_("to"), max_length=16, choices=Role.choices, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="desk_membership_changes_made",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of a desk member")
        verbose_name_plural = _("changes of desk members")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user_id}@{self.site_id}: {self.from_role} -> {self.to_role}"


class ApiToken(models.Model):
    """A personal token for the moderation API of one site. Only its hash is kept."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("account")
    )
    # SHA-256 of the token; a token has 256 random bits, so a plain hash is enough.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Values of enums.Scope.
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.user_id}@{self.site_id}"
