"""The list of the desk: light rows, and how many comments each queue holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, lru_cache

from django.db.models import CharField, Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.models import Comment, Revision, Site
from moderation.conf import settings
from moderation.models import Decision, Finding, Membership, Report, SavedView
from moderation.prepared import KEPT, Prepared, given_moment, given_number
from moderation.queue.colleagues import Team, is_judged_blind, lease_of, make_team, team_rows
from moderation.queue.order import queue_of
from moderation.queue.paging import find_page, read_found, whole_comments
from moderation.queue.rows import Entry, LimitedCount, Rows, loaded
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
from moderation.sampling import hides_findings

# Of each text so much is read; blank lines are not shown.
READ_LENGTH = 4 * ROW_EXCERPT_LENGTH


def read_rows(site: Site, filters: QueueFilters, cursor: str = "", size: int = PAGE_SIZE) -> RowPage:
    """One page of the list. 2 queries, 1 when it is empty, 1 more by article (2 with a cursor), 1 more for
    a search.

    Raises InvalidInputError ("cursor").
    """
    found, next_cursor = find_page(site, filters, cursor, size)
    comments = read_found(found, _marked(len(found), _title_field()), blur_score=settings.blur_score)
    rows = []
    above = 0
    for comment in comments:
        begins_article = filters.order == QueueSort.ARTICLE and comment.article_id != above
        above = comment.article_id
        rows.append(_row(comment, begins_article=begins_article))
    return RowPage(tuple(rows), next_cursor, first=_first(comments, filters.viewer_id))


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands around the list: how many comments each queue holds, who is at the desk, the views that are kept."""

    counts: dict[QueueStatus, int]
    team: Team
    views: tuple[SavedView, ...]


def read_overview(site: Site, viewer_id: int) -> Overview:
    """All of it as somebody of the desk sees it; counts as in `queue_counts`. 1 query."""
    team = make_team(_overview().run(site=site.pk, viewer=viewer_id, now=timezone.now()), viewer_id)
    return Overview(
        counts={status: team.beside[status] for status in QueueStatus},
        team=team,
        views=tuple(SavedView(**view) for view in loaded(team.beside["views"])),
    )


def queue_counts(site: Site) -> dict[QueueStatus, int]:
    """How many comments each queue holds; a count stops at COUNT_LIMIT, which then means "at least". 1 query."""
    (row,) = _all_counts().run(site=site.pk, now=timezone.now())
    return dict(zip(QueueStatus, row, strict=True))


@cache
def _overview() -> Prepared[Membership]:
    site, viewer, now = given_number("site"), given_number("viewer"), given_moment("now")
    views = SavedView.objects.visible_to(viewer).filter(site=site)
    shown = Rows(views, id="id", name="name", query="query", is_shared="is_shared")
    return Prepared(team_rows(site, viewer, now, _counts(site, now) | {"views": shown}))


@cache
def _all_counts() -> Prepared[tuple[int, ...]]:
    site, now = given_number("site"), given_moment("now")
    return Prepared(Site.objects.filter(pk=site).values_list(*_counts(site, now).values()))


def _counts(site: int, now: datetime.datetime) -> dict[str, Subquery]:
    """By the value of each status."""
    return {one.value: LimitedCount(queue_of(site, one, now).values("pk")[:COUNT_LIMIT]) for one in QueueStatus}


@lru_cache(maxsize=KEPT)
def _marked(count: int, title: str) -> Prepared[Comment]:
    """So many comments, with their marks; of the clause the title in this field."""
    return Prepared(whole_comments(count).annotate(marks=_marks(title)))


def _title_field() -> str:
    return "title_de" if (get_language() or "de").startswith("de") else "title_en"


def _marks(title: str) -> Rows:
    """What a row shows of the latest text, as a column of its comment: the beginning, and what was said of it."""
    texts = Revision.objects.filter(comment=OuterRef("pk"), number=OuterRef("revision")).order_by()
    flagged = Finding.objects.flagged().filter(comment=OuterRef("comment_id"), revision=OuterRef("number"))
    reports = Report.objects.open().filter(comment=OuterRef("comment_id"))
    decisions = Decision.objects.filter(comment=OuterRef("comment_id"), undone_at__isnull=True).order_by("-id")
    return Rows(
        texts,
        start=Left("body", READ_LENGTH),
        flags=_count(flagged),
        reports=_count(reports),
        clause=Subquery(decisions.values(f"clause__{title}")[:1], output_field=CharField(null=True)),
        is_severe=is_severe(comment="comment_id", revision="number"),
    )


def _count(rows: QuerySet[Finding] | QuerySet[Report]) -> Subquery:
    counted = rows.order_by().values("comment").annotate(count=Count("pk")).values("count")
    return Subquery(counted, output_field=IntegerField())


def _row(comment: Comment, *, begins_article: bool) -> QueueRow:
    marks: Entry = vars(comment)["marks"][0]
    is_unaided = hides_findings(comment, comment.waiting_since)
    return QueueRow(
        public_id=comment.public_id,
        status=Status(comment.status),
        author_name=_("Author hidden") if is_judged_blind(comment) else comment.author_name,
        excerpt=short_text(marks["start"], ROW_EXCERPT_LENGTH),
        language=comment.language,
        article=RowArticle(comment.article.key, comment.article.title, comment.article.section),
        posted_at=comment.posted_at,
        waiting_since=comment.waiting_since,
        flag_count=0 if is_unaided else marks["flags"] or 0,
        report_count=marks["reports"] or 0,
        clause_title=marks["clause"] or "",
        is_severe=bool(marks["is_severe"]) and not is_unaided,
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
