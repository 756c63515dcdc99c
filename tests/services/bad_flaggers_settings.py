"""Settings of a real worker that has every bad flagger at once, in front of the one that is well, and little patience."""

from __future__ import annotations

import datetime
import os

from tests.settings import *  # noqa: F403 - a settings module
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
MODERATION_FLAGGERS = [
    f"tests.services.bad_flaggers.{name}"
    for name in (
        "Raises", "Hangs", "HangsForGood", "EatsMemory", "Segfaults", "Rubbish", "WrongSpans", "NotANumber",
        "TalksTooMuch", "Well",
    )
]  # fmt: skip
MODERATION_FLAGGER_LEASE = datetime.timedelta(seconds=5)
