"""Many judgements as one act: an answer for each, one batch, one reason."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from comments.models import Comment
from comments.text import clean_line
from moderation.enums import Action
from moderation.models import Batch, Decision, Opinion
from moderation.services.decisions import Bench, make_bench
from moderation.services.judging import judge

logger = logging.getLogger(__name__)

BULK_LIMIT = 100
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class BulkItem:
    """What shall become of one comment, as the moderator saw it."""

    public_id: str
    action: Action
    expected_status: Status
    expected_revision: int
    clause: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What became of one item: decided, kept as one of two people's judgements, or why not. With neither there is no such comment, or it failed, which is logged."""

    item: BulkItem
    decision: Decision | None = None
    vote: Opinion | None = None
    refusal: CommentError | None = None
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class BulkResult:
    """One answer for each item, in their order. `batch_id` names what was decided, also when that was nothing."""

    batch_id: uuid.UUID
    answers: tuple[BulkAnswer, ...]


def decide_together(
    *,
    items: Sequence[BulkItem],
    comments: Mapping[str, Comment],
    moderator: AbstractBaseUser,
    reason: str = "",
    shows_findings: bool = True,
) -> BulkResult:
    """Judge many comments; `comments` are those of them that the moderator may see, by public identifier, with context.

    Each is decided in a transaction of its own: what is refused or fails undoes no other, and nobody who decides on one
    comment meanwhile waits for a hundred. 7 queries for a site and 8 to 13 for each comment. The reason is for colleagues.
    `shows_findings`: whether the moderator had what checks found before them.
    Raises InvalidInputError ("reason"); everything else is an answer.
    """
    batch_id, clean = uuid.uuid4(), _clean_reason(reason)
    benches = _make_benches(comments.values(), moderator, shows_findings=shows_findings)
    if not benches:
        return BulkResult(batch_id, tuple(map(BulkAnswer, items)))
    # Written first: should the process end in the middle, what was decided by then is still one batch with its reason.
    batch = Batch.objects.create(id=batch_id, site_id=next(iter(benches)), moderator_id=moderator.pk, reason=clean)
    answers = tuple(_answer(item, comments.get(item.public_id), moderator, batch_id, benches) for item in items)
    if not any(answer.decision for answer in answers):
        batch.delete()
    return BulkResult(batch_id, answers)


def _clean_reason(reason: str) -> str:
    clean = clean_line(reason)
    if len(clean) > REASON_LIMIT:
        raise InvalidInputError(
            "reason",
            _("The reason has %(length)d characters; at most %(limit)d are possible.")
            % {"length": len(clean), "limit": REASON_LIMIT},
        )
    return clean


def _make_benches(
    comments: Collection[Comment], moderator: AbstractBaseUser, *, shows_findings: bool
) -> dict[int, Bench]:
    """What is needed on each site, by its primary key."""
    sites = {comment.site_id: comment.site for comment in comments}
    return {
        pk: make_bench(
            site=site,
            moderator=moderator,
            comments=[comment for comment in comments if comment.site_id == pk],
            shows_findings=shows_findings,
        )
        for pk, site in sites.items()
    }


def _answer(
    item: BulkItem,
    comment: Comment | None,
    moderator: AbstractBaseUser,
    batch_id: uuid.UUID,
    benches: Mapping[int, Bench],
) -> BulkAnswer:
    """The answer for one item, whatever happens to it: others are decided already, and their answers are not lost."""
    if comment is None:
        return BulkAnswer(item)
    try:
        decision = judge(
            comment=comment,
            moderator=moderator,
            action=item.action,
            expected_status=item.expected_status,
            expected_revision=item.expected_revision,
            clause=item.clause,
            note=item.note,
            batch_id=batch_id,
            bench=benches[comment.site_id],
        )
    except CommentError as error:
        return BulkAnswer(item, refusal=error)
    except Exception:
        logger.exception("Unexpected error at comment %s of batch %s", item.public_id, batch_id)
        return BulkAnswer(item, has_failed=True)
    if isinstance(decision, Opinion):
        return BulkAnswer(item, vote=decision)
    return BulkAnswer(item, decision=decision)
