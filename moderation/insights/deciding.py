"""How often people decided as a flagger would have: what a rule by which it may decide is measured on."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from itertools import pairwise

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from comments.enums import CheckOutcome
from comments.models import Revision
from moderation.enums import Action, Measure
from moderation.evaluation.selecting import LEVEL, Labelled, at_least
from moderation.flaggers.learned import NAME as LEARNED
from moderation.flaggers.wording import wording_of
from moderation.insights.judging import JUDGING
from moderation.models import DecidingRule, Decision, Finding, PolicyVersion, SiteModel

MOST_DECISIONS = 16_000
# What speaks for a rule in one language and by one clause: of the newest decisions about such texts so many.
_NEWEST = 500
# A word of the site's list, which anybody may have added a minute ago, needs more to speak for it than a single decision.
FEWEST_BY_TERM = 10
_LATEST_ROWS = 5_000
# Texts are long.
_AT_ONCE = 500
_TAKEN_DOWN = (Measure.NOT_PUBLISHED, Measure.REMOVED)
_ANY = Q()


def read_agreement(rule: DecidingRule) -> list[Labelled]:
    """The newest decisions of people on texts that this version of the flagger had scored, the newest first; at most 16,000.
    1 query.

    A text counts once, as it was judged last: an appeal or another look overrules. So does one that was sent several times,
    also changed in hidden characters, digits, punctuation or spaces alone, since what is said of a copy proves nothing new. What software decided, and what was taken back, counts for nothing; nor
    does what people decided before the flagger spoke, since it may have learnt from that. A
    rejection is right where people rejected or removed the comment by the same clause, or called it spam; a publication
    where they published it. To return a comment for revision is neither.
    """
    return _labelled(rule, _measuring(rule), MOST_DECISIONS)


def _labelled(rule: DecidingRule, measuring: QuerySet[Decision], most: int) -> list[Labelled]:
    rows = measuring.annotate(text=_text(), body=_digested_body()).order_by("-id").values_list(
        "text", "body", "action", "measure", "clause__slug",
        "comment__findings__outcome", "comment__findings__score", "comment__findings__clause",
    )  # fmt: skip
    seen: set[str] = set()
    labelled = []
    for text, body, action, measure, clause, outcome, score, said in rows[:most].iterator(_AT_ONCE):
        name = wording_of(body) if body else text
        if name in seen:
            continue
        seen.add(name)
        is_right = is_done_alike(rule.action, said, action, measure, clause or "")
        labelled.append(Labelled(sureness_of(rule.action, outcome, score, said), is_right))
    return labelled


def is_done_alike(direction: str, said: str, action: str, measure: str, clause: str) -> bool:
    """Whether people did with a text what a rule of this direction does when the flagger names the clause `said`; `action`,
    `measure` and `clause` are those of their decision."""
    if direction == Action.REJECT:
        return action == Action.SPAM or (measure in _TAKEN_DOWN and clause == said)
    return measure == Measure.NONE


def count_measuring(rule: DecidingRule, labelled: Sequence[Labelled]) -> int:
    """On how many texts there are such decisions, without an upper limit: on those that `read_agreement` found, and on older ones,
    of which only copies to the letter count once. 1 query."""
    older = _measuring(rule).annotate(text=_text()).order_by("-id")[MOST_DECISIONS:]
    found = older.aggregate(count=Count("text", distinct=True))
    return len(labelled) + int(found["count"])


def _text() -> Case:
    """What names the text of a decision: its digest, so that copies have the same name; of an earlier revision its number."""
    latest = When(~Q(comment__body_digest=""), comment__revision=F("revision"), then="comment__body_digest")
    number = Concat(Cast("comment_id", CharField()), Value("/"), Cast("revision", CharField()))
    return Case(latest, default=number, output_field=CharField())


def _digested_body() -> Case:
    """The text of a decision where `_text` names it by its digest, else nothing."""
    bodies = Revision.objects.filter(comment=OuterRef("comment"), number=OuterRef("revision")).values("body")
    latest = When(~Q(comment__body_digest=""), comment__revision=F("revision"), then=Subquery(bodies[:1]))
    return Case(latest, default=Value(""), output_field=TextField())


def is_measured_on(rule: DecidingRule, language: str, clause: str, term: str = "") -> bool:
    """Whether what a rule is measured by speaks for it on texts in a language (primary subtag) of which it is as sure as it has
    to be, by a clause, empty for a publication, and by a term of the site's list, empty for other checks. 1 query, of the newest 500
    at most.

    What a check is right about in one language, or by one clause or term, says nothing of another. So people have to have decided
    alike here too, ten times for a term, and not otherwise so often that a share as great as the bound would be improbable.
    """
    is_sure = Q(comment__findings__outcome=CheckOutcome.CLEAR, comment__findings__score__lte=1 - (rule.threshold or 0))
    if rule.action == Action.REJECT:
        is_sure = Q(
            comment__findings__clause=clause,
            comment__findings__outcome=CheckOutcome.FLAGGED,
            comment__findings__score__gte=rule.threshold,
        )
    if term:
        is_sure &= Q(comment__findings__parameters__term=term)
    judged = _labelled(rule, _measuring(rule, _in_language(language) & is_sure), _NEWEST)
    wrong = sum(not one.is_right for one in judged)
    return (
        len(judged) - wrong >= (FEWEST_BY_TERM if term else 1) and at_least(wrong, len(judged), 1 - rule.bound) > LEVEL
    )


def _measuring(rule: DecidingRule, of_finding: Q = _ANY) -> QuerySet[Decision]:
    since = _ANY
    if rule.measured_since is not None:
        # What was said before that, and is decided after it, was perhaps said by what another version had learnt.
        since = Q(applied_at__gte=rule.measured_since, comment__findings__created_at__gte=rule.measured_since)
    return Decision.objects.filter(
        _in_language(rule.language),
        # In the same call: what is asked of the finding is asked of that of the flagger, not of any.
        of_finding,
        since,
        comment__site=rule.site_id,
        moderator__isnull=False,
        undone_at__isnull=True,
        action__in=(*JUDGING, Action.RESTORE),
        comment__findings__flagger=rule.flagger,
        comment__findings__version=rule.version,
        comment__findings__revision=F("revision"),
        comment__findings__score__isnull=False,
        comment__findings__created_at__lte=F("applied_at"),
    )


def reads_alike(rule: DecidingRule, one: PolicyVersion | None, other: PolicyVersion | None) -> bool:
    """Whether what a rule rests on reads the same in two versions of a policy. 0 to 1 query, and 1 for the clauses of each version
    that has them not at hand."""
    named = _named_clauses(rule)
    return _wording(one, named) == _wording(other, named)


def unchanged_since(rule: DecidingRule) -> datetime.datetime | None:
    """From when on what a rule rests on has been as it is now, in the policy and, where what the site has taught judges, by
    people's choice; None where it was never otherwise. 2 to 4 queries."""
    return max(filter(None, (_worded_since(rule), _chosen_at(rule))), default=None)


