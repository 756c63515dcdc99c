"""Loads what was learnt from a site's decisions, and what of a comment counts besides its text."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from comments.enums import CheckOutcome
from comments.models import Comment
from moderation.enums import Action, Automation
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.learned import NAME
from moderation.flaggers.learning.features import SHIPPED, Circumstances, article_number
from moderation.flaggers.learning.model import LearnedModel, ModelError, unpack
from moderation.models import Decision, Finding, SiteModel

logger = logging.getLogger(__name__)

# What publishes; each other decision refuses.
PUBLISHED: Final = (Action.APPROVE, Action.RESTORE)
# By site: the model in use and its primary key. Few sites to a process, a few MB each.
_models: dict[int, tuple[int, LearnedModel]] = {}
_MOST_MODELS = 8


def with_what_was_learnt(knowledge: SiteKnowledge, comment: Comment) -> SiteKnowledge:
    """The same with the model in use and how the comment came. 3 queries, one more when another model has come into use."""
    try:
        model = _read_model(comment.site_id)
    except ModelError:
        return dataclasses.replace(knowledge, is_learned_unreadable=True)
    if model is None:
        return knowledge
    # As it learns: what software decided, or nobody, is no evidence, or one rejection of its own would bring the next.
    others = teaching_decisions().filter(comment__author=comment.author_id).exclude(comment=comment)
    counts = others.aggregate(
        approved=Count("pk", filter=Q(action__in=PUBLISHED)), rejected=Count("pk", filter=~Q(action__in=PUBLISHED))
    )
    findings = Finding.objects.filter(comment=comment, revision=comment.revision).values_list(*Said._fields)
    circumstances = make_circumstances(
        is_reply=comment.parent_id is not None,
        approved=counts["approved"],
        rejected=counts["rejected"],
        article=comment.article.key,
        findings=map(Said._make, findings),
    )
    return dataclasses.replace(knowledge, learned=model, circumstances=circumstances)


def teaching_decisions() -> QuerySet[Decision]:
    """The decisions that teach: of each text the last that stands, made by a person, and that says by which clause it was refused."""
    standing = Decision.objects.filter(undone_at__isnull=True, automated_decision=Automation.NONE)
    later = standing.filter(comment=OuterRef("comment"), revision=OuterRef("revision"), pk__gt=OuterRef("pk"))
    is_clear = Q(action__in=(*PUBLISHED, Action.SPAM)) | Q(clause__isnull=False)
    return standing.filter(~Exists(later), is_clear)


class Said(NamedTuple):
    """What a flagger said of a text, as the columns of a finding are called."""

    flagger: str
    outcome: str
    score: float | None
    clause: str
    is_shadow: bool
    version: str


def make_circumstances(
    *,
    is_reply: bool,
    approved: int,
    rejected: int,
    article: str,
    findings: Iterable[Said],
) -> Circumstances:
    """How a comment came. A finding without a score is a sure one.

    What a check in shadow found counts nothing, as everywhere. Only what the shipped models make of a text counts also from
    there: they are asked anyway, whatever becomes of their checks.
    """
    scores: dict[str, float] = {}
    versions: dict[str, str] = {}
    flagged: dict[str, float] = {}
    for said in findings:
        if said.flagger == NAME or said.outcome not in (CheckOutcome.FLAGGED, CheckOutcome.CLEAR):
            continue
        is_flagged = said.outcome == CheckOutcome.FLAGGED
        worth = float(is_flagged) if said.score is None else said.score
        if said.flagger in SHIPPED.values():
            scores[said.flagger], versions[said.flagger] = worth, said.version
        if is_flagged and not said.is_shadow:
            flagged[said.clause] = max(worth, flagged.get(said.clause, 0.0))
    return Circumstances(is_reply, approved, rejected, article_number(article), scores, flagged, versions=versions)


def load_model(site_id: int) -> LearnedModel | None:
    """The model of a site that is in use; None where nothing was learnt, or it cannot be read. 1 query, 2 for a new one."""
    try:
        return _read_model(site_id)
    except ModelError:
        return None


def _read_model(site_id: int) -> LearnedModel | None:
    """As load_model. Raises ModelError for one that cannot be read."""
    current = SiteModel.objects.in_use().filter(site=site_id)
    key = current.values_list("pk", flat=True).first()
    if key is None:
        return None
    known = _models.get(site_id)
    if known is not None and known[0] == key:
        return known[1]
    row = current.filter(pk=key).values_list("number", "weights").first()
    if row is None:
        return None
    number, weights = row
    try:
        model = unpack(bytes(weights), number)
    except ModelError:
        logger.exception("Model %s of site %s cannot be used.", number, site_id)
        raise
    if len(_models) >= _MOST_MODELS:
        _models.clear()
    _models[site_id] = (key, model)
    return model
