from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models.articles import Site


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def usable(self, now: datetime.datetime) -> SignInCodeQuerySet:
        return self.filter(used_at__isnull=True, expires_at__gt=now)


class SignInCode(models.Model):
    """What the sign-in window hands to the page that opened it: good once, shortly, and for that page's origin alone."""

    # SHA-256 of the code, which has 256 random bits.
    digest = models.CharField(max_length=64, primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="sign_in_codes", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_codes", verbose_name=_("account")
    )
    origin = models.CharField(_("origin"), max_length=300)
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")

    def __str__(self) -> str:
        return self.digest[:8]


class UsedSsoToken(models.Model):
    """The identifier (`jti`) of a publisher's token that was exchanged; a second time it is refused."""

    # SHA-256 of site and identifier.
    digest = models.CharField(max_length=64, primary_key=True)
    # When the token itself ends; from then on nothing needs to be remembered.
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("used sign-in token")
        verbose_name_plural = _("used sign-in tokens")

    def __str__(self) -> str:
        return self.digest[:8]
