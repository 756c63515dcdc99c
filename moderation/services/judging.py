"""A moderator's judgement, from the desk or through the API: carried out, or kept as one of two people's."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from comments.enums import Status
from comments.exceptions import StaleDecisionError
from comments.lifecycle import latest_change
from comments.models import Comment
from moderation.enums import Action, OpinionKind
from moderation.exceptions import SecondPersonNeededError
from moderation.models import Decision, Opinion
from moderation.services.decisions import Bench, clean_note, decide
from moderation.services.two_people import has_open_votes, keep_vote, open_votes


def judge(
    *,
    comment: Comment,
    moderator: AbstractBaseUser,
    action: Action,
    expected_status: Status,
    expected_revision: int,
    clause: str = "",
    note: str = "",
    batch_id: uuid.UUID | None = None,
    bench: Bench | None = None,
) -> Decision | Opinion:
    """Judge a comment; return the decision, or the vote where a second person has to agree. 1 query more than `decide`,
    2 more where somebody has voted.

    Raises as `decide`, and AlreadyVotedError and SeniorNeededError. The second of two people who agree decides, with the
    first one's note to the author where they wrote none.
    """
    with transaction.atomic():
        # Of two first votes at the same moment, one waits here and becomes the second.
        now = Comment.objects.select_for_update(of=("self",)).annotate(is_begun=has_open_votes()).get(pk=comment.pk)
        if (now.status, now.revision) != (expected_status, expected_revision):
            raise StaleDecisionError(now, latest_change(now))
        votes = open_votes(comment) if getattr(now, "is_begun", False) else []
        agreed_note = votes[0].note if len(votes) == 1 else ""
        try:
            decision = decide(
                comment=comment,
                moderator=moderator,
                action=action,
                expected_status=expected_status,
                expected_revision=expected_revision,
                clause=clause,
                note=note.strip() or agreed_note,
                batch_id=batch_id,
                bench=bench,
            )
        except SecondPersonNeededError:
            return keep_vote(comment=now, moderator=moderator, action=action, clause=clause, note=clean_note(note))
        if votes:
            Opinion.objects.create(
                comment=now,
                revision=expected_revision,
                moderator_id=moderator.pk,
                kind=OpinionKind.TWO_PEOPLE,
                action=action,
                clause=clause,
                note=decision.note,
                change=decision.change,
            )
    return decision
