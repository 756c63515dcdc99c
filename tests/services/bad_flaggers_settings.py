"""Settings of a real worker that has every bad flagger at once, in front of those that are well."""

from __future__ import annotations

import datetime
import os

from tests.settings import *  # noqa: F403 - a settings module
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
MODERATION_FLAGGERS = [f"tests.services.bad_flaggers.{name}" for name in os.environ["TEST_FLAGGERS"].split()]
MODERATION_FLAGGER_LEASE = datetime.timedelta(seconds=int(os.environ["TEST_LEASE_S"]))
