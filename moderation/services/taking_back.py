"""Taking back more than the last step of one comment: a batch as one, or all that was decided down to an older decision."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.exceptions import StaleDecisionError
from comments.models import Article, Comment, StatusChange
from moderation.enums import Obstacle
from moderation.exceptions import AuthorWasLastError, NotAllowedError, NothingToUndoError
from moderation.models import Decision
from moderation.permissions import may_decide
from moderation.services.decisions import put_undo_mail, revoke
from moderation.services.trust import review_trust, trust_rule_of


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What would be taken back with a decision: the steps that still stand, from the newest to its own. Where something is
    in the way there are none.
    """

    decision: Decision
    steps: tuple[StatusChange, ...] = ()
    obstacle: Obstacle | None = None

    @property
    def later(self) -> tuple[StatusChange, ...]:
        """What came after the decision and goes with it, the newest first."""
        return self.steps[:-1]

    @property
    def newest(self) -> int:
        """The primary key of the last step, to say what somebody saw."""
        return self.steps[0].pk if self.steps else 0

    @property
    def after(self) -> Status | None:
        """Where the comment will stand."""
        return Status(self.steps[-1].from_status) if self.steps else None


def plan_undo(decisions: Collection[Decision]) -> dict[int, UndoPlan]:
    """What taking back each of these decisions means now, by primary key; their comments are loaded. 1 query for all."""
    standing: dict[int, list[StatusChange]] = defaultdict(list)
    ids = {decision.comment_id for decision in decisions}
    for step in _standing_steps().filter(comment_id__in=ids).select_related("actor", "decision__clause"):
        standing[step.comment_id].append(step)
    return {decision.pk: plan_with(decision, standing[decision.comment_id]) for decision in decisions}


def plan_with(decision: Decision, standing: Sequence[StatusChange]) -> UndoPlan:
    """As `plan_undo` for one; `standing` are the steps of its comment that hold, the newest first. No query."""
    if decision.undone_at is not None:
        return UndoPlan(decision, obstacle=Obstacle.UNDONE)
    steps = [step for step in standing if step.pk >= decision.change_id]
    if decision.comment.status == Status.WITHDRAWN:
        return UndoPlan(decision, obstacle=Obstacle.WITHDRAWN)
    has_author_step = any(step.actor_kind not in (ActorKind.MODERATOR, ActorKind.RULE) for step in steps)
    if has_author_step or decision.comment.revision != decision.revision:
        return UndoPlan(decision, obstacle=Obstacle.EDITED)
    return UndoPlan(decision, steps=tuple(steps))


def undo_down_to(*, decision: Decision, moderator: AbstractBaseUser, newest: int) -> list[Decision]:
    """Take back a decision of any age with all that was decided after it, as one act; the decisions, newest first.

    `newest` is the last step that the moderator was shown (`UndoPlan.newest`). An author who was told of any of it gets one
    mail. About 10 queries for each step. Raises NotAllowedError, NothingToUndoError, AuthorWasLastError where the author
    changed or withdrew the comment since, StaleDecisionError when anything else came after `newest`.
    """
    comment = decision.comment
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    with transaction.atomic():
        lock_for_undo(Decision.objects.filter(comment=comment, undone_at__isnull=True))
        decision.refresh_from_db(fields=["undone_at"])
        comment.refresh_from_db(fields=["status", "revision", "waiting_since"])
        plan = plan_undo([decision])[decision.pk]
        _require_free(plan, newest)
        undone = _take_back_steps(plan.steps, comment, moderator)
    decision.refresh_from_db()
    return undone


def undo_batch(*, batch_id: uuid.UUID, moderator: AbstractBaseUser) -> list[Decision]:
    """Take back what was decided together, all or nothing; newest first. About 10 queries for each decision.

    Raises NotAllowedError, NothingToUndoError, StaleDecisionError when anything came after any of it.
    """
    found = Decision.objects.filter(batch_id=batch_id, undone_at__isnull=True)
    with transaction.atomic():
        lock_for_undo(found)
        decisions = list(
            found.select_related("comment__site", "comment__author", "moderator", "clause").order_by("-id")
        )
        if not decisions:
            raise NothingToUndoError
        sites = {decision.comment.site_id: decision.comment.site for decision in decisions}
        if not all(may_decide(moderator, site) for site in sites.values()):
            raise NotAllowedError
        rules = {pk: trust_rule_of(pk) for pk in sites}
        for decision in decisions:
            if revoke(decision, moderator, rules[decision.comment.site_id]):
                put_undo_mail(decision)
    return decisions


def lock_for_undo(decisions: QuerySet[Decision]) -> None:
    """Take the rows that an undo of several decisions writes, always in the same order, so that two of them, or one and a
    decision on one comment, never wait for each other: decisions, comments, articles. 3 queries.
    """
    ids = list(decisions.select_for_update().order_by("pk").values_list("comment_id", flat=True))
    comments = Comment.objects.filter(pk__in=ids).select_for_update().order_by("pk")
    articles = Article.objects.filter(pk__in={article for _pk, article in comments.values_list("pk", "article_id")})
    list(articles.select_for_update().order_by("pk").values_list("pk"))


def _standing_steps() -> QuerySet[StatusChange]:
    """Steps that were not taken back, and took nothing back, the newest first."""
    return StatusChange.objects.filter(undoes=None, undone_by=None).order_by("-id")


def _require_free(plan: UndoPlan, newest: int) -> None:
    """Raises why the plan cannot be done, or is not what the moderator was shown."""
    if plan.obstacle == Obstacle.UNDONE:
        raise NothingToUndoError
    if plan.obstacle is not None:
        raise AuthorWasLastError(plan.obstacle.label)
    if plan.newest != newest:
        raise StaleDecisionError(plan.decision.comment, plan.steps[0])


def _take_back_steps(steps: tuple[StatusChange, ...], comment: Comment, moderator: AbstractBaseUser) -> list[Decision]:
    """One after the other from the newest; the caller holds the transaction."""
    undone: list[Decision] = []
    told: Decision | None = None
    rule = trust_rule_of(comment.site_id)
    for step in steps:
        decision: Decision | None = getattr(step, "decision", None)
        if decision is None:
            change = lifecycle.undo_change(step.pk, actor=lifecycle.Actor(ActorKind.MODERATOR, moderator.pk))
            review_trust(change, rule)
            continue
        decision.comment = comment
        told = decision if revoke(decision, moderator, rule) else told
        undone.append(decision)
    if told is not None:
        put_undo_mail(told)
    return undone
