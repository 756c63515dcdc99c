"""The vectors of texts that the judge that learns learns from: written while it looks at a text, and made later for the
newest decided ones that have none, so that they count at once where the encoder is new or another one.

Nothing is written for a text in a language that the check is off for.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Final

from comments.models import Comment, Revision, Site
from moderation.enums import FlaggerState
from moderation.flaggers.base import state_of
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.learned import LearnedFlagger
from moderation.flaggers.learning.vectors import as_kept, encoder_version, from_kept, vector_of
from moderation.models import TextVector

# How many decided texts get their vectors afterwards, each time that is learnt: two minutes of a core.
MOST_MADE: Final = 5_000


def keep_vector(comment: Comment, body: str) -> None:
    """Write what the encoder makes of the latest text of a comment; nothing where it cannot be used. 2 queries."""
    if (vector := vector_of(body)) is None:
        return
    for revision in comment.revisions.filter(number=comment.revision).values_list("pk", flat=True):
        _write([TextVector(revision_id=revision, encoder=encoder_version(), vector=as_kept(vector))])


class DecidedTexts:
    """Reads decided texts of a site with their vectors, all of one version of the encoder: of the one that can be used here,
    else of the site's newest vector."""

    def __init__(self, site: Site, decisions: int) -> None:
        """`decisions`: how many are to be read, the newest of which get vectors. 1 query at most."""
        usable = encoder_version()
        self.encoder = usable or _newest_encoder(site)
        # None where no vectors can be made.
        self._switches = load_knowledge(site.slug) if usable else None
        self._passed = max(0, decisions - MOST_MADE)

    def read(self, wanted: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], tuple[str, array[float] | None]]:
        """Text and vector of these comments and revisions, whose languages are given. 1 query, 1 more where vectors were
        made, which takes 20 ms for each."""
        rows = Revision.objects.filter(comment_id__in=[comment for comment, _number in wanted]).values_list(
            "comment_id", "number", "pk", "body", "text_vector__encoder", "text_vector__vector"
        )
        known = {(comment, number): (pk, body, encoder, kept) for comment, number, pk, body, encoder, kept in rows}
        texts: dict[tuple[int, int], tuple[str, array[float] | None]] = {}
        made = []
        for key, language in wanted.items():
            self._passed -= 1
            if key not in known:
                continue
            pk, body, encoder, kept = known[key]
            vector = from_kept(bytes(kept)) if encoder and encoder == self.encoder else None
            if vector is None and self._may_make(language) and (vector := vector_of(body)) is not None:
                made.append(TextVector(revision_id=pk, encoder=self.encoder, vector=as_kept(vector)))
            texts[key] = body, vector
        _write(made)
        return texts

    def _may_make(self, language: str) -> bool:
        if self._switches is None or self._passed >= 0:
            return False
        return state_of(LearnedFlagger(), language, self._switches) != FlaggerState.OFF


def _newest_encoder(site: Site) -> str:
    newest = TextVector.objects.filter(revision__comment__site=site).order_by("-revision")
    return newest.values_list("encoder", flat=True).first() or ""


def _write(vectors: list[TextVector]) -> None:
    TextVector.objects.bulk_create(
        vectors, update_conflicts=True, unique_fields=["revision"], update_fields=["encoder", "vector"]
    )
