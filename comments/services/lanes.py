"""Lanes of the outbox: what goes to one domain shares one, and one that is slow or dead holds up no other.

A lane that works has no row and takes several mails at a time. One that failed rests, longer each time, and is then tried
with one mail; so does the mail server itself, which all of them need.
"""

from __future__ import annotations

import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments.mailboxes import fold_address
from comments.models import Lane

SERVER = "server"
# What the names of lanes begin with that are no mail's, but a service's that is asked about comments.
OUTSIDE = "outside:"
# So many mails of a lane may be in hands at once.
WIDTH = 8
FIRST_REST = datetime.timedelta(seconds=30)
LONGEST_REST = datetime.timedelta(hours=1)
LONGEST_REST_OF_SERVER = datetime.timedelta(minutes=5)
# A lane that takes longer for a mail rests as long as it took: it may use half of the time of one process.
SLOW_AFTER = datetime.timedelta(seconds=6)


def lane_of(address: str) -> str:
    """The lane of an address: a keyed hash of its domain; "" without one. No query."""
    domain = fold_address(address).rpartition("@")[2]
    return salted_hmac("marginalia.lane", domain, algorithm="sha256").hexdigest()[:32] if domain else ""


def troubled(lane: str) -> dict[str, datetime.datetime]:
    """Until when the lane and the mail server rest, of those that are not known to work. 1 query."""
    return dict(Lane.objects.filter(name__in=(lane, SERVER)).values_list("name", "rests_until"))


def note_failure(name: str) -> None:
    """Let a lane rest, twice as long as the last time; several failures at once count as one. 1 to 2 queries."""
    now = timezone.now()
    lane, is_new = Lane.objects.get_or_create(name=name, defaults={"failures": 1, "rests_until": now + _rest(name, 1)})
    if not is_new and lane.rests_until <= now:
        same = Lane.objects.filter(name=name, failures=lane.failures)
        same.update(failures=F("failures") + 1, rests_until=now + _rest(name, lane.failures + 1))


def note_success(name: str, took: datetime.timedelta) -> bool:
    """Let a lane go on, or rest as long as a mail took where that was long; whether it goes on. 1 to 2 queries."""
    if took < SLOW_AFTER:
        Lane.objects.filter(name=name).delete()
        return True
    Lane.objects.update_or_create(name=name, defaults={"failures": 1, "rests_until": timezone.now() + took})
    return False


def _rest(name: str, failures: int) -> datetime.timedelta:
    longest = LONGEST_REST_OF_SERVER if name == SERVER else LONGEST_REST
    return min(FIRST_REST * (1 << min(failures - 1, 12)), longest)
