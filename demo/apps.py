from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A small newspaper that uses the comment system as any host would."""

    name = "demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from comments import commentable  # noqa: PLC0415
        from demo.models import Article  # noqa: PLC0415

        commentable.register(
            Article,
            site="demo",
            key="key",
            title="headline",
            teaser="teaser",
            section="section",
            language="language",
            author_accounts="author_accounts",
            body="body",
        )
