"""Learning from a site's decisions: the model made of them, and whether it is put to use."""

from __future__ import annotations

import datetime
import logging
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from comments.enums import CheckOutcome
from comments.models import Site
from moderation.enums import Automation
from moderation.evaluation.progress import Progress, Trial, is_worse
from moderation.flaggers.learned import ENOUGH, NAME
from moderation.flaggers.learning.features import Example, make_example
from moderation.flaggers.learning.knowledge import (
    Said,
    load_model,
    make_circumstances,
    teaching_decisions,
)
from moderation.flaggers.learning.learner import ClauseLearner, Sketches
from moderation.flaggers.learning.model import LearnedModel, PastDecision, pack
from moderation.flaggers.wording import wording_of
from moderation.models import Decision, Finding, FindingFeedback, PolicyVersion, SiteModel
from moderation.services.deciding_rules import Rehearsed, is_deciding, require_hold
from moderation.services.labels import Label, lessons_of, read_labels
from moderation.services.learnt_versions import ClauseFigures, locked_models
from moderation.services.policies import current_policy
from moderation.services.vectors import DecidedTexts

logger = logging.getLogger(__name__)

KEPT: Final = 5
# What the judge thinks of so many of the newest decided texts says whether a rule holds that rests on it.
REHEARSED: Final = 5_000
# Of so many of the newest decided texts it is asked how the model in use judges them.
COMPARED: Final = 5_000
# A clause is judged from so many comments on that were refused by it.
LEAST_BAD: Final = 10
_AUTHOR_BITS: Final = 16
# Copies come one soon after the other.
_MOST_TAUGHT: Final = 20_000


def learn(site: Site) -> SiteModel:
    """Make a model of all decisions of a site and put it to use, unless it is surely worse than the one in use, or somebody has
    chosen another one meanwhile; the latest five are kept, and the one in use. Where no clause has been applied ten times the
    model has no figures and says nothing, so that no earlier one goes on saying what decisions no longer do.

    It is made of more decisions in the same way, so it is taken to be better unless there is evidence: both are measured on
    the texts decided on since the one in use was begun, each before it was told of them, by what stands today.

    A text teaches a clause once, and once more where it was decided otherwise, however often it was sent and changed where nobody
    looks.

    About 6 queries for each 500 decisions; memory does not grow with their number: 13 MB for each clause.
    """
    # What is decided from here on may not be read any more.
    begun_at = timezone.now()
    policy = current_policy(site)
    titles = _clause_titles(site, policy)
    learners = {clause: ClauseLearner(clause) for clause in titles}
    progress = {clause: Progress() for clause in titles}
    count, total = 0, teaching_decisions().filter(comment__site=site).count()
    texts = DecidedTexts(site, total)
    trial, tried_since = _put_on_trial(site, texts.encoder)
    first = total - REHEARSED if is_deciding(site=site, flagger=NAME) else total
    rehearsed: dict[str, Rehearsed] = {}
    taught = Taught()
    for label, body, example, past in _examples(site, list(titles), texts):
        count += 1
        wording = wording_of(body)
        if count > first and (said := _rehearse(learners.values(), label, example)) is not None:
            # A text that was sent many times counts once, as it was decided last.
            rehearsed.pop(wording, None)
            rehearsed[wording] = said
        for clause, is_bad, weight, is_decided in lessons_of(label, titles):
            if not taught.is_new(wording, clause, is_bad=is_bad):
                continue
            if is_decided:
                judgement = learners[clause].judge(example)
                progress[clause].add(judgement, is_bad=is_bad, shipped=example.versions.get(clause, ""))
                if count > total - COMPARED and label.decided_at >= tried_since:
                    trial.add(clause, example, judgement, is_bad=is_bad)
            learners[clause].learn(example, is_bad=is_bad, weight=weight, past=past)
    able = [learner for learner in learners.values() if _is_able(learner)]
    figures: dict[str, ClauseFigures] = {
        learner.clause: {
            "title": titles[learner.clause],
            "bad": learner.bad,
            "good": learner.good,
            "calibration_error": progress[learner.clause].calibration_error(),
            "windows": progress[learner.clause].figures(),
            "newest": progress[learner.clause].newest(),
            "compared": trial.compare(learner.clause),
        }
        for learner in able
    }
    snapshots = (learner.snapshot(titles[learner.clause]) for learner in able)
    weights = pack(snapshots, texts.encoder)
    made = SiteModel(site=site, policy=policy, made_at=begun_at, decisions=count, figures=figures, weights=weights)
    return _keep(made, trial, list(reversed(rehearsed.values())))


