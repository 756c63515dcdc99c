"""Asking services outside about comments: one worker at a time, within a budget, and never one that does not answer.

A question is the finding of its flagger, written before it is asked as one that has not run: whoever finds the row later
knows how far it came. Its attempts count one more than it was begun; it waits for its turn with 1. It gets two.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import secrets
from collections.abc import Mapping

from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from comments import outgoing, screening
from comments.enums import CheckOutcome, Status
from comments.kept import ask_cache
from comments.models import ArticleText, Comment
from comments.services import lanes
from comments.services.screening import stored_screening_input, unseen_revisions
from moderation.enums import FlaggerState
from moderation.flaggers.articles import paragraphs_of
from moderation.flaggers.base import Stage, in_state, state_of
from moderation.flaggers.guard import CRASHED, FAILED, RUNNING, read_answer, without_result
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.outside import sentences
from moderation.flaggers.outside.base import AnswerError, AskedClause, Envelope, Letter, OutsideFlagger, Question
from moderation.flaggers.outside.passages import closest_passages
from moderation.flaggers.registry import installed_flaggers
from moderation.models import Decision, Finding
from moderation.services.findings import settle, stored
from moderation.services.outside_turns import (
    LEASE,
    WAITING,
    Turn,
    correct_cost,
    is_under_way,
    lane_of,
    rests,
    take_turn,
)
from moderation.services.policies import current_clauses

logger = logging.getLogger(__name__)

TURN = datetime.timedelta(hours=1)
KEPT_S = 24 * 60 * 60
MOST_BYTES = 256 * 1024
CONNECT_S = 5
LONGEST_S = 60
_MOST_BEGUN = WAITING + 2
_LEAD_LENGTH, _PARENT_LENGTH = 1_000, 2_000
_IN_VAIN: dict[type[Exception], str] = {
    outgoing.BrokenError: sentences.BROKEN,
    outgoing.TooLargeError: sentences.TOO_LARGE,
    outgoing.RefusedAddressError: sentences.BAD_ADDRESS,
}
# Of a comment in such a state somebody may still want to know something.
_OPEN = (Status.AWAITING_EMAIL, Status.PENDING, Status.APPROVED)


def outside_flaggers(*, is_set_up: bool = True) -> list[OutsideFlagger]:
    """Those that are set up, or those that are not."""
    installed = [one for one in installed_flaggers(Stage.OUTSIDE) if isinstance(one, OutsideFlagger)]
    return [one for one in installed if bool(one.host) == is_set_up]


def put_questions(comment_id: int) -> list[int]:
    """Have the latest revision of a comment asked about wherever its site wants that, and the one that everybody reads where none
    has looked at that yet; keys of the questions that wait.

    Idempotent. No query where nothing is set up, else 1, and 2 more where something is switched on.
    """
    flaggers = outside_flaggers()
    comment = Comment.objects.select_related("site").filter(pk=comment_id).first() if flaggers else None
    if comment is None:
        return []
    knowledge = load_knowledge(comment.site.slug)
    states = {one: state_of(one, comment.language, knowledge) for one in flaggers}
    revisions = unseen_revisions(comment)
    rows = [
        Finding(
            comment=comment,
            revision=revision,
            flagger=flagger.name,
            attempts=WAITING,
            **stored(in_state(without_result(flagger, CheckOutcome.NOT_RUN, RUNNING), state)),
        )
        for revision in revisions
        for flagger, state in states.items()
        if state != FlaggerState.OFF
    ]
    if not rows:
        return []
    Finding.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = Finding.objects.unsettled().filter(comment=comment, revision__in=revisions, attempts=WAITING)
    return list(waiting.filter(flagger__in=[row.flagger for row in rows]).values_list("pk", flat=True))


def find_questions(limit: int) -> list[int]:
    """Keys of the questions that wait or were left in the middle, of services that may be asked, oldest first.

    Gives up those that have waited for an hour, and those of services that are not set up any more. 2 queries a service, 1 for
    each that is not set up, 3 more for each question that is given up.
    """
    found: list[int] = []
    now = timezone.now()
    for flagger in outside_flaggers(is_set_up=False):
        for row in _due(flagger, now)[:limit]:
            settle(row, without_result(flagger, CheckOutcome.NOT_RUN, sentences.NOT_SET_UP))
    for flagger in outside_flaggers():
        open_ones = Finding.objects.unsettled().filter(flagger=flagger.name)
        for row in open_ones.filter(attempts=WAITING, created_at__lt=now - TURN)[:limit]:
            settle(row, without_result(flagger, CheckOutcome.NOT_RUN, sentences.TOO_LATE))
        if not rests(flagger):
            found += _due(flagger, now).values_list("pk", flat=True)[:limit]
    return found


def _due(flagger: OutsideFlagger, now: datetime.datetime) -> QuerySet[Finding]:
    """The questions of a flagger that nobody is at, oldest first."""
    due = Finding.objects.unsettled().filter(Q(attempts=WAITING) | Q(created_at__lt=now - LEASE), flagger=flagger.name)
    return due.order_by("pk")


def ask(finding_id: int) -> tuple[int | None, int | None]:
    """Ask one question, if it is its turn: the key of its comment when there is an answer, and that of the next question of
    the same service and site; None for what there is not.

    Never changes where the comment stands. About 20 queries and one request.
    """
    row = (
        Finding.objects.unsettled()
        .select_related("comment__site", "comment__article", "comment__author", "comment__parent")
        .filter(pk=finding_id)
        .first()
    )
    flagger = next((one for one in outside_flaggers() if row is not None and one.name == row.flagger), None)
    if row is None or flagger is None:
        logger.info("Nothing to ask: question %s is gone or was answered.", finding_id)
        return None, None
    if is_under_way(row) or rests(flagger):
        return None, None
    finding = _find_answer(row, flagger)
    if finding is None:
        return None, None
    settle(row, finding)
    if rests(flagger):
        return row.comment_id, None
    waiting = Finding.objects.unsettled().filter(
        flagger=row.flagger, comment__site=row.comment.site_id, attempts=WAITING
    )
    return row.comment_id, waiting.order_by("pk").values_list("pk", flat=True).first()


def _find_answer(row: Finding, flagger: OutsideFlagger) -> screening.Finding | None:
    """What is to be said of the comment, or why there is nothing to say; None while it is not the question's turn."""
    knowledge = load_knowledge(row.comment.site.slug)
    if state_of(flagger, row.comment.language, knowledge) == FlaggerState.OFF:
        return without_result(flagger, CheckOutcome.NOT_RUN, sentences.OFF_BY_NOW)
    if _is_past(row):
        return without_result(flagger, CheckOutcome.NOT_RUN, sentences.DECIDED_BY_NOW)
    if row.attempts >= _MOST_BEGUN:
        logger.error("Flagger %s is given up for comment %s.", flagger.name, row.comment_id)
        return without_result(flagger, CheckOutcome.FAILED, CRASHED)
    # Also where it is the text that everybody reads and another one waits.
    row.comment.revision = row.revision
    question = _build_question(row.comment)
    if not question.clauses:
        return without_result(flagger, CheckOutcome.NOT_RUN, sentences.NO_POLICY)
    try:
        key = f"marginalia:outside:{flagger.name}:{flagger.cache_key(question)}"
        letter = flagger.write(question, _seal(row))
    except Exception as error:  # noqa: BLE001 - what writes the question may be anybody's code
        logger.error("Flagger %s failed: %s", flagger.name, type(error).__name__)  # noqa: TRY400
        return _failed(flagger, FAILED)
    kept = ask_cache(lambda: cache.get(key))
    if isinstance(kept, screening.Finding):
        return kept
    turn = take_turn(row, flagger, letter)
    if turn is Turn.SPENT:
        return without_result(flagger, CheckOutcome.NOT_RUN, sentences.SPENT)
    return _send(row, flagger, question, letter, key) if turn is Turn.NOW else None


