"""The asynchronous flaggers, one after the other, so that one that hangs or kills its process holds up nothing else.

Before each of them its row is written, as begun: who finds that row later knows how it ended. A flagger gets two
attempts at a revision; those begun before, here or for another comment, come last, so that the others have spoken by then.
One that has not come to an end among the latest rows, or not since it hung, crashed or ate up the memory, is on trial: only
one process at a time is risked on such flaggers, and the sweep hands out what they could not look at meanwhile. Who did so
twice, or was given up with its first comment, is left out for some minutes, and its finding says so.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from comments import screening
from comments.enums import CheckOutcome
from comments.models import Comment
from comments.services.screening import mark_screened, stored_screening_input, unseen_revisions
from moderation.conf import settings
from moderation.enums import FlaggerState
from moderation.flaggers.articles import with_articles
from moderation.flaggers.base import Flagger, SiteKnowledge, Stage, in_state, state_of
from moderation.flaggers.guard import (
    CRASHED,
    PAUSED,
    RUNNING,
    SWITCHED_OFF,
    TOO_HUNGRY,
    TOO_SLOW,
    check_safely,
    without_result,
)
from moderation.flaggers.knowledge import load_knowledge, with_surroundings
from moderation.flaggers.learned import NAME as LEARNED
from moderation.flaggers.learning.knowledge import with_what_was_learnt
from moderation.flaggers.memory import limited_memory
from moderation.flaggers.registry import installed_flaggers
from moderation.models import Finding
from moderation.services.findings import settle, stored
from moderation.services.vectors import keep_vector

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
# A flagger that failed so often in this time, and at the cost of others, is left out: it cannot take up the workers.
MOST_FAILURES = 2
FAILURE_MEMORY = datetime.timedelta(minutes=5)
_COSTLY = (TOO_SLOW, TOO_HUNGRY, CRASHED)
# Of some hundred comments: more are seldom written in that time.
_LATEST_ROWS = 5_000
# Any number that nothing else locks by.
_TRIAL_LOCK = 6_022_140_857


@dataclass(frozen=True, slots=True)
class _Record:
    """How a flagger did with the latest comments: how often it was lately given up because it hung, ate up the memory or took its
    process down, and how often its time is over and it has not come back; whether it lately failed in any way, or may be at it;
    whether it has come to an end at all, and since the last of these."""

    given_up: int = 0
    hanging: int = 0
    is_shaky: bool = False
    has_ended: bool = False
    has_ended_since: bool = False

    @property
    def is_left_out(self) -> bool:
        return self.given_up + self.hanging >= MOST_FAILURES or (self.given_up > 0 and not self.has_ended)

    @property
    def is_on_trial(self) -> bool:
        return not (self.has_ended_since or self.is_left_out)


_UNKNOWN = _Record()


def screen_stored_comment(comment_id: int, *, is_after_crash: bool = False) -> bool:
    """Let the asynchronous flaggers look at the latest revision of a comment, and before at the one that everybody reads where
    none has yet; whether there was time for all of them.

    Idempotent, and safe to run twice at once. `is_after_crash` says that the process that was at it is gone: nobody waits
    for what it began. Never changes where the comment stands. About 11 queries and 3 a flagger, 4 more for one on trial, 2 to 6
    more where one reads articles, 3 to 6 for the judge that learns.
    """
    comment = Comment.objects.with_context().select_related("parent").filter(pk=comment_id).first()
    if comment is None or comment.screened_revision >= comment.revision:
        logger.info("Nothing to screen: comment %s is gone or was seen.", comment_id)
        return True
    for revision in unseen_revisions(comment):
        # As it is with this text.
        comment.revision = revision
        is_over, was_in_time = _screen_text(comment, is_after_crash=is_after_crash)
        if not is_over:
            return was_in_time
        mark_screened(comment_id=comment.pk, revision=revision)
    return True


def _screen_text(comment: Comment, *, is_after_crash: bool) -> tuple[bool, bool]:
    """As `_run`, for the flaggers that have not spoken of this revision yet."""
    rows = {row.flagger: row for row in Finding.objects.filter(comment=comment, revision=comment.revision)}
    knowledge = load_knowledge(comment.site.slug)
    # Where the process that took the comment has the encoder and this one has not, neither would judge.
    left_over = [
        one
        for one in installed_flaggers(Stage.INLINE)
        if getattr(one, "has_encoder", None) is False and not _is_settled(rows.get(one.name))
    ]
    candidates = (*installed_flaggers(Stage.ASYNCHRONOUS), *left_over)
    states = [(one, state_of(one, comment.language, knowledge)) for one in candidates]
    for flagger, state in states:
        begun = rows.get(flagger.name)
        if state == FlaggerState.OFF and begun is not None and not _is_settled(begun):
            settle(begun, without_result(flagger, CheckOutcome.NOT_RUN, SWITCHED_OFF))
    flaggers = [flagger for flagger, state in states if state != FlaggerState.OFF]
    unsettled = [flagger for flagger in flaggers if not _is_settled(rows.get(flagger.name))]
    if not unsettled:
        return True, True
    latest = _read_records()
    records = {one.name: latest.get(one.name, _UNKNOWN) for one in candidates}
    # The judge that learns goes by what all others said.
    unsettled.sort(
        key=lambda one: (
            one.name == LEARNED,
            one.name in rows,
            records[one.name].is_on_trial,
            records[one.name].is_shaky,
        )
    )
    return _run(comment, unsettled, knowledge, records, is_after_crash=is_after_crash)


def _run(
    comment: Comment,
    flaggers: Iterable[Flagger],
    knowledge: SiteKnowledge,
    records: Mapping[str, _Record],
    *,
    is_after_crash: bool,
) -> tuple[bool, bool]:
    """Whether each of them is settled for this revision, and whether none was stopped for lack of time."""
    screening_input = stored_screening_input(comment)
    states = {one.name: state_of(one, comment.language, knowledge) for one in flaggers}
    knowledge = with_surroundings(knowledge, comment)
    if any(getattr(flagger, "reads_articles", False) for flagger in flaggers):
        knowledge = with_articles(knowledge, comment)
    lease = datetime.timedelta(0) if is_after_crash else settings.flagger_lease
    gone = comment if is_after_crash else None
    on_trial = [name for name, record in records.items() if not record.has_ended_since]
    is_over = True
    for flagger in flaggers:
        record = records[flagger.name]
        begin = partial(_begin, comment, flagger, lease, is_left_out=record.is_left_out, state=states[flagger.name])
        row = _begin_alone(begin, on_trial, gone) if record.is_on_trial else begin()
        if row is None:
            is_over = False
            if record.is_on_trial:
                break
        elif not _is_settled(row):
            # Read when its turn has come: what the others said counts.
            known = with_what_was_learnt(knowledge, comment) if flagger.name == LEARNED else knowledge
            if not _check(row, flagger, screening_input, known):
                return False, False
            if flagger.name == LEARNED and row.outcome != CheckOutcome.FAILED:
                keep_vector(comment, screening_input.body)
    return is_over, True


def _check(row: Finding, flagger: Flagger, screening_input: screening.ScreeningInput, knowledge: SiteKnowledge) -> bool:
    """Run one flagger and write what it says; False when it used up the time of the task."""
    try:
        with limited_memory(settings.flagger_memory_bytes):
            finding = check_safely(flagger, screening_input, knowledge)
    except SoftTimeLimitExceeded:
        logger.error("Flagger %s took too long with comment %s.", flagger.name, row.comment_id)  # noqa: TRY400
        settle(row, without_result(flagger, CheckOutcome.FAILED, TOO_SLOW))
        return False
    settle(row, finding)
    return True


def _is_settled(row: Finding | None) -> bool:
    """Whether a flagger has spoken, or was given up. One that has not is NOT_RUN with an attempt."""
    return row is not None and (row.outcome != CheckOutcome.NOT_RUN or row.attempts == 0)


def _begin(
    comment: Comment, flagger: Flagger, lease: datetime.timedelta, *, is_left_out: bool, state: FlaggerState
) -> Finding | None:
    """The row of a flagger that may run now, or of one that is given up; None while somebody else is at it. 1 to 3 queries."""
    first = in_state(without_result(flagger, CheckOutcome.NOT_RUN, PAUSED if is_left_out else RUNNING), state)
    row, is_new = Finding.objects.get_or_create(
        comment=comment,
        revision=comment.revision,
        flagger=flagger.name,
        defaults={**stored(first), "attempts": 0 if is_left_out else 1},
    )
    if is_new or _is_settled(row):
        return row
    now = timezone.now()
    if row.created_at > now - lease:
        return None
    if is_left_out or row.attempts >= MOST_ATTEMPTS:
        logger.error("Flagger %s is given up for comment %s.", flagger.name, comment.pk)
        return row if settle(row, without_result(flagger, CheckOutcome.FAILED, CRASHED)) else None
    claimed = Finding.objects.filter(pk=row.pk, attempts=row.attempts, outcome=CheckOutcome.NOT_RUN)
    if not claimed.update(attempts=row.attempts + 1, created_at=now):
        return None
    row.attempts += 1
    return row


def _begin_alone(
    begin: Callable[[], Finding | None], on_trial: Collection[str], gone: Comment | None
) -> Finding | None:
    """As `begin`; None, too, while a process is busy with one of the flaggers on trial, or was until a moment ago. What was at `gone`
    has ended. 4 queries more."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Whoever asks next waits until this row is there; SQLite has one writer at a time.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TRIAL_LOCK])
        begun_since = timezone.now() - settings.flagger_lease
        under_way = Finding.objects.unsettled().filter(flagger__in=on_trial, created_at__gt=begun_since)
        return None if under_way.exclude(comment=gone).exists() else begin()


