"""Learning from a site's decisions: the model made of them, and the way back to an earlier one."""

from __future__ import annotations

import datetime
import logging
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from comments.enums import CheckOutcome
from comments.models import Site
from comments.text import body_digest
from moderation.enums import Automation, Permission
from moderation.evaluation.progress import Progress, WindowFigures, is_worse, latest_window
from moderation.exceptions import NotAllowedError, NothingLearntError
from moderation.flaggers.learned import ENOUGH, NAME
from moderation.flaggers.learning.features import Circumstances, Example, make_example
from moderation.flaggers.learning.knowledge import (
    Said,
    load_model,
    make_circumstances,
    teaching_decisions,
)
from moderation.flaggers.learning.learner import ClauseLearner, Sketches
from moderation.flaggers.learning.model import PastDecision, pack
from moderation.models import Decision, Finding, FindingFeedback, SiteModel
from moderation.permissions import may
from moderation.services.deciding_rules import Rehearsed, is_deciding, measure_anew, require_hold
from moderation.services.labels import Label, lessons_of, read_labels
from moderation.services.policies import current_policy
from moderation.services.vectors import DecidedTexts

logger = logging.getLogger(__name__)

KEPT: Final = 5
# What the judge thinks of so many of the newest decided texts says whether a rule holds that rests on it.
REHEARSED: Final = 5_000
# A clause is judged from so many comments on that were refused by it.
LEAST_BAD: Final = 10
_AUTHOR_BITS: Final = 16


class ClauseFigures(TypedDict):
    """How good the judge of one clause was, as progressive validation; `title` in the language of the site."""

    title: str
    bad: int
    good: int
    calibration_error: float | None
    windows: list[WindowFigures]


def learn(site: Site) -> SiteModel | None:
    """Make a model of all decisions of a site and put it to use, unless it is worse than the one in use, or somebody has chosen
    another one meanwhile; the latest five are kept, and the one in use. None where no clause has been applied ten times.

    About 6 queries for each 500 decisions; memory does not grow with their number: 13 MB for each clause.
    """
    # What is decided from here on may not be read any more.
    begun_at = timezone.now()
    titles = _clause_titles(site)
    learners = {clause: ClauseLearner(clause) for clause in titles}
    progress = {clause: Progress() for clause in titles}
    count, total = 0, teaching_decisions().filter(comment__site=site).count()
    texts = DecidedTexts(site, total)
    first = total - REHEARSED if is_deciding(site=site, flagger=NAME) else total
    rehearsed: dict[str, Rehearsed] = {}
    for label, body, example, past in _examples(site, list(titles), texts):
        count += 1
        if count > first and (said := _rehearse(learners.values(), label, example)) is not None:
            # A text that was sent many times counts once, as it was decided last.
            text = body_digest(body)
            rehearsed.pop(text, None)
            rehearsed[text] = said
        for clause, is_bad, weight, is_decided in lessons_of(label, titles):
            if is_decided:
                progress[clause].add(learners[clause].judge(example), is_bad=is_bad)
            learners[clause].learn(example, is_bad=is_bad, weight=weight, past=past)
    able = [learner for learner in learners.values() if _is_able(learner)]
    if not able:
        return None
    figures: dict[str, ClauseFigures] = {
        learner.clause: {
            "title": titles[learner.clause],
            "bad": learner.bad,
            "good": learner.good,
            "calibration_error": progress[learner.clause].calibration_error(),
            "windows": progress[learner.clause].figures(),
        }
        for learner in able
    }
    snapshots = (learner.snapshot(titles[learner.clause]) for learner in able)
    newest = list(reversed(rehearsed.values()))
    return _keep(site, begun_at, count, figures, pack(snapshots, texts.encoder), newest)


def _is_able(learner: ClauseLearner) -> bool:
    return learner.bad >= LEAST_BAD and learner.good >= LEAST_BAD


