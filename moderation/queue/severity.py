"""Which texts are shown only to who asks to see them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from moderation.enums import Ground
from moderation.models import Clause, Finding
from moderation.prepared import given_share


def is_severe(*, comment: str = "pk", revision: str = "revision") -> Exists:
    """Whether something severe was found in the latest text of a comment: against a clause that is about unlawful text, or
    by a clause with at least `MODERATION_BLUR_SCORE`, which a run is given as "blur_score". A column of a prepared query of
    comments, or of any that has the key of one, and the number of its latest text, under these names."""
    unlawful = Clause.objects.filter(
        slug=OuterRef("clause"), ground=Ground.ILLEGAL, version__site=OuterRef("comment__site")
    )
    severe = Q(Exists(unlawful)) | Q(score__gte=given_share("blur_score")) & ~Q(clause="")
    return Exists(Finding.objects.flagged().filter(severe, comment=OuterRef(comment), revision=OuterRef(revision)))
