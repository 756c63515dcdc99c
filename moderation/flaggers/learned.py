"""What the site's own decisions say of a text: whether it is like those that were refused here, and by which clause."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.guesses import quoted
from moderation.flaggers.learning.features import Circumstances
from moderation.flaggers.learning.model import LearnedClause

NAME: Final = "learned"

_UNTAUGHT = gettext_noop("There are too few decisions on this site to learn from.")
_LIKE = gettext_noop("Like comments that were refused here by the clause “%(clause)s”.")
_LIKE_WORDS = gettext_noop("Like comments that were refused here by the clause “%(clause)s”: %(words)s.")
_LIKE_CASES = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”: %(words)s. Most alike: %(comments)s."
)
_BY_AUTHOR = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”: %(words)s. What also counted: %(rejected)s earlier comments "
    "of the author were refused, %(approved)s published."
)
_BY_AUTHOR_CASES = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”: %(words)s. What also counted: %(rejected)s earlier comments "
    "of the author were refused, %(approved)s published. Most alike: %(comments)s."
)
_BY_OTHERS = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”: %(words)s. What counted most: what other checks found."
)
_LABEL = gettext_noop("Like refused ones")

# More likely than not.
_ENOUGH: Final = 0.5
# A fact is named from this share of the log-odds on.
_COUNTS: Final = 0.5


class LearnedFlagger:
    """Asks the model that `manage.py learn` made of the site's decisions; asynchronous, about 2 ms for each clause.

    In shadow at first. It never speaks of a clause that fewer than ten comments were refused by.
    """

    name = NAME
    version = "1"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """The clause that the text is most likely against; a clear finding has the probability too."""
        model = site.learned
        if model is None or not model.clauses:
            return Finding(self.name, self.version, CheckOutcome.NOT_RUN, message=_UNTAUGHT)
        how = site.circumstances or Circumstances()
        judged = [(*clause.judge(comment.body, comment.language, how), clause) for clause in model.clauses]
        probability, shares, clause = max(judged, key=lambda one: one[0])
        if probability < _ENOUGH:
            numbers = {"model": model.number}
            return Finding(self.name, self.version, CheckOutcome.CLEAR, score=probability, parameters=numbers)
        spans = tuple(Span(start, end, _LABEL) for start, end in clause.explain(comment.body))
        message, parameters = _put_in_words(comment.body, clause, shares, how, spans)
        return Finding(
            self.name,
            self.version,
            CheckOutcome.FLAGGED,
            score=probability,
            clause=clause.clause,
            message=message,
            parameters={**parameters, "model": model.number},
            spans=spans,
        )


def _put_in_words(
    body: str, clause: LearnedClause, shares: dict[str, float], how: Circumstances, spans: tuple[Span, ...]
) -> tuple[str, dict[str, str | int]]:
    """The sentence that names what moved it, and what stands in its places."""
    parameters: dict[str, str | int] = {"clause": clause.title, "words": quoted(body, spans)}
    if not spans:
        return _LIKE, parameters
    comments = ", ".join(clause.find_alike(body))
    if comments:
        parameters["comments"] = comments
    if shares["rejected"] + shares["approved"] >= _COUNTS and how.rejected:
        parameters |= {"rejected": how.rejected, "approved": how.approved}
        return (_BY_AUTHOR_CASES if comments else _BY_AUTHOR), parameters
    if comments:
        return _LIKE_CASES, parameters
    moved_by_words = shares["runs"] + shares["words"]
    return (_BY_OTHERS if shares["flags"] > max(_COUNTS, moved_by_words) else _LIKE_WORDS), parameters