def _rehearse(learners: Iterable[ClauseLearner], label: Label, example: Example) -> Rehearsed | None:
    """What the judge thinks of a text so far, as the flagger would say it; None while it would say nothing."""
    judged = ((learner.judge(example).probability, learner.clause) for learner in learners if _is_able(learner))
    score, clause = max(judged, default=(-1.0, ""))
    if score < 0:
        return None
    outcome = CheckOutcome.FLAGGED if score >= ENOUGH else CheckOutcome.CLEAR
    return Rehearsed(
        label.language, outcome, score, clause, label.action, label.measure, label.clause, label.decided_at
    )


def put_to_use(*, site: Site, administrator: AbstractBaseUser | None, number: int) -> SiteModel:
    """Have an earlier model asked from now on; the row says who chose it. 4 queries. Without an account: from the command
    line. What it decides by a rule it has to be proved right in anew. Raises NotAllowedError, NothingLearntError."""
    if administrator is not None and not may(administrator, site, Permission.ADMINISTER):
        raise NotAllowedError
    with transaction.atomic():
        kept = {model.number: model for model in _locked(site)}
        if number not in kept:
            raise NothingLearntError
        SiteModel.objects.filter(site=site, is_current=True).update(is_current=False)
        chosen = kept[number]
        chosen.is_current, chosen.chosen_at = True, timezone.now()
        chosen.chosen_by_id = None if administrator is None else administrator.pk
        chosen.save(update_fields=["is_current", "chosen_at", "chosen_by"])
        measure_anew(site=site, flagger=NAME)
    return chosen