def _is_past(row: Finding) -> bool:
    """Whether the text is neither the comment's latest nor the one that everybody reads, or a person has judged it: nothing is sent
    without a use. 0 to 1 query."""
    comment = row.comment
    is_read = comment.is_published and comment.published_revision == row.revision
    if comment.status not in _OPEN or not (is_read or comment.revision == row.revision):
        return True
    judged = Decision.objects.filter(comment=comment, revision=row.revision, moderator__isnull=False, undone_at=None)
    return judged.exists()


def _build_question(comment: Comment) -> Question:
    """Without anything about the author. 4 to 5 queries."""
    shown = stored_screening_input(comment)
    # As in the policy's own pages: German for German, English for every other.
    with translation.override(comment.language):
        clauses = tuple(AskedClause(one.slug, one.title, one.text) for one in current_clauses(comment.site))
    bare = dataclasses.replace(
        shown, author_name="", author_kind="", recent_bodies=(), parent_body=shown.parent_body[:_PARENT_LENGTH]
    )
    text = ArticleText.objects.filter(article=comment.article_id).values_list("body", flat=True).first()
    # A reply may have in common with the article what it answers, and not a word of its own.
    passages = closest_passages(paragraphs_of(text or ""), f"{bare.body}\n\n{bare.parent_body}")
    return Question(bare, comment.article.teaser[:_LEAD_LENGTH], clauses, passages)


