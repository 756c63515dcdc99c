"""Personal data that is kept for a while only."""

from __future__ import annotations

from django.utils import timezone

from comments.conf import settings
from comments.models import Comment

BATCH = 1_000


def forget_networks() -> int:
    """Empty the networks of comments posted longer ago than `COMMENTS_NETWORK_RETENTION`; returns how many.

    In batches, so that nobody who posts meanwhile waits for a long transaction. 2 queries for each 1,000 comments.
    """
    forgotten = 0
    before = timezone.now() - settings.network_retention
    while ids := list(Comment.objects.with_network(before).values_list("pk", flat=True)[:BATCH]):
        forgotten += Comment.objects.filter(pk__in=ids).update(network="")
    return forgotten
