"""Who writes here for the first time: nothing against them, and worth knowing."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged

_NEW = gettext_noop("Nothing by this author has been published on this site yet.")
# As little as a finding can weigh in the order of the queue.
_LEAST: Final = 0.01


class FirstContactFlagger:
    """Finds comments of authors without a published one; asynchronous, since it must not hold back anything.

    In shadow unless a site wants it: nearly every comment of a young site would be flagged.
    """

    name = "first_contact"
    version = "2"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether nothing of the author is published."""
        if site.arrival is None or not site.arrival.is_by_newcomer:
            return clear(self)
        return flagged(self, _NEW, score=_LEAST)
