"""A check that is sure of everything, what people decided of what it saw, and the rule by which it may decide."""

from __future__ import annotations

import itertools
from typing import Any

from django.utils import timezone

from comments.enums import ActorKind, CheckOutcome, Status
from comments.models import Article, Comment, Revision, StatusChange
from comments.screening import Finding, ScreeningInput
from moderation.enums import Action, Measure, Role
from moderation.flaggers.base import SiteKnowledge, flagged
from moderation.models import DecidingRule, Decision
from moderation.models import Finding as FindingRow
from moderation.services.deciding_rules import RuleChoice, switch_rule_on
from moderation.services.policies import current_policy
from tests.factories import make_comment, make_moderator
from tests.services.bad_flaggers import Asynchronous

NUMBERS = itertools.count(1)
BAD, GOOD = "Böse.", "Gut."


class Judge(Asynchronous):
    """Sure of everything: of the good, and of what is bad."""

    decides = (Action.APPROVE, Action.REJECT)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        if comment.body.startswith(BAD):
            return flagged(self, "Bad.", score=0.9995, clause="respect")
        return Finding(self.name, self.version, CheckOutcome.CLEAR, score=0.0005)


def add_judged(article: Article, count: int, *, wrong: int = 0, bad: bool = False, version: str = "1") -> None:
    """Decisions of a person on texts that the judge was sure of, the last ones against it."""
    now = timezone.now()
    number = next(NUMBERS)
    moderator = make_moderator(article.site)
    policy = current_policy(article.site)
    assert policy is not None
    respect = next(clause for clause in policy.clauses.all() if clause.slug == "respect")
    author = make_comment(article).author
    # Withdrawn, so that they are not in the way.
    comments = Comment.objects.bulk_create(
        Comment(
            site=article.site, article=article, author=author, author_name="Hanna", language="de",
            status=Status.WITHDRAWN, posted_at=now, idempotency_key=f"{number}-{place}", screened_revision=1,
        )
        for place in range(count)
    )  # fmt: skip
    Revision.objects.bulk_create(
        Revision(comment=one, number=1, body="Was beurteilt wurde.", body_html="", render_version=1, created_at=now)
        for one in comments
    )
    steps = StatusChange.objects.bulk_create(
        StatusChange(
            comment=one, from_status=Status.PENDING, to_status=Status.APPROVED, revision=1,
            actor_kind=ActorKind.MODERATOR, actor=moderator, created_at=now,
        )
        for one in comments
    )  # fmt: skip
    FindingRow.objects.bulk_create(
        FindingRow(
            comment=one, revision=1, flagger="judge", version=version, clause="respect" if bad else "",
            outcome=CheckOutcome.FLAGGED if bad else CheckOutcome.CLEAR, score=0.9995 if bad else 0.0005,
        )
        for one in comments
    )  # fmt: skip
    decided_at = timezone.now()
    rejected = [bad != (place >= count - wrong) for place in range(count)]
    Decision.objects.bulk_create(
        Decision(
            comment=one, change=step, moderator=moderator, revision=1, from_status=Status.PENDING,
            action=Action.REJECT if is_rejected else Action.APPROVE,
            to_status=Status.REJECTED if is_rejected else Status.APPROVED,
            measure=Measure.NOT_PUBLISHED if is_rejected else Measure.NONE,
            policy_version=policy, clause=respect if is_rejected else None,
            content_language="de", content_date=now.date(), applied_at=decided_at,
        )
        for one, step, is_rejected in zip(comments, steps, rejected, strict=True)
    )  # fmt: skip


def switch_on(article: Article, action: Action = Action.APPROVE, **values: Any) -> DecidingRule:
    choice = {"language": "", "bound": 0.99, "ceiling": 50, "people_share": 0.01} | values
    return switch_rule_on(
        site=article.site,
        administrator=make_moderator(article.site, role=Role.ADMINISTRATOR),
        flagger="judge",
        choice=RuleChoice(action=action, **choice),
    )
