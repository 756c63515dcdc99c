"""What a flagger said of a text, as a value."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from comments.enums import CheckOutcome
from comments.screening import Span


@dataclass(frozen=True, slots=True)
class NamedComment:
    """Another comment that a finding names. `author_name` is empty while its author is hidden, `posted_at` None for one that
    is gone."""

    public_id: str
    author_name: str = ""
    posted_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueFinding:
    """What one flagger said of the latest text, its sentence in the active language. `learnt_version`: which of the kept
    versions of what a site has learnt judged it; 0 for every other flagger."""

    flagger: str
    outcome: CheckOutcome
    score: float | None
    clause: str
    sentence: str
    spans: tuple[Span, ...]
    learnt_version: int = 0
    # The sentence without whatever it may quote of the text.
    veiled_sentence: str = field(default="", compare=False)
    # The comments that the sentence names by their identifiers, in this order.
    comments: tuple[NamedComment, ...] = ()
    # Which finding it is, and the accounts that call it wrong.
    pk: int = field(default=0, compare=False)
    wrong_by: frozenset[int] = frozenset()

    @property
    def is_flagged(self) -> bool:
        return self.outcome == CheckOutcome.FLAGGED

    @property
    def is_missing(self) -> bool:
        """Whether the check came to no result, so that its silence says nothing."""
        return self.outcome in (CheckOutcome.NOT_RUN, CheckOutcome.FAILED)
