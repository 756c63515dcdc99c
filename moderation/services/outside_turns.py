"""When a service outside may be asked: one question of a site at a time, within the budget of its day, and not while it is
left alone because it did not answer."""

from __future__ import annotations

import datetime
from enum import Enum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from comments.models import Lane
from comments.outgoing import Answer
from comments.services import lanes
from moderation.conf import settings
from moderation.flaggers.outside.base import Letter, OutsideFlagger
from moderation.models import Finding, OutsideUse

# Longer than the task that asks may take.
LEASE = datetime.timedelta(seconds=90)
# The attempts of a question that nobody has asked yet.
WAITING = 1
# What a request costs where the service does not say: about so many bytes are a token.
_BYTES_A_TOKEN = 4


class Turn(Enum):
    """Whether a question may be asked now."""

    NOW = "now"
    LATER = "later"
    SPENT = "spent"


def lane_of(flagger: OutsideFlagger) -> str:
    """The name of the lane in which its service rests."""
    return f"{lanes.OUTSIDE}{flagger.name}"[:32]


def rests(flagger: OutsideFlagger) -> bool:
    """Whether the service is left alone, since it lately did not answer. 1 query."""
    return Lane.objects.filter(name=lane_of(flagger), rests_until__gt=timezone.now()).exists()


def is_under_way(row: Finding) -> bool:
    """Whether somebody is asking it."""
    return row.attempts > WAITING and row.created_at > timezone.now() - LEASE


def take_turn(row: Finding, flagger: OutsideFlagger, letter: Letter) -> Turn:
    """Begin a question, with what it and its answer may cost on the account of the day, so that several at once keep to the budget;
    of several workers one after the other. 6 queries."""
    cost = _assumed_cost(flagger, letter)
    now, bounds = timezone.now(), flagger.bounds
    account, _is_new = OutsideUse.objects.get_or_create(
        site=row.comment.site, flagger=flagger.name, day=timezone.localdate()
    )
    with transaction.atomic():
        use = OutsideUse.objects.select_for_update().get(pk=account.pk)
        # A service that failed is tried with one question.
        at_once = 1 if Lane.objects.filter(name=lane_of(flagger)).exists() else settings.outside_at_once
        under_way = Finding.objects.unsettled().filter(
            flagger=flagger.name, comment__site=row.comment.site_id, attempts__gt=WAITING, created_at__gt=now - LEASE
        )
        if under_way.count() >= at_once:
            return Turn.LATER
        if bounds.daily_requests is not None and use.requests >= bounds.daily_requests:
            return Turn.SPENT
        if bounds.daily_tokens is not None and use.tokens + cost > bounds.daily_tokens:
            return Turn.SPENT
        mine = Finding.objects.unsettled().filter(pk=row.pk, attempts=row.attempts)
        if not mine.update(attempts=row.attempts + 1, created_at=now):
            return Turn.LATER
        row.attempts += 1
        row.created_at = now
        OutsideUse.objects.filter(pk=use.pk).update(requests=F("requests") + 1, tokens=F("tokens") + cost)
    return Turn.NOW


def correct_cost(row: Finding, flagger: OutsideFlagger, letter: Letter, answer: Answer) -> None:
    """What the question really cost, where the service says so; else as many as question and answer are long. 1 query."""
    counted = flagger.count_tokens(answer)
    cost = (len(letter.body) + len(answer.body)) // _BYTES_A_TOKEN if counted is None else counted
    more = cost - _assumed_cost(flagger, letter)
    # Of the day on which it was asked: the answer may come after midnight.
    day = timezone.localdate(row.created_at)
    use = OutsideUse.objects.filter(site=row.comment.site_id, flagger=flagger.name, day=day)
    use.filter(tokens__gte=max(0, -more)).update(tokens=F("tokens") + more)


def _assumed_cost(flagger: OutsideFlagger, letter: Letter) -> int:
    """What a question costs at most, as long as nobody has counted it."""
    return len(letter.body) // _BYTES_A_TOKEN + flagger.bounds.answer_tokens
