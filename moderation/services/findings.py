"""Writing down what flaggers said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TypedDict

from django.utils import timezone

from comments import screening
from comments.enums import CheckOutcome, FindingReach
from comments.models import Comment
from moderation.models import Finding
from moderation.services.indexing import refresh_risk

STORED_FIELDS = (
    "version", "outcome", "score", "clause", "message", "parameters", "spans", "is_whole", "is_shadow", "reach"
)  # fmt: skip


class StoredFinding(TypedDict):
    """The columns of a finding that say what was found."""

    version: str
    outcome: str
    score: float | None
    clause: str
    message: str
    parameters: dict[str, str | int]
    spans: list[tuple[int, int, str]]
    is_whole: bool
    is_shadow: bool
    reach: FindingReach


def stored(finding: screening.Finding) -> StoredFinding:
    """A finding as the columns of its row."""
    return {
        "version": finding.version,
        "outcome": finding.outcome,
        "score": finding.score,
        "clause": finding.clause,
        "message": finding.message,
        "parameters": dict(finding.parameters),
        "spans": [(span.start, span.end, span.label) for span in finding.spans],
        "is_whole": finding.is_whole,
        "is_shadow": finding.is_shadow,
        "reach": finding.reach,
    }


def settle(row: Finding, finding: screening.Finding) -> bool:
    """Write what came of a flagger that was begun, or is to be; False when somebody else has. 1 query, 2 to 3 more when it found
    something."""
    # In shadow or not, and how far it reaches, is what it was begun as.
    values = stored(dataclasses.replace(finding, is_shadow=row.is_shadow, reach=FindingReach(row.reach)))
    mine = Finding.objects.unsettled().filter(pk=row.pk, attempts=row.attempts)
    row.outcome, row.attempts = finding.outcome, 0 if finding.outcome == CheckOutcome.NOT_RUN else row.attempts
    is_mine = bool(mine.update(**values, attempts=row.attempts, created_at=timezone.now()))
    if is_mine and finding.outcome == CheckOutcome.FLAGGED and not row.is_shadow:
        refresh_risk(row.comment_id)
    return is_mine


def store_findings(*, comment: Comment, revision: int, findings: Iterable[screening.Finding]) -> None:
    """Write the findings of one revision; a flagger that spoke before is heard anew. 1 query, none without findings."""
    rows = {
        finding.flagger: Finding(comment=comment, revision=revision, flagger=finding.flagger, **stored(finding))
        for finding in findings
    }
    Finding.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=("comment", "revision", "flagger"),
        update_fields=(*STORED_FIELDS, "created_at"),
    )
