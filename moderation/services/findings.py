"""Writing down what flaggers said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from comments import screening
from comments.enums import FindingReach
from comments.models import Comment
from moderation.models import Finding

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
