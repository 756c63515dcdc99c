from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    """The reader's side. The label keeps clear of a host project's own `comments` app."""

    name = "comments"
    label = "marginalia"
    verbose_name = _("Comments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register themselves with Django; the registries exist only once apps are loaded.
        from comments import checks, cors, receivers  # noqa: F401, PLC0415

        if self.apps is not None and self.apps.is_installed("anymail"):
            # An extra: without it there is nothing to import.
            from comments import webhooks  # noqa: F401, PLC0415
