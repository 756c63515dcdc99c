"""Decisions and where comments stand, as JSON. The queue's values are given by `moderation.queue` as they are."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comments.exceptions import StaleDecisionError
from comments.models import Comment
from moderation.api.schemas import Change
from moderation.models import Decision, Opinion
from moderation.queue.read import read_change
from moderation.services.decisions import possible_actions

Json = dict[str, object]


def decided_json(decision: Decision) -> Json:
    """A decision and its comment as it stands after it (`Decided`). 3 queries at most."""
    moderator = decision.moderator
    return {
        "decision": {
            "id": decision.pk,
            "statement_id": decision.statement_id,
            "action": decision.action,
            "from_status": decision.from_status,
            "to_status": decision.to_status,
            "revision": decision.revision,
            "settles_edit": decision.settles_edit,
            "clause": decision.clause.slug if decision.clause else None,
            "note": decision.note,
            "moderator": (moderator.get_full_name() or moderator.get_username()) if moderator else None,
            "batch": decision.batch_id,
            "applied_at": decision.applied_at,
            "undone_at": decision.undone_at,
        },
        "comment": comment_json(decision.comment),
    }


def kept_json(vote: Opinion) -> Json:
    """A judgement that waits for a second person, and its comment as it stands (`Kept`). 1 query at most."""
    return {
        "detail": str(
            _(
                "Your judgement is kept. Two people have to judge this comment the same way; it stays where it is until then."
            )
        ),
        "vote": {"action": vote.action, "clause": vote.clause or None, "note": vote.note, "revision": vote.revision},
        "comment": comment_json(vote.comment),
    }


def comment_json(comment: Comment) -> Json:
    """Where a comment stands now (`Standing`). No query."""
    return {
        "id": comment.public_id,
        "status": comment.status,
        "revision": comment.revision,
        "waiting_since": comment.waiting_since,
        "actions": [action.value for action in possible_actions(comment)],
    }


def standing_json(stale: StaleDecisionError) -> Json:
    """What came first, for somebody who came second (`StaleProblem`). 2 queries at most."""
    change = read_change(stale.standing, revision=stale.comment.revision) if stale.standing else None
    standing = Change.model_validate(change).model_dump() if change else None
    return {"comment": comment_json(stale.comment), "standing": standing}