def _read_records() -> dict[str, _Record]:
    """Of each flagger by name, over the newest 5,000 rows; what it cost is forgotten after some minutes. 2 queries."""
    now = timezone.now()
    newest = Finding.objects.aggregate(newest=Max("pk"))["newest"] or 0
    is_fresh = Q(created_at__gte=now - FAILURE_MEMORY)
    was_costly = Q(outcome=CheckOutcome.FAILED, message__in=_COSTLY)
    is_begun = Q(outcome=CheckOutcome.NOT_RUN, attempts__gt=0)
    # Whoever is still at it after half the lease was not stopped by the soft limit of the task.
    is_hanging = is_begun & Q(created_at__lt=now - settings.flagger_lease / 2)
    # To have nothing to say is an end, too.
    is_end = ~is_begun & ~was_costly & ~Q(message=PAUSED)
    latest = Finding.objects.filter(pk__gt=newest - _LATEST_ROWS).values_list("flagger")
    counted = latest.annotate(
        given_up=Count("pk", filter=is_fresh & was_costly),
        hanging=Count("pk", filter=is_fresh & is_hanging),
        shaky=Count("pk", filter=is_fresh & (Q(outcome=CheckOutcome.FAILED) | is_begun)),
        cost_at=Max("created_at", filter=is_fresh & (was_costly | is_hanging)),
        ended_at=Max("created_at", filter=is_end),
    )
    return {name: _record(*values) for name, *values in counted}


def _record(
    given_up: int, hanging: int, shaky: int, cost_at: datetime.datetime | None, ended_at: datetime.datetime | None
) -> _Record:
    has_ended_since = ended_at is not None and (cost_at is None or ended_at > cost_at)
    return _Record(given_up, hanging, shaky > 0, ended_at is not None, has_ended_since)
