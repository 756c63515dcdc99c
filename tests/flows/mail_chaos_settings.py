"""Settings of the chaos: as in real use, in a hurry."""

from __future__ import annotations

import datetime

from comments.conf import Limit
from config.settings import *  # noqa: F403 - a settings module

COMMENTS_UNDO_GRACE = datetime.timedelta(seconds=1)
COMMENTS_BUNDLE_WINDOW = datetime.timedelta(seconds=1)
COMMENTS_POST_LIMITS = {"author": (Limit(100_000, datetime.timedelta(hours=1)),), "network": ()}
MODERATION_REPORT_LIMITS = COMMENTS_POST_LIMITS
MODERATION_REQUEUE_AFTER_REPORTS = 2
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
