"""Who is at a desk now. Only the last moment is kept, and it is overwritten by the next."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils import timezone

from comments.models import Site
from moderation.models import Presence
from moderation.queue.colleagues import Member

logger = logging.getLogger(__name__)

# A sign of life this recent is not written again.
RENEWAL_INTERVAL = datetime.timedelta(seconds=20)


def note_presence(*, site: Site, user: AbstractBaseUser, members: Iterable[Member]) -> None:
    """Note that somebody is at the desk; `members` are those of the desk as they were read. 1 query, none within 20 s.

    As with a lease, a page is shown whether or not this can be written.
    """
    now = timezone.now()
    seen_at = next((one.seen_at for one in members if one.user_id == user.pk), None)
    if seen_at is not None and now - seen_at < RENEWAL_INTERVAL:
        return
    row = Presence(site=site, user_id=user.pk, seen_at=now)
    try:
        with transaction.atomic():
            Presence.objects.bulk_create(
                [row], update_conflicts=True, unique_fields=["site", "user"], update_fields=["seen_at"]
            )
    except DatabaseError as error:
        logger.warning("The presence on site %s was not written: %s", site.pk, type(error).__name__)
