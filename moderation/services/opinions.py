"""Asking colleagues what they think of a comment, and telling it. Whoever asked decides, knowing more."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import IllegalTransitionError, InvalidInputError
from comments.models import Comment
from moderation.enums import Action, OpinionKind, Permission
from moderation.exceptions import AlreadyAskedError, AlreadyVotedError, NotAllowedError, NotWaitingError
from moderation.models import Membership, Opinion, OpinionRequest
from moderation.permissions import may_decide, roles_with
from moderation.services.decisions import find_clause, possible_actions
from moderation.services.policies import current_policy

TEXT_LIMIT = 500


def ask(
    *, comment: Comment, moderator: AbstractBaseUser, colleague: int | None = None, question: str = ""
) -> OpinionRequest:
    """Ask the account of this number, or whoever of the desk comes first, about a waiting comment. 5 queries.

    Raises NotAllowedError, NotWaitingError, AlreadyAskedError, InvalidInputError ("colleague", "question").
    """
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    clean = _clean("question", question)
    if colleague is not None:
        deciders = Membership.objects.filter(site=comment.site, role__in=roles_with(Permission.DECIDE))
        if colleague == moderator.pk or not deciders.filter(user=colleague).exists():
            raise InvalidInputError("colleague", _("Please choose a colleague who judges comments on this site."))
    try:
        with transaction.atomic():
            if not Comment.objects.select_for_update().waiting().filter(pk=comment.pk).exists():
                raise NotWaitingError
            return OpinionRequest.objects.create(
                comment=comment, question=clean, asked_by_id=moderator.pk, asked_of_id=colleague
            )
    except IntegrityError as error:
        # Asked twice at once, or by two people: the first one counts.
        raise AlreadyAskedError from error


def take_question_back(*, comment: Comment, moderator: AbstractBaseUser) -> None:
    """Nobody needs to answer any more what this moderator asked. 2 queries. Raises NotAllowedError."""
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    OpinionRequest.objects.filter(comment=comment, asked_by=moderator.pk, answered_at=None).delete()


def give_opinion(
    *,
    comment: Comment,
    moderator: AbstractBaseUser,
    action: Action,
    expected_revision: int,
    clause: str = "",
    remark: str = "",
) -> Opinion:
    """Tell what should become of a waiting text; replaces what the same person said of it. About 10 queries.

    Raises NotAllowedError, NotWaitingError (also when the author has changed the text), AlreadyVotedError,
    ClauseNeededError, IllegalTransitionError, InvalidInputError ("clause", "remark").
    """
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    if action not in possible_actions(comment):
        raise IllegalTransitionError(comment.status, action)
    find_clause(current_policy(comment.site), action, clause)
    clean = _clean("remark", remark)
    with transaction.atomic():
        waiting = Comment.objects.select_for_update().waiting().filter(pk=comment.pk, revision=expected_revision)
        if not waiting.exists():
            raise NotWaitingError
        own = Opinion.objects.filter(comment=comment, moderator=moderator.pk, change=None)
        if own.votes().filter(revision=expected_revision).exists():
            raise AlreadyVotedError
        values = {"kind": OpinionKind.SECOND, "action": action, "clause": clause, "remark": clean}
        opinion, _created = Opinion.objects.update_or_create(
            comment=comment, revision=expected_revision, moderator_id=moderator.pk, change=None, defaults=values
        )
        asked = OpinionRequest.objects.filter(comment=comment, answered_at=None).exclude(asked_by=moderator.pk)
        asked.filter(Q(asked_of=None) | Q(asked_of=moderator.pk)).update(answered_at=timezone.now())
    return opinion


def _clean(field: str, text: str) -> str:
    clean = " ".join(text.split())
    if len(clean) > TEXT_LIMIT:
        raise InvalidInputError(field, _("At most 500 characters are possible."))
    return clean
