"""The moderators' side settings, each with its default, read from Django's settings at the moment of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Generic

from django.conf import settings as django_settings

from comments.conf import Limit
from moderation.setting_kinds import (
    ADDRESS,
    FLAG,
    PATHS,
    PLAIN_TEXT,
    REQUEST_OPTIONS,
    SIGNING_SECRETS,
    TEXT,
    Kind,
    Read_co,
    WrongSettingError,
    duration,
    either,
    fields,
    limits,
    number,
    whole,
)

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """MODERATION_JUDGE: a model server, the key it wants, and how much it may be asked for each site on a day; 0: no bound."""

    url: str = ""
    key: str = field(default="", repr=False)
    model: str = ""
    seconds: float = 20
    daily_requests: int = 500
    daily_tokens: int = 1_000_000
    # Put into each request, beside what the judge itself puts there.
    options: Mapping[str, object] = field(default_factory=lambda: {"temperature": 0, "max_tokens": 1500})


@dataclass(frozen=True, slots=True)
class CallOutSettings:
    """MODERATION_CALL_OUT: the site's own service, and one or more secrets "whsec_..." that its requests are signed with."""

    url: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    seconds: float = 5
    daily_requests: int = 0


class Setting(Generic[Read_co]):
    """A setting of `Settings`: read at each use, it is the default, too, where a project says something that it cannot be.

    `instead`: what it is then, where the default would do harm.
    """

    def __init__(self, kind: Kind[Read_co], default: Read_co, *, instead: Read_co | None = None) -> None:
        self.name = ""
        self.kind = kind
        self._default = default
        self._instead = default if instead is None else instead

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"MODERATION_{name.upper()}"

    def __get__(self, instance: object, owner: type | None = None) -> Read_co:
        try:
            return self._read()
        except WrongSettingError:
            return self._instead

    def fault(self) -> str:
        """What is wrong with what the project says, as the rest of a sentence that begins with the name; empty where nothing is."""
        try:
            self._read()
        except WrongSettingError as error:
            return str(error)
        return ""

    def _read(self) -> Read_co:
        said = getattr(django_settings, self.name, _NOTHING)
        return self._default if said is _NOTHING else self.kind.read(said)


class Settings:
    """One attribute a setting, with what it may be and its default. A project overrides it as MODERATION_<NAME> in its settings."""

    # Dotted paths of the flaggers' classes, in the order in which they run. What is no list is a check that is missing, so that
    # moderators see every comment.
    flaggers = Setting(PATHS, (), instead=("MODERATION_FLAGGERS",))
    # Whether respect and spam are judged by the encoder where the extra `ml` is installed.
    encoder = Setting(FLAG, True)  # noqa: FBT003
    # How long all inline flaggers together may keep the author of a comment waiting.
    inline_budget = Setting(duration(timedelta(milliseconds=1), _MINUTE), timedelta(milliseconds=250))
    # For how long an inline flagger that was too slow twice is left out by the process in which that happened.
    flagger_pause = Setting(duration(timedelta(0), _DAY), timedelta(seconds=60))
    # How long whoever began an asynchronous flagger may be at it; longer than the hard limit of its task, 9 s.
    flagger_lease = Setting(duration(timedelta(seconds=1), _HOUR), timedelta(seconds=12))
    # How much more memory than before a worker may use while an asynchronous flagger runs; 0 for no limit.
    flagger_memory_bytes = Setting(either(0, whole(2**20, 2**50)), 512 * 1024 * 1024)
    # The judge from outside. Without an address there is none.
    judge = Setting(
        fields(
            JudgeSettings,
            {
                "url": ADDRESS,
                "key": PLAIN_TEXT,
                "model": TEXT,
                "seconds": number(0.1, 60),
                "daily_requests": whole(0, 10**6),
                "daily_tokens": whole(0, 10**9),
                "options": REQUEST_OPTIONS,
            },
            needs="model",
        ),
        JudgeSettings(),
    )
    # The site's own service that is asked about comments. Without an address there is none.
    call_out = Setting(
        fields(
            CallOutSettings,
            {
                "url": ADDRESS,
                "secrets": SIGNING_SECRETS,
                "seconds": number(0.1, 60),
                "daily_requests": whole(0, 10**7),
            },
            needs="secrets",
        ),
        CallOutSettings(),
    )
    # How many questions to one service are under way at once for a site: as many workers wait for answers.
    outside_at_once = Setting(whole(1), 1)
    # For how long a process works with the terms and origins of a site that it once read.
    knowledge_max_age = Setting(duration(timedelta(0), _DAY), timedelta(seconds=30))
    # For how long a process works with the articles of a site that it once read to compare comments with them.
    articles_max_age = Setting(duration(timedelta(0), _DAY), timedelta(minutes=10))
    # How many different links to other sites a comment may have before their number alone is worth a look.
    links_allowed = Setting(whole(0), 2)
    # From which score on a guess at insults blurs the text; None: only findings of something unlawful do.
    blur_score = Setting(either(None, number(0, 1)), 0.9)
    # Which share of the comments moderators judge without seeing what flaggers say of them; 0: none.
    blind_sample_share = Setting(number(0, 1), 0.02)
    # How fast one author and one network may report comments.
    report_limits = Setting(
        limits("author", "network"),
        {
            "author": (Limit(5, _MINUTE), Limit(30, _HOUR)),
            "network": (Limit(20, _MINUTE), Limit(100, _HOUR)),
        },
    )
    # How many different readers have to report a published comment before it waits for approval again; None: never.
    requeue_after_reports = Setting(either(None, whole(1)), None)
    # For how long colleagues see that somebody has a comment before them, after the last sign of it, which is noted every 20 s.
    lease = Setting(duration(timedelta(seconds=30), _DAY), timedelta(minutes=2))
    # For how long comments that somebody has taken are kept for them.
    take_lease = Setting(duration(_MINUTE, 7 * _DAY), timedelta(minutes=20))
    # How many comments somebody takes at once.
    take_size = Setting(whole(1, 1_000), 20)
    # Whether the desk is only for those who signed in with a second factor: a passkey, or a code of their app. It is where
    # what is said is neither yes nor no.
    require_two_factors = Setting(FLAG, False, instead=True)  # noqa: FBT003


settings = Settings()
SETTINGS: Final = tuple(one for one in vars(Settings).values() if isinstance(one, Setting))
