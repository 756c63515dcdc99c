"""How long comments really wait for a judgement: what readers are told before they write."""

from __future__ import annotations

import datetime
import math

from django.utils import timezone

from comments.enums import ActorKind, Status
from comments.kept import kept
from comments.models import Site, StatusChange

LOOK_BACK = datetime.timedelta(days=7)
# "Usually" is three times out of four.
USUALLY = 0.75
# Fewer judgements say too little; then the promise stands.
FEWEST = 5
_MOST = 1_000
_KEPT_SECONDS = 600
# What a wait is rounded up to, so that the sentence neither changes all day nor sounds more exact than it is.
_STEPS_MINUTES = (5, 10, 15, 20, 30, 45, 60, 90)


def usual_wait_minutes(site: Site) -> int:
    """Within how many minutes three of four comments of the last 7 days were judged, rounded up; the site's promise while
    there were fewer than 5. 1 query every ten minutes."""
    key = f"usual-wait:{site.pk}:{site.promised_minutes}"
    return kept(key, lambda: _compute(site), seconds=_KEPT_SECONDS)


def _compute(site: Site) -> int:
    judged = StatusChange.objects.filter(
        comment__site=site,
        from_status=Status.PENDING,
        actor_kind=ActorKind.MODERATOR,
        from_waiting_since__isnull=False,
        undoes__isnull=True,
        undone_by__isnull=True,
        created_at__gte=timezone.now() - LOOK_BACK,
    )
    moments = judged.order_by("-id").values_list("from_waiting_since", "created_at")[:_MOST]
    waits = sorted((decided - since).total_seconds() / 60 for since, decided in moments if since is not None)
    if len(waits) < FEWEST:
        return site.promised_minutes
    return round_up(waits[math.ceil(len(waits) * USUALLY) - 1])


def round_up(minutes: float) -> int:
    """The next number of minutes that people say: 5, 10, ... 90, then whole hours."""
    for step in _STEPS_MINUTES:
        if minutes <= step:
            return step
    return math.ceil(minutes / 60) * 60
