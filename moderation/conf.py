"""The moderators' side settings, each with its default, read from Django's settings at the moment of use."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings as django_settings

from comments.conf import Limit


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """MODERATION_JUDGE: a model server, the key it wants, and how much it may be asked for each site on a day; 0: no bound."""

    url: str = ""
    key: str = field(default="", repr=False)
    model: str = ""
    seconds: float = 20
    daily_requests: int = 500
    daily_tokens: int = 1_000_000
    # Put into each request as they are.
    options: Mapping[str, object] = field(default_factory=lambda: {"temperature": 0, "max_tokens": 1500})


@dataclass(frozen=True, slots=True)
class CallOutSettings:
    """MODERATION_CALL_OUT: the site's own service, and one or more secrets "whsec_..." that its requests are signed with."""

    url: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    seconds: float = 5
    daily_requests: int = 0


class Settings:
    """One property a setting. A project overrides it as MODERATION_<NAME> in its settings."""

    @property
    def flaggers(self) -> tuple[str, ...]:
        """Dotted paths of the flaggers' classes, in the order in which they run."""
        return tuple(getattr(django_settings, "MODERATION_FLAGGERS", ()))

    @property
    def encoder(self) -> bool:
        """Whether respect and spam are judged by the encoder where the extra `ml` is installed."""
        return bool(getattr(django_settings, "MODERATION_ENCODER", True))

    @property
    def inline_budget(self) -> datetime.timedelta:
        """How long all inline flaggers together may keep the author of a comment waiting."""
        return getattr(django_settings, "MODERATION_INLINE_BUDGET", datetime.timedelta(milliseconds=250))

    @property
    def flagger_pause(self) -> datetime.timedelta:
        """For how long an inline flagger that was too slow twice is left out by the process in which that happened."""
        return getattr(django_settings, "MODERATION_FLAGGER_PAUSE", datetime.timedelta(seconds=60))

    @property
    def flagger_lease(self) -> datetime.timedelta:
        """How long whoever began an asynchronous flagger may be at it; longer than the hard limit of its task, 9 s."""
        return getattr(django_settings, "MODERATION_FLAGGER_LEASE", datetime.timedelta(seconds=12))

    @property
    def flagger_memory_bytes(self) -> int:
        """How much more memory than before a worker may use while an asynchronous flagger runs; 0 for no limit."""
        return getattr(django_settings, "MODERATION_FLAGGER_MEMORY_BYTES", 512 * 1024 * 1024)

    @property
    def judge(self) -> JudgeSettings:
        """The judge from outside. Without an address there is none."""
        return JudgeSettings(**getattr(django_settings, "MODERATION_JUDGE", {}))

    @property
    def call_out(self) -> CallOutSettings:
        """The site's own service that is asked about comments. Without an address there is none."""
        return CallOutSettings(**getattr(django_settings, "MODERATION_CALL_OUT", {}))

    @property
    def outside_at_once(self) -> int:
        """How many questions to one service are under way at once for a site: as many workers wait for answers."""
        return getattr(django_settings, "MODERATION_OUTSIDE_AT_ONCE", 1)

    @property
    def knowledge_max_age(self) -> datetime.timedelta:
        """For how long a process works with the terms and origins of a site that it once read."""
        return getattr(django_settings, "MODERATION_KNOWLEDGE_MAX_AGE", datetime.timedelta(seconds=30))

    @property
    def articles_max_age(self) -> datetime.timedelta:
        """For how long a process works with the articles of a site that it once read to compare comments with them."""
        return getattr(django_settings, "MODERATION_ARTICLES_MAX_AGE", datetime.timedelta(minutes=10))

    @property
    def links_allowed(self) -> int:
        """How many different links to other sites a comment may have before their number alone is worth a look."""
        return getattr(django_settings, "MODERATION_LINKS_ALLOWED", 2)

    @property
    def blur_score(self) -> float | None:
        """From which score on a guess at insults blurs the text; None: only findings of something unlawful do."""
        return getattr(django_settings, "MODERATION_BLUR_SCORE", 0.9)

    @property
    def blind_sample_share(self) -> float:
        """Which share of the comments moderators judge without seeing what flaggers say of them, 0 to 1; 0: none."""
        return getattr(django_settings, "MODERATION_BLIND_SAMPLE_SHARE", 0.02)

    @property
    def report_limits(self) -> dict[str, tuple[Limit, ...]]:
        """How fast one author and one network may report comments."""
        minute, hour = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
        default = {
            "author": (Limit(5, minute), Limit(30, hour)),
            "network": (Limit(20, minute), Limit(100, hour)),
        }
        return getattr(django_settings, "MODERATION_REPORT_LIMITS", default)

    @property
    def requeue_after_reports(self) -> int | None:
        """How many different readers have to report a published comment before it waits for approval again; None: never."""
        return getattr(django_settings, "MODERATION_REQUEUE_AFTER_REPORTS", None)

    @property
    def lease(self) -> datetime.timedelta:
        """For how long colleagues see that somebody has a comment before them, after the last sign of it."""
        return getattr(django_settings, "MODERATION_LEASE", datetime.timedelta(minutes=2))

    @property
    def take_lease(self) -> datetime.timedelta:
        """For how long comments that somebody has taken are kept for them."""
        return getattr(django_settings, "MODERATION_TAKE_LEASE", datetime.timedelta(minutes=20))

    @property
    def take_size(self) -> int:
        """How many comments somebody takes at once."""
        return getattr(django_settings, "MODERATION_TAKE_SIZE", 20)

    @property
    def require_two_factors(self) -> bool:
        """Whether the desk is only for those who signed in with a second factor: a passkey, or a code of their app."""
        return bool(getattr(django_settings, "MODERATION_REQUIRE_TWO_FACTORS", False))


settings = Settings()
