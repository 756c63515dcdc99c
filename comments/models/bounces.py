from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Bounce(models.Model):
    """A mail that came back for a reason that may pass. Several within a week end writing to an address."""

    # What tells it from others, so that one that is reported twice counts once.
    key = models.CharField(max_length=32, primary_key=True)
    # Keyed hash of the address, as in Suppression.
    digest = models.CharField(_("address"), max_length=32)
    bounced_at = models.DateTimeField(_("came back"))

    class Meta:
        verbose_name = _("returned mail")
        verbose_name_plural = _("returned mails")
        indexes = (
            # services/bounces.py: how many of an address.
            models.Index(fields=("digest", "bounced_at"), name="bounce_by_address"),
        )

    def __str__(self) -> str:
        return self.key
