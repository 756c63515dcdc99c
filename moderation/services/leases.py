"""Who has a comment before them. A lease keeps nobody from deciding, ends by itself, and is no part of any history."""

from __future__ import annotations

import datetime
import logging
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from comments.models import Comment, Site
from moderation.conf import settings
from moderation.exceptions import NotAllowedError
from moderation.models import Lease
from moderation.permissions import may_decide
from moderation.queue import QueueFilters, ordered_queue
from moderation.queue.colleagues import QueueLease

logger = logging.getLogger(__name__)

# What was renewed a moment ago is not written again.
RENEWAL_INTERVAL = datetime.timedelta(seconds=20)
# One statement, so that of two people at once one holds the comment, and a page that is read costs one write. A lease is
# written when there is none, it is over, or it is one's own and was not renewed a moment ago.
_HOLD = """
    INSERT INTO marginalia_moderation_lease AS held (comment_id, user_id, expires_at, is_taken)
    VALUES (%(comment)s, %(user)s, %(expires_at)s, FALSE)
    ON CONFLICT (comment_id) DO UPDATE SET
        user_id = excluded.user_id,
        expires_at = excluded.expires_at,
        is_taken = held.is_taken AND held.expires_at > %(now)s
    WHERE held.expires_at <= %(now)s OR (held.user_id = excluded.user_id AND held.expires_at < %(renewed_at)s)
"""
# How often to look for more when colleagues were quicker with some.
ROUNDS = 3


def hold(*, comment_id: int, user: AbstractBaseUser) -> None:
    """Note that somebody has a comment before them, unless somebody else has. 1 query.

    To be asked of a page that is only read: what the database refuses is logged, and the page is shown all the same.
    """
    now = timezone.now()
    moments = {"now": now, "expires_at": now + settings.lease, "renewed_at": now + settings.lease - RENEWAL_INTERVAL}
    adapted = {name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()}
    try:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, {"comment": comment_id, "user": user.pk, **adapted})
    except DatabaseError as error:
        logger.warning("The lease of comment %s was not written: %s", comment_id, type(error).__name__)


def needs_holding(lease: Lease | QueueLease | None, user: AbstractBaseUser) -> bool:
    """Whether a comment with this lease, or none that holds, has to be held by somebody who looks at it. No query."""
    if lease is None:
        return True
    is_fresh = lease.expires_at >= timezone.now() + settings.lease - RENEWAL_INTERVAL
    return lease.user_id == user.pk and not is_fresh


def release(*, comment: Comment, user: AbstractBaseUser) -> None:
    """Somebody has left a comment that they had opened; what they have taken stays theirs. 1 query."""
    Lease.objects.filter(comment=comment, user_id=user.pk, is_taken=False).delete()


def take(*, site: Site, filters: QueueFilters, user: AbstractBaseUser) -> list[Comment]:
    """Reserve the next comments of a view that nobody has before them; return them in the view's order.

    On PostgreSQL the rows are locked and rows that a colleague is taking at this moment are passed over, so nobody waits
    for anybody; SQLite has one writer at a time. That a comment is one person's alone is in either case the unique lease
    of it. 6 queries a round. Raises NotAllowedError.
    """
    if not may_decide(user, site):
        raise NotAllowedError
    taken: list[Comment] = []
    view = replace(filters, mine=None)
    for _round in range(ROUNDS):
        wanted = settings.take_size - len(taken)
        found = _take_some(site, view, user, wanted)
        taken += found.kept
        if len(taken) >= settings.take_size or not found.was_crowded:
            break
    return taken


class _Found:
    """What one round brought; it was crowded when a colleague got some of it first."""

    def __init__(self, kept: list[Comment], *, was_crowded: bool) -> None:
        self.kept = kept
        self.was_crowded = was_crowded


def _take_some(site: Site, filters: QueueFilters, user: AbstractBaseUser, wanted: int) -> _Found:
    now = timezone.now()
    expires_at = now + settings.take_lease
    free = Q(lease__isnull=True) | Q(lease__expires_at__lte=now) | Q(lease__user=user.pk, lease__is_taken=False)
    with transaction.atomic():
        comments = ordered_queue(site, filters).filter(free)
        # NO KEY: decisions and reports that refer to the comment need not wait.
        locked = comments.select_for_update(skip_locked=True, no_key=True, of=("self",))
        candidates = list(locked[:wanted])
        ids = [comment.pk for comment in candidates]
        # What was looked at may have changed before the rows were locked; these three look again.
        leases = Lease.objects.filter(comment__in=ids)
        leases.filter(Q(expires_at__lte=now) | Q(user=user.pk)).update(
            user_id=user.pk, expires_at=expires_at, is_taken=True
        )
        Lease.objects.bulk_create(
            [Lease(comment_id=pk, user_id=user.pk, expires_at=expires_at, is_taken=True) for pk in ids],
            ignore_conflicts=True,
        )
        own = set(leases.filter(user=user.pk, is_taken=True).values_list("comment_id", flat=True))
    kept = [comment for comment in candidates if comment.pk in own]
    return _Found(kept, was_crowded=len(kept) < len(candidates))


def give_back(*, site: Site, user: AbstractBaseUser) -> int:
    """Let colleagues have what this user has taken and not decided; return how many. 1 query."""
    return Lease.objects.filter(comment__site=site, user_id=user.pk, is_taken=True).delete()[0]
