"""What COMMENTS_SCREENER names: the inline flaggers, then the policy table."""

from __future__ import annotations

import logging

from comments.enums import Status
from comments.screening import ScreeningInput, Verdict
from moderation.conf import settings
from moderation.enums import FlaggerState
from moderation.flaggers import terms
from moderation.flaggers.base import SiteKnowledge, Stage, in_state, state_of
from moderation.flaggers.inline import run_inline
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.registry import installed_flaggers
from moderation.policy import judge
from moderation.sampling import is_in_blind_sample

logger = logging.getLogger(__name__)


def screen(screening_input: ScreeningInput) -> Verdict:
    """Look at a new text while its author waits: at most MODERATION_INLINE_BUDGET and 1 query; longer where a
    long list of terms has just changed.

    Whatever a flagger does, there is a verdict, and a check that failed sends the comment to a moderator. What flaggers
    in shadow say is among the findings, and without consequence. What would appear at once and is in the blind sample waits: what
    flaggers miss is found by nobody else.
    """
    knowledge = load_knowledge(screening_input.site)
    states = [(one, state_of(one, screening_input.language, knowledge)) for one in installed_flaggers(Stage.INLINE)]
    by_name = {flagger.name: state for flagger, state in states}
    flaggers = [flagger for flagger, state in states if state != FlaggerState.OFF]
    if by_name.get(terms.NAME, FlaggerState.OFF) != FlaggerState.OFF:
        _prepare_terms(knowledge, screening_input.language)
    findings = [
        in_state(finding, by_name[finding.flagger]) for finding in run_inline(flaggers, screening_input, knowledge)
    ]
    verdict = judge(findings, screening_input.mode, is_trusted=screening_input.is_trusted)
    if verdict.status == Status.APPROVED and is_in_blind_sample(screening_input.public_id):
        return Verdict(Status.PENDING, verdict.findings, drawn_share=settings.blind_sample_share)
    return verdict


def _prepare_terms(knowledge: SiteKnowledge, language: str) -> None:
    """Outside of the budget, since a list of thousands would use it up, and the first comment would not be looked at."""
    try:
        terms.prepare(knowledge, language)
    except Exception:
        # The flagger will fail in the same way, and its finding says so.
        logger.exception("The list of terms cannot be compiled.")
