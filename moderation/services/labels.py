"""What of a site's decisions teaches: the last one of a person that stands about each text, what was called wrong besides, and how
much it counts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import F, Q

from comments.models import Site
from moderation.enums import AppealState
from moderation.flaggers.learning.knowledge import PUBLISHED, teaching_decisions
from moderation.models import Appeal, Decision, FindingFeedback, Opinion

BATCH: Final = 500
ADVERTISING: Final = "no-advertising"
# Somebody of whom nothing is known is taken to agree with others nine times out of ten.
_AGREED, _COMPARED = 4.5, 5.0
_USUAL_WEIGHT = _AGREED / _COMPARED
_LEAST_WEIGHT = 0.2
_COLUMNS = (
    "pk", "comment_id", "comment__public_id", "revision", "comment__author_id", "comment__article__key", "content_language",
    "comment__parent_id", "action", "measure", "applied_at", "clause__slug", "moderator_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A decision that teaches: the clause the text was refused by, empty for one that was published; the columns of the
    comment that count; and how far its moderator agrees with others, 0.2 to 1. `called_wrong`: the clauses of findings that
    somebody called wrong, each with how far who did so agrees with others."""

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
    called_wrong: Mapping[str, float]


class Lesson(NamedTuple):
    """What a label says of one clause. Not `is_decided`: only by what somebody said of a finding."""

    clause: str
    is_bad: bool
    weight: float
    is_decided: bool


def lessons_of(label: Label, clauses: Iterable[str]) -> list[Lesson]:
    """What a label says of these clauses, as far as it says anything.

    What was refused by a clause is against it, whatever was said of a finding, and says of the others only what somebody
    called wrong: that it is harmless. What was published is harmless for all, and counts more where that was said besides.
    """
    lessons = []
    for clause in clauses:
        objection = label.called_wrong.get(clause, 0.0)
        if clause == label.clause:
            lessons.append(Lesson(clause, is_bad=True, weight=label.weight, is_decided=True))
        elif not label.clause:
            lessons.append(Lesson(clause, is_bad=False, weight=label.weight + objection, is_decided=True))
        elif objection:
            lessons.append(Lesson(clause, is_bad=False, weight=objection, is_decided=False))
    return lessons


def read_labels(site: Site) -> Iterator[list[Label]]:
    """The decisions that teach, in the order in which they were made, in batches. 2 queries each and 3 at first.

    Of each text the last decision that stands, made by a person.
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
        called_wrong = _read_called_wrong([row[1] for row in rows], weights)
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
                weight=weights.get(moderator_id, _USUAL_WEIGHT),
                called_wrong=called_wrong.get((comment_id, revision), {}),
            )
            for (
                _pk, comment_id, public_id, revision, author_id, article, language, parent_id, action, measure,
                decided_at, clause, moderator_id,
            ) in rows
        ]  # fmt: skip


def _read_called_wrong(
    comments: list[int], weights: Mapping[int, float]
) -> Mapping[tuple[int, int], Mapping[str, float]]:
    """By comment and revision: the clauses of findings that were called wrong, each with the greatest weight of those who did. 1
    query."""
    found: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    objections = FindingFeedback.objects.filter(finding__comment__in=comments).exclude(finding__clause="")
    columns = ("finding__comment_id", "finding__revision", "finding__clause", "user_id")
    for comment_id, revision, clause, user_id in objections.values_list(*columns):
        known = found[comment_id, revision]
        known[clause] = max(known.get(clause, 0.0), weights.get(user_id, _USUAL_WEIGHT))
    return found


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
