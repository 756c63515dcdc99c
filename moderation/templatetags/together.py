"""What colleagues think of a comment, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from moderation.models import Clause
from moderation.queue.colleagues import QueueOpinion

register = template.Library()


@register.filter
def opinion_words(opinion: QueueOpinion, clauses: Iterable[Clause]) -> str:
    """An opinion in a few words: "Reject: clause 2, Respect". A clause that is no longer in force by its identifier."""
    action = str(opinion.action.label)
    if not opinion.clause:
        return action
    clause = next((one for one in clauses if one.slug == opinion.clause), None)
    if clause is None:
        return f"{action}: {opinion.clause}"
    return _("%(what)s: clause %(number)d, %(title)s") % {
        "what": action,
        "number": clause.position,
        "title": clause.title,
    }
