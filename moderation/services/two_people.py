"""The rule that two people judge a comment the same way.

`decisions.decide` asks `require_agreement`, so that nothing gets past the rule; `judging.judge` keeps the first vote.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef

from comments.models import Comment
from moderation.enums import Action, OpinionKind, Permission
from moderation.exceptions import (
    AlreadyVotedError,
    NotAllowedError,
    NoVoteError,
    SecondPersonNeededError,
    SeniorNeededError,
)
from moderation.models import ArticleRule, Clause, Lease, Opinion, OpinionRequest
from moderation.permissions import may, may_decide

# Who may settle what two people see differently.
SETTLES = Permission.ANSWER_APPEALS


def has_open_votes() -> Exists:
    """Whether the first of two people has judged the latest text of a comment, as a column of it."""
    votes = Opinion.objects.votes().filter(comment=OuterRef("pk"), revision=OuterRef("revision"))
    return Exists(votes.filter(change__isnull=True))


def open_votes(comment: Comment) -> list[Opinion]:
    """What the first and the second person said of the latest text; empty where nobody has to agree. 1 query."""
    return list(Opinion.objects.votes().open().filter(comment=comment).order_by("id"))


def require_agreement(*, comment: Comment, moderator: AbstractBaseUser, action: Action, clause: Clause | None) -> None:
    """Refuse what this person cannot carry out alone. 1 query, 1 to 2 more where somebody has voted.

    Raises SecondPersonNeededError when theirs is but the first vote or differs from the first, AlreadyVotedError when it
    is the same person once more, SeniorNeededError when two disagree and this is nobody who may settle it.
    """
    rule = ArticleRule.objects.filter(article=OuterRef("article"), needs_two_people=True)
    is_needed, has_votes = Comment.objects.filter(pk=comment.pk).values_list(Exists(rule), has_open_votes()).get()
    if not has_votes:
        if is_needed or (clause is not None and clause.needs_two_people):
            raise SecondPersonNeededError
        return
    votes = open_votes(comment)
    if any(vote.moderator_id == moderator.pk for vote in votes):
        raise AlreadyVotedError
    if len(votes) > 1:
        if not may(moderator, comment.site, SETTLES):
            raise SeniorNeededError
    elif (votes[0].action, votes[0].clause) != (action, clause.slug if clause else ""):
        raise SecondPersonNeededError


def keep_vote(*, comment: Comment, moderator: AbstractBaseUser, action: Action, clause: str, note: str) -> Opinion:
    """Store a judgement as one of two people's; a second opinion of the same person becomes it. 4 to 6 queries."""
    values = {"kind": OpinionKind.TWO_PEOPLE, "action": action, "clause": clause, "note": note}
    vote, _created = Opinion.objects.update_or_create(
        comment=comment, revision=comment.revision, moderator_id=moderator.pk, change=None, defaults=values
    )
    asked = OpinionRequest.objects.filter(comment=comment, asked_of=moderator.pk, answered_at=None)
    asked.update(answered_at=vote.created_at)
    Lease.objects.filter(comment=comment, user_id=moderator.pk).delete()
    return vote


def take_vote_back(*, comment: Comment, moderator: AbstractBaseUser) -> None:
    """Forget somebody's own vote while nothing has become of it. 3 queries. Raises NotAllowedError, NoVoteError."""
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    own = Opinion.objects.votes().open().filter(comment=comment, moderator=moderator.pk)
    if not Opinion.objects.filter(pk__in=list(own.values_list("pk", flat=True)), change=None).delete()[0]:
        raise NoVoteError
