"""What the site's own decisions say of a text: whether it is like those that were refused here, and by which clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Final

from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.guesses import quoted
from moderation.flaggers.learning.features import SHIPPED, Circumstances
from moderation.flaggers.learning.model import LearnedClause
from moderation.flaggers.learning.vectors import encoder_version, is_read_whole, vector_of

NAME: Final = "learned"
_VERSION: Final = "3"

_UNTAUGHT = gettext_noop("There are too few decisions on this site to learn from.")
_UNREADABLE = gettext_noop(
    "The version that was learnt on this site cannot be read; what was decided is learnt anew at night."
)
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
_LIKE_MEANING = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”, in what it says rather than in its words."
)
_LIKE_MEANING_CASES = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”, in what it says rather than in its words. "
    "Most alike: %(comments)s."
)
_BY_OTHERS = gettext_noop(
    "Like comments that were refused here by the clause “%(clause)s”: %(words)s. What counted most: what other checks found."
)
_BY_SHIPPED = gettext_noop(
    "To the model that comes with the software it reads like a case of the clause “%(clause)s”; what was decided on this site "
    "adds less."
)
_BY_CHECKS = gettext_noop("Likely against the clause “%(clause)s”, by what other checks found more than by its words.")
_BY_ARTICLE = gettext_noop(
    "Comments under this article were refused by the clause “%(clause)s” more often than under others; that counted more than "
    "the words of this one."
)
_BY_PAST = gettext_noop(
    "Earlier comments of the author were refused (%(rejected)s) or published (%(approved)s); for the clause “%(clause)s” that counted "
    "more than the words of this one."
)
_LABEL = gettext_noop("Like refused ones")

# From here on it flags: more likely than not.
ENOUGH: Final = 0.5
# A fact is named from this share of the log-odds on.
_COUNTS: Final = 0.5


class LearnedFlagger:
    """Asks the model that `manage.py learn` made of the site's decisions; asynchronous, about 2 ms for each clause. Where the
    encoder can be used the text's vector counts too, if it is of the version that was learnt with.

    In shadow at first. It never speaks of a clause that fewer than ten comments were refused by.
    """

    name = NAME
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW
    decides = (Action.APPROVE, Action.REJECT)
    is_guess = True

    @property
    def version(self) -> str:
        """Of the code and of the encoder that reads for it: with another one, or with none, it judges otherwise."""
        return "-".join(filter(None, (_VERSION, encoder_version().rpartition("-")[2])))

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """The clause that the text is most likely against; a clear finding has the probability too."""
        # Read also while nothing was learnt: it is kept for when something is, and reading it is guarded here.
        vector = vector_of(comment.body)
        model = site.learned
        if model is None or not model.clauses:
            message = _UNREADABLE if site.is_learned_unreadable else _UNTAUGHT
            return Finding(self.name, self.version, CheckOutcome.NOT_RUN, message=message)
        how = site.circumstances or Circumstances()
        if model.encoder and model.encoder == encoder_version():
            how = replace(how, vector=vector)
        judged = [(*clause.judge(comment.body, comment.language, how), clause) for clause in model.clauses]
        probability, shares, clause = max(judged, key=lambda one: one[0])
        is_whole = is_read_whole(comment.body, by_encoder=how.vector is not None)
        if probability < ENOUGH:
            return clear(self, "", {"model": model.number}, score=probability, is_whole=is_whole)
        cause = _cause(shares)
        marked = clause.explain(comment.body) if cause is _Cause.WORDS else []
        spans = tuple(Span(start, end, _LABEL) for start, end in marked)
        message, parameters = _put_in_words(comment.body, clause, cause, shares, how, spans)
        return flagged(
            self,
            message,
            parameters | {"model": model.number},
            score=probability,
            clause=clause.clause,
            spans=spans,
            is_whole=is_whole,
        )


class _Cause(Enum):
    """What moved it."""

    # What was known before anything was learnt: the shipped model, or what another check found by this clause.
    COLD = "cold"
    WORDS = "words"
    MEANING = "meaning"
    PAST = "past"
    CHECKS = "checks"
    ARTICLE = "article"


def _cause(shares: Mapping[str, float]) -> _Cause:
    """What moved it most: all that was learnt together, or what was known before; of what was learnt the greatest part that
    counts, but the words as soon as they speak against the text at all, unless their meaning or the article counts more."""
    cold = shares["cold"]
    if cold > max(0.0, sum(shares.values()) - cold):
        return _Cause.COLD
    words = shares["runs"] + shares["words"]
    parts = {
        _Cause.WORDS: words,
        _Cause.MEANING: shares["vector"],
        _Cause.PAST: shares["approved"] + shares["rejected"],
        _Cause.CHECKS: shares["flags"],
        _Cause.ARTICLE: shares["article"],
    }
    cause = max(parts, key=lambda part: parts[part])
    is_said_beside_words = words > 0 and cause in (_Cause.PAST, _Cause.CHECKS)
    return _Cause.WORDS if is_said_beside_words or parts[cause] <= _COUNTS else cause


def _put_in_words(
    body: str,
    clause: LearnedClause,
    cause: _Cause,
    shares: Mapping[str, float],
    how: Circumstances,
    spans: tuple[Span, ...],
) -> tuple[str, dict[str, str | int]]:
    """The sentence that names what moved it, and what stands in its places."""
    parameters: dict[str, str | int] = {"clause": clause.title}
    past: dict[str, str | int] = {"rejected": how.rejected, "approved": how.approved}
    if cause is _Cause.COLD and clause.clause in SHIPPED:
        return _BY_SHIPPED, parameters
    if cause in (_Cause.COLD, _Cause.CHECKS):
        return _BY_CHECKS, parameters
    if cause is _Cause.ARTICLE:
        return _BY_ARTICLE, parameters
    if cause is _Cause.PAST:
        return _BY_PAST, parameters | past
    comments = ", ".join(clause.find_alike(body, how.vector))
    if comments:
        parameters["comments"] = comments
    if cause is _Cause.MEANING:
        return (_LIKE_MEANING_CASES if comments else _LIKE_MEANING), parameters
    if not spans:
        return _LIKE, parameters
    parameters["words"] = quoted(body, spans)
    if shares["rejected"] + shares["approved"] >= _COUNTS and how.rejected:
        return (_BY_AUTHOR_CASES if comments else _BY_AUTHOR), parameters | past
    if comments:
        return _LIKE_CASES, parameters
    moved_by_words = shares["runs"] + shares["words"]
    return (_BY_OTHERS if shares["flags"] > max(_COUNTS, moved_by_words) else _LIKE_WORDS), parameters
