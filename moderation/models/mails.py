from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models import Site


class MailOptOut(models.Model):
    """That an address gets no more mails of a site about what was written or reported with it.

    What such a mail would say stands on the page of the comment, the notice or the restriction, as before.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="mail_opt_outs", verbose_name=_("site"))
    # Keyed hash of the address; the address itself is not kept.
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("address without mails of a site")
        verbose_name_plural = _("addresses without mails of a site")
        constraints = (
            # An address leaves the mails of a site once. Also the index of the look-up before each mail.
            models.UniqueConstraint(fields=("digest", "site"), name="mail_opt_out_unique"),
        )

    def __str__(self) -> str:
        return f"{self.site_id}"
