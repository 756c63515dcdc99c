"""Keeping the sums of what flaggers said, day by day."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.db.models import Max

from comments.models import Site
from moderation.flaggers.base import primary_language
from moderation.insights.flagger_counts import Day, Looks, count_days
from moderation.insights.weeks import DAY, weeks_up_to_now
from moderation.models import FlaggerDay

# As far back as anybody can look, and the days before yesterday that late flaggers and new texts may still have changed.
_WEEKS = 26
_AGAIN = 3


def sum_days(site: Site) -> int:
    """Sum the days that are over and not yet kept, and the last three once more; return how many rows were written.

    Idempotent. 5 queries; the first time over everything of half a year, later over three days.
    """
    weeks = weeks_up_to_now(_WEEKS)
    last = FlaggerDay.objects.filter(site=site).aggregate(last=Max("day"))["last"]
    first = max(weeks.first_day, last - DAY * (_AGAIN - 1)) if last else weeks.first_day
    yesterday = weeks.today - DAY
    sums: dict[Day, Looks] = defaultdict(Looks)
    for day, looks in count_days(site, weeks, first, yesterday):
        sums[day._replace(language=primary_language(day.language))] += looks
    rows = [
        FlaggerDay(site=site, **day._asdict(), looked=looks.looked, fired=looks.fired, missing=looks.missing)
        for day, looks in sums.items()
    ]
    with transaction.atomic():
        FlaggerDay.objects.filter(site=site, day__gte=first).delete()
        FlaggerDay.objects.bulk_create(
            rows,
            batch_size=500,
            # Of two that sum the same day at once, the second one's numbers stay.
            update_conflicts=True,
            unique_fields=("site", "day", "flagger", "language", "is_shadow", "clause"),
            update_fields=("looked", "fired", "missing"),
        )
    return len(rows)
