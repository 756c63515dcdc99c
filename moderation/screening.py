"""What COMMENTS_SCREENER names: the inline flaggers, then the policy table."""

from __future__ import annotations

from comments.screening import ScreeningInput, Verdict
from moderation.flaggers.base import Stage, speaks
from moderation.flaggers.inline import run_inline
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.registry import installed_flaggers
from moderation.policy import judge


def screen(screening_input: ScreeningInput) -> Verdict:
    """Look at a new text while its author waits: at most MODERATION_INLINE_BUDGET and 1 query.

    Whatever a flagger does, there is a verdict, and a check that failed sends the comment to a moderator.
    """
    language = screening_input.language
    flaggers = [flagger for flagger in installed_flaggers(Stage.INLINE) if speaks(flagger, language)]
    findings = run_inline(flaggers, screening_input, load_knowledge(screening_input.site))
    return judge(findings, screening_input.mode, is_trusted=screening_input.is_trusted)
