"""What tests of the asynchronous stage share."""

from __future__ import annotations

import datetime

import pytest

from comments.models import Comment
from comments.screening import Finding, ScreeningInput
from moderation.flaggers.base import SiteKnowledge, flagged
from moderation.models import Finding as FindingRow
from moderation.services.screening import screen_stored_comment
from tests.services.bad_flaggers import Asynchronous, GoesDown

LEASE_OVER = datetime.timedelta(seconds=21)


class Remembers(Asynchronous):
    """Keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[ScreeningInput, SiteKnowledge]] = []

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        self.shown.append((comment, site))
        return flagged(self, "Seen before.", score=0.5)


def outcomes(comment: Comment) -> dict[str, str]:
    return dict(FindingRow.objects.filter(comment=comment).values_list("flagger", "outcome"))


def crash(comment: Comment) -> None:
    with pytest.raises(GoesDown.ProcessEndedError):
        screen_stored_comment(comment.pk)


def is_screened(comment: Comment) -> bool:
    comment.refresh_from_db()
    return comment.screened_revision == comment.revision
