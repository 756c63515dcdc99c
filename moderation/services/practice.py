"""The newcomer's corner: the tour of the keys, past cases to judge anew, and how far somebody agrees with the desk.

Nothing here touches a comment. What somebody answers is read for that person alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from comments.text import clean_body
from moderation.enums import Action, Permission
from moderation.exceptions import AlreadyAnsweredError, NotAllowedError
from moderation.insights import Agreement
from moderation.insights.judging import JUDGING
from moderation.models import CalibrationAnswer, CalibrationCase, Decision, DeskPreferences
from moderation.permissions import may
from moderation.services.decisions import CLAUSE_NEEDED

EXPLANATION_LIMIT = 1_000
# What one may answer: a text that was removed later could have been rejected as well, so removal is no choice of its own.
CHOICES = (Action.APPROVE, Action.REJECT, Action.SPAM, Action.RETURN)


@dataclass(frozen=True, slots=True)
class Practised:
    """A case with one's own answer, if there is one; `is_alike` when action and clause are the desk's."""

    case: CalibrationCase
    answer: CalibrationAnswer | None

    @property
    def is_alike(self) -> bool:
        if self.answer is None or self.answer.action != desk_action_of(self.case):
            return False
        clause = self.case.decision.clause
        return self.answer.clause == (clause.slug if clause else "")


def desk_action_of(case: CalibrationCase) -> Action:
    """What the desk decided, as one may answer it."""
    action = Action(case.decision.action)
    return Action.REJECT if action == Action.REMOVE else action


def add_case(*, decision: Decision, teacher: AbstractBaseUser, explanation: str = "") -> CalibrationCase:
    """Make a past decision a case for practice, or explain it anew. 3 queries.

    Raises NotAllowedError, InvalidInputError ("explanation", "decision").
    """
    _require_teacher(teacher, decision.comment.site)
    clean = clean_body(explanation)
    if len(clean) > EXPLANATION_LIMIT:
        sentence = _("The explanation has %(length)d characters; at most %(limit)d are possible.")
        raise InvalidInputError("explanation", sentence % {"length": len(clean), "limit": EXPLANATION_LIMIT})
    if decision.undone_at is not None or decision.action not in JUDGING:
        raise InvalidInputError("decision", _("Only a judgement that stands can be a case for practice."))
    case, is_new = CalibrationCase.objects.get_or_create(
        decision=decision, defaults={"explanation": clean, "added_by_id": teacher.pk}
    )
    if not is_new and case.explanation != clean:
        case.explanation = clean
        case.save(update_fields=["explanation"])
    return case


def remove_case(*, case: CalibrationCase, teacher: AbstractBaseUser) -> None:
    """Take a case out of practice, with what people answered. Raises NotAllowedError. About 3 queries."""
    _require_teacher(teacher, case.decision.comment.site)
    case.delete()


def answer_case(
    *, case: CalibrationCase, user: AbstractBaseUser, action: Action, clause: str = ""
) -> CalibrationAnswer:
    """Keep how somebody judges a case: once, before they see what the desk decided. 2 queries.

    Raises NotAllowedError, InvalidInputError ("clause"), AlreadyAnsweredError.
    """
    if not may(user, case.decision.comment.site, Permission.READ):
        raise NotAllowedError
    if action in CLAUSE_NEEDED and not clause:
        raise InvalidInputError("clause", _("Please name the clause that the comment is against."))
    named = clause if action in CLAUSE_NEEDED else ""
    try:
        with transaction.atomic():
            return CalibrationAnswer.objects.create(case=case, user_id=user.pk, action=action, clause=named)
    except IntegrityError as error:
        raise AlreadyAnsweredError from error


def read_practice(site: Site, user: AbstractBaseUser) -> list[Practised]:
    """Every case of the site, in the order in which they were added, with this person's answers. 2 queries."""
    return [_with_answer(case) for case in cases_of(user).filter(decision__comment__site=site)]


def cases_of(user: AbstractBaseUser) -> QuerySet[CalibrationCase]:
    """Cases with their decisions and this person's answer alone. 2 queries when evaluated."""
    own = CalibrationAnswer.objects.filter(user=user.pk)
    related = ("decision__clause", "decision__comment__site", "decision__comment__article")
    found = CalibrationCase.objects.select_related(*related).order_by("pk")
    # Not the answers of others, not even on the way to the page.
    return found.prefetch_related(Prefetch("answers", queryset=own, to_attr="own_answers"))


def read_case(case: CalibrationCase) -> Practised:
    """One of `cases_of`, with this person's answer. No query."""
    return _with_answer(case)


def agreement_of(practised: list[Practised]) -> Agreement:
    """How far somebody's answers are the desk's decisions, action by action. No query."""
    pairs: dict[tuple[str, str], int] = {}
    for one in practised:
        if one.answer is not None:
            pair = (str(desk_action_of(one.case).value), one.answer.action)
            pairs[pair] = pairs.get(pair, 0) + 1
    return Agreement(pairs=pairs, people=1)


def finish_tour(*, user: AbstractBaseUser) -> None:
    """Keep that somebody has taken the tour, or does not want to. 1 to 2 queries."""
    DeskPreferences.objects.update_or_create(user_id=user.pk, defaults={"tour_done_at": timezone.now()})


def _with_answer(case: CalibrationCase) -> Practised:
    answers: list[CalibrationAnswer] = case.own_answers  # type: ignore[attr-defined] # put there by cases_of
    return Practised(case=case, answer=answers[0] if answers else None)


def _require_teacher(user: AbstractBaseUser, site: Site) -> None:
    if not may(user, site, Permission.TEACH):
        raise NotAllowedError(_("Cases for practice are chosen by senior moderators and administrators."))
