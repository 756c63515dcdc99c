"""Which texts are shown only to who asks to see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Value

from comments.enums import CheckOutcome
from comments.models import Comment, Revision
from moderation.conf import settings
from moderation.enums import Ground
from moderation.flaggers.respect import NAME as RESPECT
from moderation.models import Clause, Finding
from moderation.prepared import given_share
from moderation.sampling import hides_findings


class LatestText(NamedTuple):
    """What somebody wrote last in a comment, and whether something severe was found in it."""

    body: str
    is_severe: bool


class ShownText(NamedTuple):
    """One of the texts of a comment, and whether it is shown only to who asks."""

    revision: Revision
    is_severe: bool


def is_severe(*, comment: str = "pk", revision: str = "revision") -> Exists:
    """Whether something severe was found in the latest text of a comment: against a clause that is about unlawful text, or by
    the check for insults, also in shadow, with at least `MODERATION_BLUR_SCORE`, which a run is given as "blur_score". A column
    of a prepared query of comments, or of any that has the key of one, and the number of its latest text, under these names."""
    return _is_severe(comment, revision, given_share("blur_score"))


def read_latest_texts(ids: Collection[int]) -> dict[int, LatestText]:
    """The latest text of each of these comments. 1 query."""
    latest = Revision.objects.filter(comment_id__in=ids, number=F("comment__revision"))
    found = latest.annotate(severe=_is_severe_now("comment_id", "number")).values_list("comment_id", "body", "severe")
    return {pk: LatestText(body, is_severe) for pk, body, is_severe in found}


def read_texts(comment: Comment) -> dict[int, ShownText]:
    """Every text of a comment by its number, the first one first. 1 query."""
    found = comment.revisions.annotate(severe=_is_severe_now("comment_id", "number")).order_by("number")
    return {
        one.number: ShownText(one, _is_shown_veiled(comment, one.number, is_severe=vars(one)["severe"]))
        for one in found
    }


def veiled_in_public(comments: QuerySet[Comment]) -> list[tuple[Comment, bool]]:
    """Published comments of a query, and of each whether its published text is shown only to who asks. 1 query."""
    found = comments.annotate(severe=_is_severe_now("pk", "published_revision"))
    return [(one, _is_shown_veiled(one, one.published_revision, is_severe=vars(one)["severe"])) for one in found]


def is_veiled(comment: Comment, *, is_severe: bool) -> bool:
    """Whether a severe text of a comment is shown only to who asks: not while it is judged without what was found, which that
    would tell."""
    return is_severe and not hides_findings(comment, comment.waiting_since)


def _is_shown_veiled(comment: Comment, number: int | None, *, is_severe: bool) -> bool:
    """As is_veiled, for any text: what was found in an older one is no secret while the latest is judged without."""
    return is_veiled(comment, is_severe=is_severe) if number == comment.revision else is_severe


def _is_severe_now(comment: str, revision: str) -> Exists:
    """As is_severe, for a query that is not prepared."""
    return _is_severe(comment, revision, Value(settings.blur_score, FloatField()))


def _is_severe(comment: str, revision: str, blur_score: Any) -> Exists:
    unlawful = Clause.objects.filter(
        slug=OuterRef("clause"), ground=Ground.ILLEGAL, version__site=OuterRef("comment__site")
    )
    severe = Q(Exists(unlawful), is_shadow=False) | Q(flagger=RESPECT, score__gte=blur_score)
    found = Finding.objects.filter(comment=OuterRef(comment), revision=OuterRef(revision), outcome=CheckOutcome.FLAGGED)
    return Exists(found.filter(severe))
