"""What would go wrong later, said at start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from comments.conf import Settings, settings
from comments.slots import SLOTS

# How much of two names has to be the same: "LINK_ALLOWED" and "LINKS_ALLOWED" .96, "APP" and "GATE" .29.
_NEAR = 0.75
UNSAFE_CACHES = ("django.core.cache.backends.db.DatabaseCache", "django.core.cache.backends.filebased.FileBasedCache")


@register()
def check_dotted_paths(**_kwargs: object) -> Iterable[CheckMessage]:
    """Every dotted path in the settings can be imported, every slot exists."""
    paths = {"COMMENTS_SCREENER": settings.screener, "COMMENTS_GATE": settings.gate}
    paths |= {f"COMMENTS_SLOTS[{name!r}]": path for name, path in settings.slots.items()}
    paths |= {f"COMMENTS_OUTBOX_HANDLERS[{kind!r}]": path for kind, path in settings.outbox_handlers.items()}
    for setting, path in paths.items():
        try:
            import_string(path)
        except ImportError as error:
            yield Error(f"{setting} names {path!r}, which cannot be imported: {error}", id="marginalia.E001")
    for name in settings.slots:
        if name not in SLOTS:
            yield Error(f"COMMENTS_SLOTS has no slot {name!r}; there are {', '.join(SLOTS)}.", id="marginalia.E002")


@register()
def check_setting_names(**_kwargs: object) -> Iterable[CheckMessage]:
    """No COMMENTS_ setting has a name that is nearly one of those that there are."""
    known = [f"COMMENTS_{name.upper()}" for name, one in vars(Settings).items() if isinstance(one, property)]
    return warn_of_misspelt("COMMENTS_", known, "marginalia.W002")


def warn_of_misspelt(prefix: str, known: Sequence[str], warning: str) -> Iterable[CheckMessage]:
    """A warning with this identifier for each setting of the project that begins so and is nearly a known one; others may be
    somebody else's."""
    for name in dir(django_settings):
        if not name.startswith(prefix) or name in known:
            continue
        wanted = {one.removeprefix(prefix): one for one in known}
        for nearest in get_close_matches(name.removeprefix(prefix), wanted, n=1, cutoff=_NEAR):
            yield checks.Warning(
                f"There is no setting {name}, so nothing reads it.",
                hint=f"Did you mean {wanted[nearest]}?",
                id=warning,
            )


@register()
def check_counting_cache(**_kwargs: object) -> Iterable[CheckMessage]:
    """The default cache counts correctly when requests come at once."""
    backend = django_settings.CACHES["default"]["BACKEND"]
    if backend in UNSAFE_CACHES:
        yield Error(
            f"{backend} loses counts under concurrency; limits need Redis or local memory.", id="marginalia.E003"
        )


@register(Tags.security, deploy=True)
def check_proxies(**_kwargs: object) -> Iterable[CheckMessage]:
    """Somebody has said how many proxies stand in front. Only with `check --deploy`."""
    if not settings.trusted_proxy_count:
        yield checks.Warning(
            "TRUSTED_PROXY_COUNT is 0: behind a reverse proxy all readers have the address of the proxy, so that they share "
            "one limit and look like one network.",
            hint="Set it to the number of your proxies; if there is none, silence this by SILENCED_SYSTEM_CHECKS.",
            id="marginalia.W001",
        )
