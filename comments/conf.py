"""The reader's side settings, each with its default, read from Django's settings at the moment of use."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings as django_settings

_OUTBOX_HANDLERS = {
    "confirmation_mail": "comments.notifications.send_confirmation",
    "news_mail": "comments.notifications.send_news",
    "publication": "comments.services.publications.fan_out",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` events of one sort within `window`."""

    count: int
    window: datetime.timedelta


class Settings:
    """One property a setting. A project overrides it as COMMENTS_<NAME> in its settings."""

    @property
    def screener(self) -> str:
        """Dotted path of the function that looks at each new text: ScreeningInput -> Verdict."""
        return getattr(django_settings, "COMMENTS_SCREENER", "comments.screening.wait_for_a_moderator")

    @property
    def gate(self) -> str:
        """Dotted path of the function that says what somebody may do: GateInput -> Gate."""
        return getattr(django_settings, "COMMENTS_GATE", "comments.gate.let_everybody_pass")

    @property
    def slots(self) -> dict[str, str]:
        """Name of a slot to the dotted path of the function that fills it."""
        return getattr(django_settings, "COMMENTS_SLOTS", {})

    @property
    def outbox_handlers(self) -> dict[str, str]:
        """Kind of an outbox row to the dotted path of the function that does it: (payload) -> None. Besides our own."""
        return {**_OUTBOX_HANDLERS, **getattr(django_settings, "COMMENTS_OUTBOX_HANDLERS", {})}

    @property
    def bundle_window(self) -> datetime.timedelta:
        """For how long new comments are gathered into one mail for those who want to be told at once."""
        return getattr(django_settings, "COMMENTS_BUNDLE_WINDOW", datetime.timedelta(minutes=5))

    @property
    def digest_hour(self) -> int:
        """At which hour of the day, in the project's time zone, those are told who want to be told once a day."""
        return getattr(django_settings, "COMMENTS_DIGEST_HOUR", 7)

    @property
    def edit_window(self) -> datetime.timedelta:
        """For how long after posting an author may change a comment."""
        return getattr(django_settings, "COMMENTS_EDIT_WINDOW", datetime.timedelta(minutes=5))

    @property
    def network_retention(self) -> datetime.timedelta:
        """For how long it is kept from which network a comment was sent, as a keyed hash."""
        return getattr(django_settings, "COMMENTS_NETWORK_RETENTION", datetime.timedelta(days=30))

    @property
    def undo_grace(self) -> datetime.timedelta:
        """For how long effects on others wait, so that an undo leaves no trace outside."""
        return getattr(django_settings, "COMMENTS_UNDO_GRACE", datetime.timedelta(seconds=15))

    @property
    def page_size(self) -> int:
        """How many conversations one page of a thread holds."""
        return getattr(django_settings, "COMMENTS_PAGE_SIZE", 50)

    @property
    def reserved_names(self) -> tuple[str, ...]:
        """Names that no guest may use or imitate, besides those of the editorial team."""
        return getattr(
            django_settings,
            "COMMENTS_RESERVED_NAMES",
            ("Redaktion", "Moderation", "Moderator", "Administrator", "Admin", "Editor", "Editorial team"),
        )

    @property
    def base_url(self) -> str:
        """Scheme and host under which readers reach this server; for mails and feeds, never from a request."""
        return django_settings.BASE_URL.rstrip("/")

    @property
    def websub_hub(self) -> str:
        """Address of the WebSub hub that is told when a feed has news; empty: there is none."""
        return getattr(django_settings, "COMMENTS_WEBSUB_HUB", "")

    @property
    def bounce_address(self) -> str:
        """Where mails that cannot be delivered come back to, as bounces@comments.example.org; empty: to their sender."""
        return getattr(django_settings, "COMMENTS_BOUNCE_ADDRESS", "")

    @property
    def trusted_proxy_count(self) -> int:
        """How many proxies of ours stand in front and append to X-Forwarded-For."""
        return getattr(django_settings, "TRUSTED_PROXY_COUNT", 0)

    @property
    def post_limits(self) -> dict[str, tuple[Limit, ...]]:
        """How fast one author, one token and one network may post."""
        minute, hour = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
        default = {
            "author": (Limit(10, minute), Limit(60, hour)),
            "network": (Limit(60, minute), Limit(600, hour)),
        }
        return getattr(django_settings, "COMMENTS_POST_LIMITS", default)

    @property
    def preview_limits(self) -> dict[str, tuple[Limit, ...]]:
        """How often one network may ask how a text would appear."""
        default = {"network": (Limit(120, datetime.timedelta(minutes=1)),)}
        return getattr(django_settings, "COMMENTS_PREVIEW_LIMITS", default)

    @property
    def vote_limits(self) -> dict[str, tuple[Limit, ...]]:
        """How fast one author and one network may vote and mute, and how many new readers without a name a network has."""
        minute, hour, day = datetime.timedelta(minutes=1), datetime.timedelta(hours=1), datetime.timedelta(days=1)
        default = {
            "author": (Limit(30, minute),),
            "network": (Limit(120, hour),),
            "new_readers": (Limit(10, day),),
        }
        return getattr(django_settings, "COMMENTS_VOTE_LIMITS", default)

    @property
    def subscribe_limits(self) -> dict[str, tuple[Limit, ...]]:
        """How often one network may ask to follow something."""
        default = {"network": (Limit(60, datetime.timedelta(hours=1)),)}
        return getattr(django_settings, "COMMENTS_SUBSCRIBE_LIMITS", default)


settings = Settings()
