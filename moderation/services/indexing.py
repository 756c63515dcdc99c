"""What the queue is searched and ordered by, written beside a comment whenever its text or its findings change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from comments.enums import FindingReach
from comments.models import Comment, Revision
from moderation.models import Finding, LinkedDomain, SearchDocument
from moderation.sampling import hides_findings
from moderation.search import linked_domains, searchable_text

# A finding without a score counts half of a certain one, and none counts nothing: whatever orders the queue has a risk.
UNSCORED = 0.5
MOST_RISK = 32_767
BATCH_SIZE = 1_000
# What has to be known of a comment to say how high its risk stands in the queue.
_WEIGHED = ("public_id", "revision", "is_flagged", "risk", "waiting_since", "is_drawn")


def index_text(comment: Comment) -> None:
    """Make the latest text of a comment findable by its words and by where it links. 2 to 4 queries."""
    body = comment.revisions.values_list("body", flat=True).get(number=comment.revision)
    if comment.revision > 1:
        LinkedDomain.objects.filter(comment=comment).delete()
    index_rows([(comment.pk, comment.site_id, comment.author_name, body)])


def refresh_risk(comment_id: int) -> None:
    """Note whether something was found in the latest text of a comment, and add up what orders the queue; nothing while nobody
    may see it. 2 to 3 queries, by a lock on its row.

    Of two flaggers that come to a result at the same time the second sees the finding of the first.
    """
    with transaction.atomic():
        comment = Comment.objects.select_for_update().only(*_WEIGHED).get(pk=comment_id)
        found = Finding.objects.flagged().filter(comment=comment, revision=comment.revision)
        shown = _shown(comment, found.values_list("reach", "score"))
        if shown != (comment.is_flagged, comment.risk):
            Comment.objects.filter(pk=comment_id).update(is_flagged=shown[0], risk=shown[1])


def hide_findings(comment_id: int, share: float) -> None:
    """Have a comment, drawn with so many of its like, judged without seeing what was found in it, as those of the blind sample
    are. 3 to 4 queries."""
    with transaction.atomic():
        # Drawn a second time, it is of those that were drawn the first time.
        Comment.objects.filter(pk=comment_id).update(is_drawn=True, drawn_share=Least("drawn_share", Value(share)))
        refresh_risk(comment_id)


def risk_of(scores: Iterable[float | None]) -> int:
    """The sum of the scores of findings in percent, each at least 1."""
    return min(MOST_RISK, sum(max(1, round(100 * (UNSCORED if score is None else score))) for score in scores))


def _shown(comment: Comment, found: Iterable[tuple[str, float | None]]) -> tuple[bool, int]:
    """Whether anybody is shown that a comment is flagged, and its risk, from reach and score of each finding."""
    if hides_findings(comment, comment.waiting_since):
        return False, 0
    known = list(found)
    return bool(known), risk_of(score for reach, score in known if reach != FindingReach.INFORM)


def index_comments(*, after: int = 0, size: int = BATCH_SIZE) -> int:
    """Write anew what is known of the next comments by primary key; return the last of them, 0 when none is left.

    Idempotent. 7 queries and one for each comment whose risk was wrong.
    """
    with transaction.atomic():
        latest = Revision.objects.filter(comment_id__gt=after, number=F("comment__revision")).order_by("comment_id")
        rows = list(latest.values_list("comment_id", "comment__site_id", "comment__author_name", "body")[:size])
        ids = [comment_id for comment_id, *_rest in rows]
        LinkedDomain.objects.filter(comment_id__in=ids).delete()
        index_rows(rows)
        _correct_risks(ids)
    return ids[-1] if ids else 0


def index_rows(rows: Sequence[tuple[int, int, str, str]]) -> None:
    """Write documents and domains of comments, given as key, key of the site, name and text; older domains are gone."""
    SearchDocument.objects.bulk_create(
        (
            SearchDocument(comment_id=comment_id, text=searchable_text(author_name=name, body=body))
            for comment_id, _site_id, name, body in rows
        ),
        update_conflicts=True,
        unique_fields=("comment",),
        update_fields=("text",),
    )
    LinkedDomain.objects.bulk_create(
        (
            LinkedDomain(comment_id=comment_id, site_id=site_id, domain=domain)
            for comment_id, site_id, _name, body in rows
            for domain in linked_domains(body)
        ),
        ignore_conflicts=True,
    )


def _correct_risks(ids: Sequence[int]) -> None:
    said: dict[int, list[tuple[str, float | None]]] = defaultdict(list)
    found = Finding.objects.flagged().filter(comment_id__in=ids, revision=F("comment__revision"))
    for comment_id, reach, score in found.values_list("comment_id", "reach", "score"):
        said[comment_id].append((reach, score))
    for comment in Comment.objects.filter(pk__in=ids).only(*_WEIGHED):
        if (comment.is_flagged, comment.risk) != _shown(comment, said[comment.pk]):
            refresh_risk(comment.pk)
