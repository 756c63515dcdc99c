"""Mails to moderators about what waits: one for each member and slot, put as an outbox row that names both."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from comments.conf import settings
from comments.models import Site
from comments.services import outbox
from moderation.enums import DigestChoice, Permission
from moderation.models import DeskPreferences, Membership
from moderation.permissions import roles_with
from moderation.queue.waiting import WaitingComments, read_waiting

DESK_DIGEST = "desk_digest"
_HOUR_S = 3600


def put_digests() -> None:
    """Have the members written to who want it: at the hour of digests, or in this hour where something waits too long.

    Done again in the same slot it changes nothing. 4 queries, and 1 for each site whose members want mails by the hour.
    """
    now = timezone.now()
    due_at = _next_daily(now)
    daily = DeskPreferences.objects.filter(digest=DigestChoice.DAILY).values_list("user_id", flat=True)
    _put({user_id: {"user": user_id, "day": due_at.toordinal()} for user_id in daily}, due_at)
    hour = int(now.timestamp()) // _HOUR_S
    _put({user_id: {"user": user_id, "hour": hour} for user_id in _members_of_late_desks()}, now)


def digest_for(user: AbstractBaseUser, payload: dict[str, int]) -> list[WaitingComments]:
    """What a member is written about in a slot, checked anew: their choice, their place on each desk, what waits there now.

    3 queries, and 1 for each desk of theirs.
    """
    kept = DeskPreferences.objects.filter(user=user.pk).first()
    wanted = DigestChoice.DAILY if "day" in payload else DigestChoice.HOURLY
    if kept is None or kept.digest != wanted or not user.is_active:
        return []
    deciding = Membership.objects.filter(user=user.pk, role__in=roles_with(Permission.DECIDE))
    waiting = read_waiting(Site.objects.filter(memberships__in=deciding).order_by("slug"))
    return [one for one in waiting if one.is_late or wanted == DigestChoice.DAILY]


def digest_key(payload: dict[str, int]) -> str:
    """The event key of the mail with this payload: one member, one slot."""
    slot = f"day-{payload['day']}" if "day" in payload else f"hour-{payload['hour']}"
    return f"desk_digest:{payload['user']}:{slot}"


def _put(payloads: dict[int, dict[str, int]], due_at: datetime.datetime) -> None:
    outbox.put_once(
        kind=DESK_DIGEST,
        payloads={digest_key(payload): payload for payload in payloads.values()},
        due_at=due_at,
    )


def _members_of_late_desks() -> set[int]:
    """The members who want mails by the hour, and on one of whose desks something waits longer than promised."""
    hourly = Membership.objects.filter(
        user__desk_preferences__digest=DigestChoice.HOURLY, role__in=roles_with(Permission.DECIDE)
    )
    by_site: dict[int, set[int]] = {}
    for site_id, user_id in hourly.values_list("site_id", "user_id"):
        by_site.setdefault(site_id, set()).add(user_id)
    late = [one.site.pk for one in read_waiting(Site.objects.filter(pk__in=by_site)) if one.is_late]
    return set().union(*(by_site[pk] for pk in late))


def _next_daily(now: datetime.datetime) -> datetime.datetime:
    local = timezone.localtime(now)
    today = local.replace(hour=settings.digest_hour, minute=0, second=0, microsecond=0)
    return today if today > local else today + datetime.timedelta(days=1)
