"""Weeks of seven days that end today, for what needs more than the 30 days of the other figures."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weeks:
    """So many weeks up to the end of `today`, a day of `zone`. Week 0 is the latest one."""

    today: datetime.date
    count: int
    zone: ZoneInfo

    @property
    def first_day(self) -> datetime.date:
        return self.today - DAY * (7 * self.count - 1)

    @property
    def starts(self) -> tuple[datetime.date, ...]:
        """The first day of each, the latest first."""
        return tuple(self.today - DAY * (7 * number + 6) for number in range(self.count))

    def midnight(self, day: datetime.date) -> datetime.datetime:
        """When a day begins."""
        return datetime.datetime.combine(day, datetime.time(), self.zone)

    def week_of(self, day: datetime.date) -> int:
        """In which of them a day lies."""
        return (self.today - day).days // 7

    def number_of(self, column: str) -> Case:
        """In which of them the moment in a column lies, as a column; all of it within the time."""
        starts = [(number, self.midnight(day)) for number, day in enumerate(self.starts)]
        whens = [When(**{f"{column}__gte": start}, then=Value(number)) for number, start in starts]
        return Case(*whens, default=Value(self.count - 1), output_field=IntegerField())


def weeks_up_to_now(count: int, now: datetime.datetime | None = None) -> Weeks:
    """The last so many weeks in the installation's time zone."""
    zone = ZoneInfo(timezone.get_default_timezone_name())
    return Weeks((now or timezone.now()).astimezone(zone).date(), count, zone)
