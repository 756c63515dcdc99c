"""A desk with a past: comments that came, were judged, taken back and appealed against at random moments."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils import timezone

from comments.enums import ActorKind, CheckOutcome, Status
from comments.lifecycle import Actor, set_status
from comments.models import Comment, Site, StatusChange
from moderation.enums import Action, Role
from moderation.models import Appeal, Decision, Finding, Opinion
from moderation.services.decisions import TARGETS, decide, undo
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site
from tests.moderation.desk_pages import add_text

FLAGGERS = ("links", "terms", "shouting")
CLAUSES = ("respect", "on-topic", "unlawful")


@dataclass
class Newsroom:
    """`now` is the end of what happened. Everything is made through the services, then moved into the past."""

    chance: random.Random
    now: datetime.datetime = field(default_factory=timezone.now)
    people: int = 4
    site: Site = field(default_factory=make_site)
    moderators: list[User] = field(default_factory=list)

    def __post_init__(self) -> None:
        make_policy(self.site)
        self.moderators = [make_moderator(self.site, role=Role.SENIOR) for _ in range(self.people)]
        self.articles = [make_article(self.site) for _ in range(3)]
        for article, section in zip(self.articles, ("Politik", "Kultur", ""), strict=True):
            article.section = section
            article.save()

    def live(self, comments: int) -> None:
        """So many comments come, with all that may happen to them, over some 40 days."""
        for _number in range(comments):
            self.comment()

    def comment(self) -> Comment:
        chance = self.chance
        comment = make_comment(chance.choice(self.articles))
        moment = self.now - datetime.timedelta(
            minutes=chance.choice([5, 90, 3_000, 20_000, 60_000]) * chance.random() + 1
        )
        self.move_into_the_past(comment, moment)
        for flagger in FLAGGERS:
            if chance.random() < 0.4:
                finding, _is_new = Finding.objects.update_or_create(
                    comment=comment,
                    revision=1,
                    flagger=flagger,
                    defaults={"version": "1", "outcome": CheckOutcome.FLAGGED},
                )
                # Some check speaks only when everything is over.
                said_at = moment if chance.random() < 0.8 else self.now
                Finding.objects.filter(pk=finding.pk).update(created_at=said_at)
        for moderator in chance.sample(self.moderators, k=chance.choice([0, 0, 1, min(2, self.people)])):
            opinion = Opinion.objects.create(
                comment=comment,
                revision=1,
                moderator=moderator,
                kind="second",
                action=chance.choice(["approve", "reject"]),
            )
            Opinion.objects.filter(pk=opinion.pk).update(created_at=self.later(moment))
        for _step in range(chance.choice([0, 1, 1, 1, 2, 3])):
            if moment >= self.now:
                break
            moment = self.later(moment)
            self.step(comment, moment)
        return comment

    def step(self, comment: Comment, moment: datetime.datetime) -> None:
        """Something that may happen to a comment as it stands: a decision, one taken back, a withdrawal, an edit."""
        chance = self.chance
        comment.refresh_from_db()
        standing = Decision.objects.filter(comment=comment, undone_at__isnull=True).order_by("-pk").first()
        if (
            standing
            and standing.to_status == comment.status
            and chance.random() < 0.3
            and standing.revision == comment.revision
        ):
            undo(decision=standing, moderator=chance.choice(self.moderators))
        elif comment.status == Status.APPROVED and chance.random() < 0.4:
            add_text(comment, "Anders.")
            Comment.objects.filter(pk=comment.pk).update(waiting_since=moment)
            return
        elif comment.status == Status.PENDING and chance.random() < 0.1:
            set_status(
                comment.pk, Status.WITHDRAWN, actor=Actor(ActorKind.AUTHOR),
                expected_status=Status.PENDING, expected_revision=comment.revision,
            )  # fmt: skip
        else:
            self.decide(comment)
        change = StatusChange.objects.filter(comment=comment).latest("pk")
        StatusChange.objects.filter(pk=change.pk).update(created_at=moment)
        Decision.objects.filter(change=change).update(applied_at=moment)

    def decide(self, comment: Comment) -> None:
        chance = self.chance
        possible = [action for action, targets in TARGETS.items() if comment.status in targets]
        if not possible:
            possible = [Action.REMOVE]
        if comment.status not in TARGETS[possible[0]]:
            return
        action = chance.choice(possible)
        clause = chance.choice(CLAUSES) if action in (Action.REJECT, Action.RETURN, Action.REMOVE) else ""
        decision = decide(
            comment=comment, moderator=chance.choice(self.moderators), action=action, clause=clause,
            expected_status=Status(comment.status), expected_revision=comment.revision,
        )  # fmt: skip
        if action in (Action.REJECT, Action.REMOVE) and chance.random() < 0.3:
            state = chance.choice(["open", "upheld", "rejected"])
            Appeal.objects.create(
                decision=decision, text="Nein.", created_at=self.now, state=state, answer="" if state == "open" else "x",
                decided_at=None if state == "open" else self.now,
            )  # fmt: skip

    def later(self, moment: datetime.datetime) -> datetime.datetime:
        return min(
            self.now,
            moment + datetime.timedelta(minutes=self.chance.choice([3, 40, 400, 4_000]) * self.chance.random()),
        )

    def move_into_the_past(self, comment: Comment, moment: datetime.datetime) -> None:
        Comment.objects.filter(pk=comment.pk).update(posted_at=moment, waiting_since=moment)
        StatusChange.objects.filter(comment=comment).update(created_at=moment)
        comment.refresh_from_db()
