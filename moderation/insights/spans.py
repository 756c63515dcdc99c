"""The time a figure is about, cut into hours or days of the installation's time zone."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HOUR = datetime.timedelta(hours=1)
DAYS_OF_MONTH = 30


class Period(models.TextChoices):
    """How far back the figures look. Nothing looks further than 30 days."""

    DAY = "24h", _("24 hours")
    WEEK = "7d", _("7 days")
    MONTH = "30d", _("30 days")


@dataclass(frozen=True, slots=True)
class Span:
    """From the first bound to `end`, which is now. `bounds` are where the hours or days begin, in local time."""

    period: Period
    bounds: tuple[datetime.datetime, ...]
    end: datetime.datetime
    zone: ZoneInfo

    @property
    def start(self) -> datetime.datetime:
        return self.bounds[0]

    @property
    def ends(self) -> tuple[datetime.datetime, ...]:
        """Where each of them ends; the last one with now."""
        return (*self.bounds[1:], self.end)

    @property
    def is_in_days(self) -> bool:
        return self.period == Period.MONTH

    def place(self, moment: datetime.datetime) -> int:
        """In which of them a moment lies; those before the first belong to it."""
        return max(0, bisect_right(self.bounds, moment) - 1)


def span_of(period: Period, now: datetime.datetime | None = None) -> Span:
    """The time up to now: the last 24 or 168 clock hours, the running one included, or the last 30 days.

    An hour is one of 60 minutes that begins with a full hour of UTC, so that none is doubled or lost when the clocks
    change; a day is one of the calendar and has 23, 24 or 25 of them.
    """
    zone = ZoneInfo(timezone.get_default_timezone_name())
    end = now or timezone.now()
    if period == Period.MONTH:
        today = end.astimezone(zone).date()
        first = today - datetime.timedelta(days=DAYS_OF_MONTH - 1)
        days = (first + datetime.timedelta(days=number) for number in range(DAYS_OF_MONTH))
        bounds = tuple(datetime.datetime.combine(day, datetime.time(), zone) for day in days)
    else:
        hours = 24 if period == Period.DAY else 168
        running = end.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)
        bounds = tuple((running - (hours - 1 - number) * HOUR).astimezone(zone) for number in range(hours))
    return Span(period=period, bounds=bounds, end=end, zone=zone)
