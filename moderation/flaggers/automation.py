"""Signs that no person filled in the form."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged

_TRAP = gettext_noop("The form was filled in by a program: a field that people do not see has content.")
_HASTE = gettext_noop("Sent %(seconds)s seconds after the form was opened, faster than people write.")

_FASTEST_S: Final = 3


class AutomationFlagger:
    """Looks at how the HTML form was filled in; says nothing of comments that came by another way. Inline."""

    name = "automation"
    version = "1"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the form's trap was filled in, or the form sent within three seconds."""
        if not comment.by_form:
            return clear(self)
        if comment.form_trap_filled:
            return flagged(self, _TRAP, score=0.95)
        if comment.form_seconds is not None and comment.form_seconds < _FASTEST_S:
            return flagged(self, _HASTE, {"seconds": f"{max(0.0, comment.form_seconds):.1f}"}, score=0.7)
        return clear(self)