class Taught:
    """What the latest 20,000 texts have taught: a flood of copies says no more of a clause than one of them. About 10 MB."""

    def __init__(self) -> None:
        self._lessons: dict[str, set[tuple[str, bool]]] = {}

    def is_new(self, wording: str, clause: str, *, is_bad: bool) -> bool:
        """Whether no copy of a text was decided so by a clause before; from now on one was."""
        # The text that was met last stands last.
        lessons = self._lessons.pop(wording, set())
        self._lessons[wording] = lessons
        if len(self._lessons) > _MOST_TAUGHT:
            del self._lessons[next(iter(self._lessons))]
        if (clause, is_bad) in lessons:
            return False
        lessons.add((clause, is_bad))
        return True


def _put_on_trial(site: Site, encoder: str) -> tuple[Trial, datetime.datetime]:
    """The model in use, to be compared on what was decided since it was begun. One that this version cannot read, or none, says
    nothing of anything. 2 queries, 1 more for one that was not read before."""
    current = SiteModel.objects.in_use().filter(site=site).values_list("made_at", flat=True).first()
    model = load_model(site.pk)
    return Trial(model or LearnedModel(0, ()), encoder), current or timezone.now()


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


def needs_learning(site: Site) -> bool:
    """Whether people have decided, taken back, or called a finding wrong since the newest model was begun, another policy has come
    into force, or the model in use cannot be read. 2 to 7 queries."""
    newest = SiteModel.objects.filter(site=site).order_by("-number").values_list("made_at", "policy").first()
    decided = Decision.objects.filter(comment__site=site, automated_decision=Automation.NONE)
    if newest is None:
        return decided.exists()
    begun_at, learnt_by = newest
    policy = PolicyVersion.objects.in_force(timezone.now()).filter(site=site).values_list("pk", flat=True).first()
    if policy != learnt_by:
        return True
    objections = FindingFeedback.objects.filter(finding__comment__site=site, created_at__gte=begun_at)
    decided = decided.filter(Q(applied_at__gte=begun_at) | Q(undone_at__gte=begun_at))
    return decided.exists() or objections.exists() or load_model(site.pk) is None


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
            circumstances = make_circumstances(
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


def _clause_titles(site: Site, policy: PolicyVersion | None) -> dict[str, str]:
    """The clauses of a policy with their titles, in the language of the site."""
    with override(site.language):
        return {clause.slug: clause.title for clause in policy.clauses.all()} if policy else {}


def _keep(made: SiteModel, trial: Trial, rehearsed: Sequence[Rehearsed]) -> SiteModel:
    site = made.site
    with transaction.atomic():
        kept = list(locked_models(site))
        current = next((model for model in kept if model.is_current), None)
        # One that was not the one in use any more, or that cannot be read, is nothing to be worse than.
        was_tried = current is not None and current.number == trial.number
        made.is_withheld = was_tried and _is_held_back(made.figures, trial)
        chosen_at = current.chosen_at if current else None
        made.is_current = not made.is_withheld and (chosen_at is None or chosen_at < made.made_at)
        if made.is_current:
            SiteModel.objects.filter(site=site, is_current=True).update(is_current=False)
        made.number = max((model.number for model in kept), default=0) + 1
        made.save(force_insert=True)
        if made.is_current:
            require_hold(site=site, flagger=NAME, rehearsed=rehearsed)
        # What says nothing is no way back.
        silent = [model.pk for model in kept if not model.figures]
        newest = SiteModel.objects.filter(site=site).exclude(pk__in=silent).order_by("-number")
        latest = list(newest.values_list("pk", flat=True)[:KEPT])
        SiteModel.objects.filter(site=site, is_current=False).exclude(pk__in=latest).delete()
    if made.is_withheld:
        logger.warning(
            "Model %s of site %s is worse than the one in use, and was not put to use.", made.number, site.pk
        )
    silenced = sorted(trial.clauses - made.figures.keys())
    if silenced and made.is_current:
        logger.warning("Model %s of site %s judges no longer by: %s.", made.number, site.pk, ", ".join(silenced))
    return made


def _is_held_back(figures: Mapping[str, ClauseFigures], trial: Trial) -> bool:
    """Whether it is worse for a clause; never where the one in use speaks of a clause of which nothing is left to learn."""
    comparisons = [one.get("compared") for one in figures.values()]
    return trial.clauses <= figures.keys() and any(one is not None and is_worse(one) for one in comparisons)