def roll_back(*, site: Site, administrator: AbstractBaseUser | None = None) -> SiteModel:
    """Put the model to use that was made before the one in use, of those that were not withheld. 5 queries. Raises
    NotAllowedError, NothingLearntError."""
    current = SiteModel.objects.in_use().filter(site=site).values_list("number", flat=True).first()
    if current is None:
        raise NothingLearntError
    earlier = SiteModel.objects.filter(site=site, number__lt=current, is_withheld=False).order_by("-number")
    number = earlier.values_list("number", flat=True).first()
    if number is None:
        raise NothingLearntError
    return put_to_use(site=site, administrator=administrator, number=number)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """How good the model in use was lately for one clause: AUC of the shipped model and with what was learnt, and the
    calibration error; None where it has no meaning."""

    title: str
    bad: int
    cold: float | None
    both: float | None
    off: float | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is kept of a site, the newest first, and how good the model in use was by clause."""

    models: list[SiteModel]
    lines: list[ClauseLine]


def read_learning(site: Site) -> Learnt:
    """What administrators see of what was learnt. 1 query."""
    models = read_models(site)
    current: Mapping[str, ClauseFigures] = next((model.figures for model in models if model.is_current), {})
    lines = [
        ClauseLine(
            title=figures["title"],
            bad=figures["bad"],
            cold=_latest(figures, "cold"),
            both=_latest(figures, "both"),
            off=figures["calibration_error"],
        )
        for figures in current.values()
    ]
    return Learnt(models, lines)


def read_models(site: Site) -> list[SiteModel]:
    """What is kept of a site, the newest first, without weights. 1 query."""
    return list(SiteModel.objects.without_weights().filter(site=site).select_related("chosen_by").order_by("-number"))


def needs_learning(site: Site) -> bool:
    """Whether people have decided, taken back, or called a finding wrong since the newest model was begun. 1 to 3 queries."""
    newest = SiteModel.objects.filter(site=site).order_by("-number").values_list("made_at", flat=True).first()
    decided = Decision.objects.filter(comment__site=site, automated_decision=Automation.NONE)
    if newest is not None:
        objections = FindingFeedback.objects.filter(finding__comment__site=site, created_at__gte=newest)
        decided = decided.filter(Q(applied_at__gte=newest) | Q(undone_at__gte=newest))
        return decided.exists() or objections.exists()
    return decided.exists()


def _examples(
    site: Site, clauses: list[str], texts: DecidedTexts
) -> Iterator[tuple[Label, str, Example, PastDecision]]:
    """Each label with its text, and with that as the judge sees it. 4 queries for each batch, 5 where vectors were made."""
    # By hashed authors: how many of their comments were published and refused before.
    counts = {is_bad: array("I", bytes(4 << _AUTHOR_BITS)) for is_bad in (False, True)}
    sketches = Sketches()
    for labels in read_labels(site):
        known = texts.read({(label.comment_id, label.revision): label.language for label in labels})
        findings = _findings_of(labels)
        for label in labels:
            key = (label.comment_id, label.revision)
            if key not in known:
                continue
            body, vector = known[key]
            author = label.author_id & ((1 << _AUTHOR_BITS) - 1)
            circumstances: Circumstances = make_circumstances(
                is_reply=label.is_reply,
                approved=counts[False][author],
                rejected=counts[True][author],
                article=label.article,
                findings=findings[key],
            )
            example = make_example(body, label.language, replace(circumstances, vector=vector), clauses)
            yield label, body, example, PastDecision(label.comment, sketches.draw(example.words))
            counts[bool(label.clause)][author] += 1


def _findings_of(labels: list[Label]) -> Mapping[tuple[int, int], list[Said]]:
    """By comment and revision; without what was said when this judge had spoken, as services outside do: it did not know of
    it, and will not the next time. 1 query."""
    rows: dict[tuple[int, int], list[tuple[Said, datetime.datetime]]] = defaultdict(list)
    found = Finding.objects.filter(comment_id__in=[label.comment_id for label in labels])
    for comment_id, revision, at, *row in found.values_list("comment_id", "revision", "created_at", *Said._fields):
        rows[comment_id, revision].append((Said(*row), at))
    findings: dict[tuple[int, int], list[Said]] = defaultdict(list)
    for key, said in rows.items():
        spoke_at = next((at for one, at in said if one.flagger == NAME), None)
        findings[key] = [one for one, at in said if spoke_at is None or at <= spoke_at]
    return findings


def _clause_titles(site: Site) -> dict[str, str]:
    """The clauses of the policy in force with their titles, in the language of the site."""
    policy = current_policy(site)
    with override(site.language):
        return {clause.slug: clause.title for clause in policy.clauses.all()} if policy else {}


def _keep(
    site: Site,
    begun_at: datetime.datetime,
    decisions: int,
    figures: dict[str, ClauseFigures],
    weights: bytes,
    rehearsed: Sequence[Rehearsed],
) -> SiteModel:
    with transaction.atomic():
        kept = list(_locked(site))
        current = next((model for model in kept if model.is_current), None)
        # One that this version cannot read says nothing at all, however good it was.
        is_withheld = (
            current is not None
            and load_model(site.pk) is not None
            and is_worse(_windows(figures), _windows(current.figures))
        )
        chosen_at = current.chosen_at if current else None
        is_used = not is_withheld and (chosen_at is None or chosen_at < begun_at)
        if is_used:
            SiteModel.objects.filter(site=site, is_current=True).update(is_current=False)
        made = SiteModel.objects.create(
            site=site,
            number=max((model.number for model in kept), default=0) + 1,
            made_at=begun_at,
            decisions=decisions,
            figures=figures,
            weights=weights,
            is_current=is_used,
            is_withheld=is_withheld,
        )
        if is_used:
            require_hold(site=site, flagger=NAME, rehearsed=rehearsed)
        newest = SiteModel.objects.filter(site=site).order_by("-number").values_list("pk", flat=True)[:KEPT]
        SiteModel.objects.filter(site=site, is_current=False).exclude(pk__in=list(newest)).delete()
    if is_withheld:
        logger.warning(
            "Model %s of site %s is worse than the one in use, and was not put to use.", made.number, site.pk
        )
    return made


def _locked(site: Site) -> QuerySet[SiteModel]:
    """The models of a site, so that of two that are made at once one waits for the other."""
    Site.objects.select_for_update().get(pk=site.pk)
    return SiteModel.objects.without_weights().filter(site=site).order_by("-number")


def _latest(figures: ClauseFigures, judge: Literal["cold", "both"]) -> float | None:
    """The AUC of the last window that has one."""
    window = latest_window(figures["windows"], judge)
    return window[judge] if window else None


def _windows(figures: Mapping[str, ClauseFigures]) -> dict[str, list[WindowFigures]]:
    return {clause: one["windows"] for clause, one in figures.items()}
