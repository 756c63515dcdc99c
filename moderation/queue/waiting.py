"""How much waits on a desk, and since when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from comments.models import Site
from moderation.queue.order import queue_of
from moderation.queue.values import QueueStatus


@dataclass(frozen=True, slots=True)
class WaitingComments:
    """What waits on the desk of a site: how many comments, and since when the oldest."""

    site: Site
    count: int
    oldest: datetime.datetime

    @property
    def is_late(self) -> bool:
        """Whether the oldest waits longer than readers were promised."""
        return timezone.now() - self.oldest > datetime.timedelta(minutes=self.site.promised_minutes)


def read_waiting(sites: Iterable[Site]) -> list[WaitingComments]:
    """What waits on those of these desks on which something does, what is put aside apart. 1 query for each site."""
    found = []
    for site in sites:
        queue = queue_of(site, QueueStatus.WAITING, timezone.now())
        row = queue.order_by().aggregate(count=Count("pk"), oldest=Min("waiting_since"))
        if row["oldest"] is not None:
            found.append(WaitingComments(site=site, **row))
    return found
