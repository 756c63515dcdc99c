"""What findings may do to a new comment: a table, nothing else. Flaggers propose; a site's mode says how far they reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from comments.enums import ArticleMode, CheckOutcome, FindingReach, Status
from comments.screening import Finding, Verdict

# Where a new comment goes, by the article's mode and the gravest outcome. What is not in the table waits for a moderator:
# with moderation before publication that is everything, and nothing is ever published because a check broke.
FIRST_STATUS: Final[dict[tuple[ArticleMode, CheckOutcome], Status]] = {
    (ArticleMode.POST_MODERATED, CheckOutcome.CLEAR): Status.APPROVED,
}

# From grave to harmless.
_GRAVITY: Final = (CheckOutcome.FAILED, CheckOutcome.NOT_RUN, CheckOutcome.FLAGGED, CheckOutcome.CLEAR)

# The same for an author whom the site trusts: in modes that are not here, trust changes nothing.
FIRST_STATUS_OF_TRUSTED: Final[dict[tuple[ArticleMode, CheckOutcome], Status]] = {
    (ArticleMode.PRE_MODERATED, CheckOutcome.CLEAR): Status.APPROVED,
}


def judge(findings: Iterable[Finding], mode: str, *, is_trusted: bool = False) -> Verdict:
    """Where a comment goes at first, with the findings that say why. An unknown mode counts as the strictest."""
    found = tuple(findings)
    known = ArticleMode(mode) if mode in ArticleMode.values else ArticleMode.PRE_MODERATED
    outcome = min(
        (one.outcome for one in found if _has_a_say(one, known)), key=_GRAVITY.index, default=CheckOutcome.CLEAR
    )
    table = FIRST_STATUS | FIRST_STATUS_OF_TRUSTED if is_trusted and mode == known else FIRST_STATUS
    return Verdict(table.get((known, outcome), Status.PENDING), found)


def _has_a_say(finding: Finding, mode: ArticleMode) -> bool:
    """Whether it may keep a comment from appearing: what moderators see may keep one whose author is trusted from it; where
    everybody's appear at once, what was found does where the site lets the check hold back, and a check that broke always."""
    if finding.is_shadow:
        return False
    is_broken = finding.outcome in (CheckOutcome.FAILED, CheckOutcome.NOT_RUN)
    return is_broken or finding.reach == FindingReach.HOLD or mode != ArticleMode.POST_MODERATED
