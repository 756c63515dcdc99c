from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """The moderators' side: policy, flaggers, queue, decisions."""

    name = "moderation"
    label = "marginalia_moderation"
    verbose_name = _("Moderation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Checks register, receivers connect to signals; the registries exist only once apps are loaded.
        from moderation import checks, receivers  # noqa: F401, PLC0415