def _seal(row: Finding) -> Envelope:
    return Envelope(f"comment_{row.comment.public_id}_{row.revision}", timezone.now(), secrets.token_hex(16))


# --- The service


def _send(row: Finding, flagger: OutsideFlagger, question: Question, letter: Letter, key: str) -> screening.Finding:
    """What the service says, kept for the next time; or how it failed. A service in trouble is left alone for a while."""
    trouble: screening.Finding | None = None
    try:
        answer = _post(flagger, letter)
        correct_cost(row, flagger, letter, answer)
        finding = read_answer(flagger.read(answer, question), flagger, question.comment.body)
    except AnswerError as error:
        finding = _failed(flagger, error.message, error.parameters)
        trouble = finding if error.is_trouble else None
    except (outgoing.OutgoingError, SoftTimeLimitExceeded) as error:
        finding = trouble = _failed(flagger, _IN_VAIN.get(type(error), sentences.SILENT))
    except Exception as error:  # noqa: BLE001 - what reads the answer may be anybody's code
        # Not logger.exception(): the words of an exception may be those of the comment.
        logger.error("Flagger %s failed: %s", flagger.name, type(error).__name__)  # noqa: TRY400
        return _failed(flagger, FAILED)
    if trouble is not None:
        reason = trouble.message % trouble.parameters
        logger.warning("The service behind %s is left alone for a while: %s", flagger.name, reason)
        lanes.note_failure(lane_of(flagger))
        return finding
    lanes.note_success(lane_of(flagger), datetime.timedelta(0))
    if finding.outcome != CheckOutcome.FAILED:
        ask_cache(lambda: cache.set(key, finding, KEPT_S))
    return finding


def _post(flagger: OutsideFlagger, letter: Letter) -> outgoing.Answer:
    limits = outgoing.Limits(
        connect_seconds=CONNECT_S, seconds=min(flagger.bounds.seconds, LONGEST_S), most_bytes=MOST_BYTES
    )
    headers = {"User-Agent": "Marginalia", **letter.headers}
    return outgoing.ask("POST", letter.address, headers=headers, body=letter.body, limits=limits, is_confidential=True)


def _failed(
    flagger: OutsideFlagger, message: str, parameters: Mapping[str, str | int] | None = None
) -> screening.Finding:
    finding = without_result(flagger, CheckOutcome.FAILED, message)
    return dataclasses.replace(finding, parameters={**finding.parameters, **(parameters or {})})
