"""Loads what was learnt from a site's decisions, and what of a comment counts besides its text."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.learned import NAME
from moderation.flaggers.learning.features import Circumstances, article_number
from moderation.flaggers.learning.model import LearnedModel, ModelError, unpack
from moderation.models import Decision, Finding, SiteModel

logger = logging.getLogger(__name__)

REFUSED = (Status.REJECTED, Status.SPAM, Status.REMOVED, Status.RETURNED)
# By site: the model in use and its primary key. Few sites to a process, a few MB each.
_models: dict[int, tuple[int, LearnedModel]] = {}
_MOST_MODELS = 8


def with_what_was_learnt(knowledge: SiteKnowledge, comment: Comment) -> SiteKnowledge:
    """The same with the model in use and how the comment came. 3 queries, one more when another model has come into use."""
    model = load_model(comment.site_id)
    if model is None:
        return knowledge
    # What software decided is no evidence, or one rejection of its own would bring the next.
    by_rule = Decision.objects.filter(comment=OuterRef("pk"), rule__isnull=False, undone_at__isnull=True)
    others = Comment.objects.filter(~Exists(by_rule), author_id=comment.author_id).exclude(pk=comment.pk)
    counts = others.by_status()
    findings = Finding.objects.filter(comment=comment, revision=comment.revision).values_list(*FINDING_COLUMNS)
    circumstances = make_circumstances(
        is_reply=comment.parent_id is not None,
        approved=counts.get(Status.APPROVED, 0),
        rejected=sum(counts.get(status, 0) for status in REFUSED),
        article=comment.article.key,
        findings=findings,
    )
    return dataclasses.replace(knowledge, learned=model, circumstances=circumstances)


FINDING_COLUMNS = ("flagger", "outcome", "score", "clause")


def make_circumstances(
    *,
    is_reply: bool,
    approved: int,
    rejected: int,
    article: str,
    findings: Iterable[tuple[str, str, float | None, str]],
) -> Circumstances:
    """How a comment came; `findings` as flagger, outcome, score and clause. A finding without a score is a sure one."""
    scores: dict[str, float] = {}
    flagged: dict[str, float] = {}
    for flagger, outcome, score, clause in findings:
        if flagger == NAME or outcome not in (CheckOutcome.FLAGGED, CheckOutcome.CLEAR):
            continue
        is_flagged = outcome == CheckOutcome.FLAGGED
        worth = float(is_flagged) if score is None else score
        scores[flagger] = worth
        if is_flagged:
            flagged[clause] = max(worth, flagged.get(clause, 0.0))
    return Circumstances(is_reply, approved, rejected, article_number(article), scores, flagged)


def load_model(site_id: int) -> LearnedModel | None:
    """The model of a site that is in use; None where nothing was learnt, or it cannot be read. 1 query, 2 for a new one."""
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
        return None
    if len(_models) >= _MOST_MODELS:
        _models.clear()
    _models[site_id] = (key, model)
    return model
