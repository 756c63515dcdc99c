"""What would go wrong later with the flaggers, said at start."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage, Error, register

from moderation.conf import settings
from moderation.flaggers.registry import BrokenFlaggerError, load_flagger


@register()
def check_flaggers(**_kwargs: object) -> Iterable[CheckMessage]:
    """Each flagger of MODERATION_FLAGGERS can be loaded, is one, and has a name of its own."""
    names: set[str] = set()
    for path in settings.flaggers:
        try:
            flagger = load_flagger(path)
        except BrokenFlaggerError as error:
            yield Error(f"MODERATION_FLAGGERS: {error}", id="marginalia_moderation.E001")
            continue
        if flagger.name in names:
            yield Error(
                f"MODERATION_FLAGGERS: {path} is the second one named {flagger.name!r}.",
                id="marginalia_moderation.E002",
            )
        names.add(flagger.name)
