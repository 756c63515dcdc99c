"""Who is at a desk now. Only the last moment is kept, and it is overwritten by the next."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, connection
from django.utils import timezone

from comments.models import Site
from moderation.queue.colleagues import Member

logger = logging.getLogger(__name__)

# A sign of life this recent is not written again.
RENEWAL_INTERVAL = datetime.timedelta(seconds=20)
# `bulk_create` would say the same in a transaction of its own, which is three statements.
_NOTE = """
    INSERT INTO marginalia_moderation_presence (site_id, user_id, seen_at) VALUES (%s, %s, %s)
    ON CONFLICT (site_id, user_id) DO UPDATE SET seen_at = excluded.seen_at
"""


def note_presence(*, site: Site, user: AbstractBaseUser, members: Iterable[Member]) -> None:
    """Note that somebody is at the desk; `members` are those of the desk as they were read. 1 query, none within 20 s.

    As with a lease, a page is shown whether or not this can be written.
    """
    now = timezone.now()
    seen_at = next((one.seen_at for one in members if one.user_id == user.pk), None)
    if seen_at is not None and now - seen_at < RENEWAL_INTERVAL:
        return
    values = [site.pk, user.pk, connection.ops.adapt_datetimefield_value(now)]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, values)
    except DatabaseError as error:
        logger.warning("The presence on site %s was not written: %s", site.pk, type(error).__name__)
