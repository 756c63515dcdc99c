"""The queue, decisions on one and on many comments, and taking them back."""

from __future__ import annotations

import uuid

from ninja import Query, Router
from ninja.responses import Status

from comments.api.errors import internal_error, not_found
from comments.api.schemas import Problem, PublicId
from moderation.api.auth import (
    MODERATOR,
    DeskRequest,
    load_comment,
    load_comments,
    load_decision,
    load_site,
    require_batch,
)
from moderation.api.errors import error_of, refusals
from moderation.api.presenting import decided_json, kept_json
from moderation.api.schemas import (
    BatchUndone,
    BulkDecided,
    BulkIn,
    Decided,
    DecisionIn,
    Kept,
    Queue,
    QueueQuery,
    StaleProblem,
)
from moderation.enums import Scope
from moderation.models import Opinion
from moderation.queue import QueueFilters, queue_counts, read_queue, with_surroundings
from moderation.services.bulk import BulkAnswer, BulkItem, decide_together
from moderation.services.decisions import undo
from moderation.services.judging import judge
from moderation.services.taking_back import undo_batch

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
        section=query.section,
        language=query.language,
        clause=query.clause,
        domain=query.domain.lower().removeprefix("www."),
        age=query.older_than,
        is_late=query.late,
        mine=query.mine,
        viewer_id=request.auth.user.pk,
    )
    with refusals():
        page = read_queue(site, filters, query.cursor)
    return {
        "items": with_surroundings(site, page.items),
        "next": page.next_cursor or None,
        "counts": queue_counts(site),
    }


@router.post(
    "/comments/{comment_id}/decisions",
    response={201: Decided, 202: Kept, (400, 401, 403, 404, 413, 415, 422): Problem, 409: StaleProblem},
    summary="Judge a comment",
)
def post_decision(request: DeskRequest, comment_id: PublicId, payload: DecisionIn) -> Status[Json]:
    """Judge a comment as it was seen. 409 with the decision that stands when somebody was faster, or when the author
    changed the text meanwhile. 202 where two people have to agree and this is the first judgement, or another one than the
    first: it is kept, and the comment stays where it is."""
    request.auth.require(Scope.MODERATE)
    comment = load_comment(request.auth, comment_id)
    with refusals():
        decision = judge(comment=comment, moderator=request.auth.user, **payload.dict())
    if isinstance(decision, Opinion):
        return Status(202, kept_json(decision))
    return Status(201, decided_json(decision))


@router.post(
    "/decisions",
    response={200: BulkDecided, (400, 401, 403, 413, 415, 422): Problem},
    summary="Judge up to 100 comments",
)
def post_decisions(request: DeskRequest, payload: BulkIn) -> Json:
    """Judge many comments under one batch id, with an answer for each: some may be decided and others not."""
    request.auth.require(Scope.MODERATE)
    items = [BulkItem(one.id, **one.dict(exclude={"id"})) for one in payload.decisions]
    with refusals():
        result = decide_together(
            items=items,
            comments=load_comments(request.auth, [item.public_id for item in items]),
            moderator=request.auth.user,
            reason=payload.reason,
        )
    return {"batch": result.batch_id, "answers": [_bulk_answer(answer) for answer in result.answers]}


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


def _bulk_answer(answer: BulkAnswer) -> Json:
    """The answer for one item: what it would have been alone."""
    if answer.decision is not None:
        return {"id": answer.item.public_id, "status": 201, **decided_json(answer.decision)}
    if answer.vote is not None:
        return {"id": answer.item.public_id, "status": 202, **kept_json(answer.vote)}
    refusal = internal_error() if answer.has_failed else not_found()
    if answer.refusal is not None:
        refusal = error_of(answer.refusal)
    return {"id": answer.item.public_id, "status": refusal.status, "problem": refusal.document()}
