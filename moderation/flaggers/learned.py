"""What the site's own decisions say of a text: whether it is like those that were refused here, and by which clause."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_noop

from comments.enums import CheckOutcome
from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage
from moderation.flaggers.guesses import TOO_LONG, quoted
from moderation.flaggers.learning.features import Circumstances
from moderation.flaggers.learning.model import LearnedClause
from moderation.flaggers.learning.vectors import encoder_version, is_read_whole, vector_of

NAME: Final = "learned"
_VERSION: Final = "3"

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
            return Finding(self.name, self.version, CheckOutcome.NOT_RUN, message=_UNTAUGHT)
        how = site.circumstances or Circumstances()
        if model.encoder and model.encoder == encoder_version():
            how = replace(how, vector=vector)
        judged = [(*clause.judge(comment.body, comment.language, how), clause) for clause in model.clauses]
        probability, shares, clause = max(judged, key=lambda one: one[0])
        is_whole = is_read_whole(comment.body, by_encoder=how.vector is not None)
        if probability < ENOUGH:
            return Finding(
                self.name,
                self.version,
                CheckOutcome.CLEAR,
                score=probability,
                message="" if is_whole else TOO_LONG,
                parameters={"model": model.number},
                is_whole=is_whole,
            )
        marked = [] if _is_by_meaning(shares) else clause.explain(comment.body)
        spans = tuple(Span(start, end, _LABEL) for start, end in marked)
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
            is_whole=is_whole,
        )


def _is_by_meaning(shares: dict[str, float]) -> bool:
    """Whether the vector moved it more than the words and all else did."""
    others = (shares["runs"] + shares["words"], *(shares[name] for name in ("cold", "flags", "approved", "rejected")))
    return shares["vector"] > max(_COUNTS, *others)


def _put_in_words(
    body: str, clause: LearnedClause, shares: dict[str, float], how: Circumstances, spans: tuple[Span, ...]
) -> tuple[str, dict[str, str | int]]:
    """The sentence that names what moved it, and what stands in its places."""
    parameters: dict[str, str | int] = {"clause": clause.title}
    comments = ", ".join(clause.find_alike(body, how.vector))
    if comments:
        parameters["comments"] = comments
    if _is_by_meaning(shares):
        return (_LIKE_MEANING_CASES if comments else _LIKE_MEANING), parameters
    if not spans:
        return _LIKE, parameters
    parameters["words"] = quoted(body, spans)
    if shares["rejected"] + shares["approved"] >= _COUNTS and how.rejected:
        parameters |= {"rejected": how.rejected, "approved": how.approved}
        return (_BY_AUTHOR_CASES if comments else _BY_AUTHOR), parameters
    if comments:
        return _LIKE_CASES, parameters
    moved_by_words = shares["runs"] + shares["words"]
    return (_BY_OTHERS if shares["flags"] > max(_COUNTS, moved_by_words) else _LIKE_WORDS), parameters