def _worded_since(rule: DecidingRule) -> datetime.datetime | None:
    """2 to 3 queries."""
    named = _named_clauses(rule)
    versions = PolicyVersion.objects.in_force(timezone.now()).filter(site=rule.site_id).prefetch_related("clauses")
    for version, earlier in pairwise(versions):
        if _wording(version, named) != _wording(earlier, named):
            return version.effective_at
    return None


def _chosen_at(rule: DecidingRule) -> datetime.datetime | None:
    """When somebody last put another model to use; what was decided before was decided on what another one had said. 0 to 1
    query."""
    if rule.flagger != LEARNED:
        return None
    chosen: datetime.datetime | None = SiteModel.objects.filter(site=rule.site_id).aggregate(at=Max("chosen_at"))["at"]
    return chosen


def _named_clauses(rule: DecidingRule) -> Collection[str] | None:
    """The clauses that a rule rests on: to reject those that the flagger named where it is measured; to publish all, which is
    None. 0 to 1 query."""
    if rule.action == Action.APPROVE:
        return None
    return set(_measuring(rule).order_by().values_list("comment__findings__clause", flat=True).distinct())


def _wording(version: PolicyVersion | None, named: Collection[str] | None) -> dict[str, tuple[object, ...]]:
    clauses = version.clauses.all() if version else ()
    return {clause.slug: clause.wording for clause in clauses if named is None or clause.slug in named}


def sureness_of(action: str, outcome: str, score: float | None, clause: str) -> float:
    """How sure a finding is that this is the thing to do, 0 to 1: the less it suspects, the surer it is of a publication. 0
    where it says the opposite, cannot say, or names no clause to reject by."""
    if score is None:
        return 0.0
    if action == Action.APPROVE:
        return 1 - score if outcome == CheckOutcome.CLEAR else 0.0
    return score if outcome == CheckOutcome.FLAGGED and clause else 0.0


def newest_version(rule: DecidingRule) -> str:
    """The version of the flagger that spoke last on the site; empty when it has not lately. 2 queries, over 5,000 rows."""
    newest = Finding.objects.aggregate(newest=Max("pk"))["newest"] or 0
    found = Finding.objects.filter(
        flagger=rule.flagger, comment__site=rule.site_id, score__isnull=False, pk__gt=newest - _LATEST_ROWS
    )
    return found.order_by("-pk").values_list("version", flat=True).first() or ""


def decided_today(rule: DecidingRule) -> int:
    """How many decisions were made by a rule since midnight, also those that were taken back. 1 query."""
    return Decision.objects.filter(rule=rule, applied_at__gte=start_of_day()).count()


def start_of_day() -> datetime.datetime:
    """The last midnight, where the installation is."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _in_language(language: str) -> Q:
    """Of comments in a language, in any where it is empty."""
    return Q(comment__language=language) | Q(comment__language__startswith=f"{language}-") if language else Q()
