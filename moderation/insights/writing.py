"""Numbers as people write them, in the active language."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
NONE = "–"


def write_length(value: datetime.timedelta | None) -> str:
    """A length of time in one unit: "40 s", "12 min", "3.5 h", "2.1 d"; a dash where there is none."""
    if value is None:
        return NONE
    if value < MINUTE:
        return _("%(count)d s") % {"count": round(value.total_seconds())}
    if value < 2 * HOUR:
        return _("%(count)d min") % {"count": round(value / MINUTE)}
    if value < 2 * DAY:
        return _("%(count)s h") % {"count": number_format(round(value / HOUR, 1), 1)}
    return _("%(count)s d") % {"count": number_format(round(value / DAY, 1), 1)}


def write_moment(value: datetime.date) -> str:
    """A day, or a moment to the minute: "20 November 2026, 17:00"."""
    pattern = "j. F Y" if (get_language() or "en").startswith("de") else "j F Y"
    return date_format(value, f"{pattern}, G:i" if isinstance(value, datetime.datetime) else pattern)


def write_day(value: datetime.date) -> str:
    """A day of the last months: "20 November"."""
    return date_format(value, "j. F" if (get_language() or "en").startswith("de") else "j F")


def write_count(value: int) -> str:
    """A number of things: "3,971"."""
    return number_format(value, force_grouping=True)


def write_part(part: int, whole: int) -> str:
    """So many of so many: "3,970 of 3,971"."""
    return _("%(part)s of %(whole)s") % {"part": write_count(part), "whole": write_count(whole)}


def write_share(value: float | None) -> str:
    """A share in per cent: "42 %"; a dash where there is none."""
    return NONE if value is None else _("%(count)d %%") % {"count": round(100 * value)}


def write_exact_share(value: float | None) -> str:
    """A share in per cent with up to two places: "99 %", "99.75 %", never rounded up to one that was not reached."""
    if value is None:
        return NONE
    percent = math.floor(10_000 * value + 1e-6) / 100
    return _("%(count)s %%") % {"count": number_format(Decimal(f"{percent:g}"))}


def write_coefficient(value: float | None) -> str:
    """A number with two places behind the point: "0.61"; a dash where there is none."""
    return NONE if value is None else number_format(round(value, 2), 2)
