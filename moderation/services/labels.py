"""What of a site's decisions teaches: the last one of a person that stands about each text, and how much it counts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Q

from comments.models import Site
from moderation.enums import AppealState
from moderation.flaggers.learning.knowledge import PUBLISHED, teaching_decisions
from moderation.models import Appeal, Decision, Opinion

BATCH: Final = 500
ADVERTISING: Final = "no-advertising"
# Somebody of whom nothing is known is taken to agree with others nine times out of ten.
_AGREED, _COMPARED = 4.5, 5.0
_LEAST_WEIGHT = 0.2
_COLUMNS = (
    "pk", "comment_id", "comment__public_id", "revision", "comment__author_id", "comment__article__key", "content_language",
    "comment__parent_id", "action", "measure", "applied_at", "clause__slug", "moderator_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A decision that teaches: the clause the text was refused by, empty for one that was published; the columns of the
    comment that count; and how far its moderator agrees with others, 0.2 to 1."""

    comment_id: int
    comment: str
    revision: int
    author_id: int
    article: str
    language: str
    is_reply: bool
    action: str
    measure: str
    clause: str
    decided_at: datetime.datetime
    weight: float


def read_labels(site: Site) -> Iterator[list[Label]]:
    """The decisions that teach, in the order in which they were made, in batches. 1 query each and 3 at first.

    Of each text the last decision that stands, made by a person. A text refused by a clause says nothing of the others.
    """
    weights = moderator_weights(site)
    after = 0
    while rows := list(
        teaching_decisions()
        .filter(comment__site=site)
        .filter(pk__gt=after)
        .order_by("pk")
        .values_list(*_COLUMNS)[:BATCH]
    ):
        after = rows[-1][0]
        yield [
            Label(
                comment_id=comment_id,
                comment=public_id,
                revision=revision,
                author_id=author_id,
                article=article,
                language=language,
                is_reply=parent_id is not None,
                action=action,
                measure=measure,
                decided_at=decided_at,
                clause="" if action in PUBLISHED else clause or ADVERTISING,
                weight=weights.get(moderator_id, _AGREED / _COMPARED),
            )
            for (
                _pk, comment_id, public_id, revision, author_id, article, language, parent_id, action, measure,
                decided_at, clause, moderator_id,
            ) in rows
        ]  # fmt: skip


def moderator_weights(site: Site) -> dict[int, float]:
    """How much the decisions of each moderator count: how often others came to the same, where others judged too. 3 queries.

    Others judge too in opinions, in appeals, and where they take a decision back.
    """
    agreed: dict[int, float] = defaultdict(lambda: _AGREED)
    compared: dict[int, float] = defaultdict(lambda: _COMPARED)
    others = Q(change__decision__moderator__lt=F("moderator")) | Q(change__decision__moderator__gt=F("moderator"))
    opinions = Opinion.objects.filter(others, comment__site=site, moderator__isnull=False)
    for one, other, opinion, decision in opinions.values_list(
        "moderator_id", "change__decision__moderator_id", "action", "change__decision__action"
    ).iterator():
        for moderator in (one, other):
            compared[moderator] += 1
            agreed[moderator] += (opinion in PUBLISHED) == (decision in PUBLISHED)
    overturned = Decision.objects.filter(comment__site=site, undone_by__isnull=False).exclude(undone_by=F("moderator"))
    for moderator in overturned.exclude(moderator=None).values_list("moderator_id", flat=True).iterator():
        compared[moderator] += 1
    # One that ended because its decision was taken back has counted; one that they upheld themselves says nothing of others.
    appeals = Appeal.objects.filter(decision__comment__site=site, decision__undone_at__isnull=True).exclude(
        decision__moderator=F("decided_by")
    )
    answered = appeals.filter(decision__moderator__isnull=False).exclude(state=AppealState.OPEN)
    for moderator, state in answered.values_list("decision__moderator_id", "state").iterator():
        compared[moderator] += 1
        agreed[moderator] += state == AppealState.REJECTED
    return {moderator: max(_LEAST_WEIGHT, agreed[moderator] / compared[moderator]) for moderator in compared}
