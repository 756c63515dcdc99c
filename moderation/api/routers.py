"""The queue, decisions on one and on many comments, and taking them back."""

from __future__ import annotations

import logging
import uuid

from ninja import Query, Router
from ninja.responses import Status

from comments.api.errors import ApiError, internal_error
from comments.api.schemas import Problem, PublicId
from moderation.api.auth import (
    MODERATOR,
    DeskCaller,
    DeskRequest,
    load_comment,
    load_decision,
    load_site,
    require_batch,
)
from moderation.api.errors import refusals
from moderation.api.presenting import decided_json
from moderation.api.schemas import (
    BatchUndone,
    BulkDecided,
    BulkDecisionIn,
    BulkIn,
    Decided,
    DecisionIn,
    Queue,
    QueueQuery,
    StaleProblem,
)
from moderation.enums import Scope
from moderation.models import Decision
from moderation.queue import QueueFilters, queue_counts, read_queue
from moderation.services.decisions import decide, undo, undo_batch

logger = logging.getLogger(__name__)
router = Router(tags=["Moderation"], auth=MODERATOR)
Json = dict[str, object]


@router.get("/queue", response={200: Queue, (401, 403, 404, 422): Problem}, summary="Read the queue")
def get_queue(request: DeskRequest, query: Query[QueueQuery]) -> Json:
    """A page of a site's queue with all a moderator needs to judge, and how many comments each queue holds. 10 queries
    at most, however many comments."""
    request.auth.require(Scope.READ)
    site = load_site(request.auth, query.site or "")
    filters = QueueFilters(
        status=query.status,
        sort=query.sort,
        flag=query.flag,
        article=query.article or "",
        author=query.author or "",
        q=query.q,
    )
    with refusals():
        page = read_queue(site, filters, query.cursor)
    return {"items": page.items, "next": page.next_cursor or None, "counts": queue_counts(site)}


@router.post(
    "/comments/{comment_id}/decisions",
    response={201: Decided, (400, 401, 403, 404, 413, 415, 422): Problem, 409: StaleProblem},
    summary="Judge a comment",
)
def post_decision(request: DeskRequest, comment_id: PublicId, payload: DecisionIn) -> Status[Json]:
    """Judge a comment as it was seen. 409 with the decision that stands when somebody was faster, or when the author
    changed the text meanwhile."""
    request.auth.require(Scope.MODERATE)
    return Status(201, decided_json(_decide(request.auth, comment_id, payload)))


@router.post(
    "/decisions",
    response={200: BulkDecided, (400, 401, 403, 413, 415, 422): Problem},
    summary="Judge up to 100 comments",
)
def post_decisions(request: DeskRequest, payload: BulkIn) -> Json:
    """Judge many comments under one batch id, with an answer for each: some may be decided and others not."""
    request.auth.require(Scope.MODERATE)
    batch_id = uuid.uuid4()
    return {"batch": batch_id, "answers": [_bulk_answer(request.auth, one, batch_id) for one in payload.decisions]}


@router.post(
    "/decisions/{int:decision_id}/undo",
    response={200: Decided, (401, 403, 404): Problem, 409: StaleProblem},
    summary="Take a decision back",
)
def post_undo(request: DeskRequest, decision_id: int) -> Json:
    """The comment stands again exactly where it stood. 409 when something came after the decision."""
    request.auth.require(Scope.MODERATE)
    decision = load_decision(request.auth, decision_id)
    with refusals():
        return decided_json(undo(decision=decision, moderator=request.auth.user))


@router.post(
    "/batches/{uuid:batch_id}/undo",
    response={200: BatchUndone, (401, 403, 404): Problem, 409: StaleProblem},
    summary="Take a batch of decisions back",
)
def post_batch_undo(request: DeskRequest, batch_id: uuid.UUID) -> Json:
    """Take back everything that was decided together, all or nothing. 409 when something came after any of it."""
    request.auth.require(Scope.MODERATE)
    require_batch(request.auth, batch_id)
    with refusals():
        undone = undo_batch(batch_id=batch_id, moderator=request.auth.user)
    return {"batch": batch_id, "answers": [decided_json(decision) for decision in undone]}


def _decide(caller: DeskCaller, comment_id: str, payload: DecisionIn, batch_id: uuid.UUID | None = None) -> Decision:
    comment = load_comment(caller, comment_id)
    with refusals():
        return decide(
            comment=comment,
            moderator=caller.user,
            action=payload.action,
            expected_status=payload.expected_status,
            expected_revision=payload.expected_revision,
            clause=payload.clause,
            note=payload.note,
            batch_id=batch_id,
        )


def _bulk_answer(caller: DeskCaller, payload: BulkDecisionIn, batch_id: uuid.UUID) -> Json:
    """The answer for one item, whatever happens to it: others are decided already, and their answers are not lost."""
    try:
        decided = decided_json(_decide(caller, payload.id, payload, batch_id))
    except ApiError as error:
        refusal = error
    except Exception:
        logger.exception("Unexpected error at comment %s of batch %s", payload.id, batch_id)
        refusal = internal_error()
    else:
        return {"id": payload.id, "status": 201, **decided}
    return {"id": payload.id, "status": refusal.status, "problem": refusal.document()}
