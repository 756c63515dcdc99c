"""The list of the desk: light rows, and how many comments each queue holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import CharField, Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.models import Comment, Revision, Site
from moderation.models import Decision, Finding, Report
from moderation.queue.colleagues import is_judged_blind, lease_of
from moderation.queue.order import queue_of
from moderation.queue.paging import read_comments
from moderation.queue.rows import LimitedCount
from moderation.queue.severity import is_severe
from moderation.queue.values import (
    COUNT_LIMIT,
    PAGE_SIZE,
    ROW_EXCERPT_LENGTH,
    QueueFilters,
    QueueRow,
    QueueSort,
    QueueStatus,
    RowArticle,
    RowPage,
    short_text,
)

# Of each text so much is read; blank lines are not shown.
READ_LENGTH = 4 * ROW_EXCERPT_LENGTH


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a row shows of its latest text."""

    excerpt: str
    flag_count: int
    report_count: int
    clause_title: str
    is_severe: bool


def read_rows(site: Site, filters: QueueFilters, cursor: str = "", size: int = PAGE_SIZE) -> RowPage:
    """One page of the list. 2 queries, 1 when it is empty, 3 more by article, 1 more for
    a search.

    Raises InvalidInputError ("cursor").
    """
    comments, next_cursor = read_comments(site, filters, cursor, size)
    marks = _read_marks(comments)
    rows = []
    above = 0
    for comment in comments:
        begins_article = filters.order == QueueSort.ARTICLE and comment.article_id != above
        above = comment.article_id
        rows.append(_row(comment, marks[comment.pk], begins_article=begins_article))
    return RowPage(tuple(rows), next_cursor, first=_first(comments, filters.viewer_id))


def queue_counts(site: Site) -> dict[QueueStatus, int]:
    """How many comments each queue holds; a count stops at COUNT_LIMIT, which then means "at least". 1 query."""
    now = timezone.now()
    counts = [LimitedCount(queue_of(site, status, now).values("pk")[:COUNT_LIMIT]) for status in QueueStatus]
    row = Site.objects.filter(pk=site.pk).values_list(*counts).get()
    return dict(zip(QueueStatus, row, strict=True))


def _read_marks(comments: list[Comment]) -> dict[int, _Marks]:
    """By comment: the beginning of its latest text and what was said of it. 1 query, none for no comments."""
    if not comments:
        return {}
    texts = Revision.objects.filter(comment__in=[comment.pk for comment in comments], number=F("comment__revision"))
    flagged = Finding.objects.flagged().filter(comment=OuterRef("comment_id"), revision=OuterRef("number"))
    reports = Report.objects.open().filter(comment=OuterRef("comment_id"))
    title = "clause__title_de" if (get_language() or "de").startswith("de") else "clause__title_en"
    decisions = Decision.objects.filter(comment=OuterRef("comment_id"), undone_at__isnull=True).order_by("-id")
    found = texts.order_by().values_list(
        "comment_id",
        Left("body", READ_LENGTH),
        _count(flagged),
        _count(reports),
        Subquery(decisions.values(title)[:1], output_field=CharField(null=True)),
        is_severe(comment="comment_id", revision="number"),
    )
    return {
        comment_id: _Marks(short_text(body, ROW_EXCERPT_LENGTH), flags or 0, open_reports or 0, clause or "", severe)
        for comment_id, body, flags, open_reports, clause, severe in found
    }


def _count(rows: QuerySet[Finding] | QuerySet[Report]) -> Subquery:
    counted = rows.order_by().values("comment").annotate(count=Count("pk")).values("count")
    return Subquery(counted, output_field=IntegerField())


def _row(comment: Comment, marks: _Marks, *, begins_article: bool) -> QueueRow:
    return QueueRow(
        public_id=comment.public_id,
        status=Status(comment.status),
        author_name=_("Author hidden") if is_judged_blind(comment) else comment.author_name,
        excerpt=marks.excerpt,
        language=comment.language,
        article=RowArticle(comment.article.key, comment.article.title, comment.article.section),
        posted_at=comment.posted_at,
        waiting_since=comment.waiting_since,
        flag_count=marks.flag_count,
        report_count=marks.report_count,
        clause_title=marks.clause_title,
        is_severe=marks.is_severe,
        lease=lease_of(comment),
        begins_article=begins_article,
    )


def _first(comments: list[Comment], viewer_id: int) -> Comment | None:
    """The comment to begin with: the first that no colleague has before them, else the first."""
    for comment in comments:
        lease = lease_of(comment)
        if lease is None or lease.user_id == viewer_id:
            return comment
    return next(iter(comments), None)
