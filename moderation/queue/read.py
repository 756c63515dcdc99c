"""Reading the queue: a page of it or one comment, each in the same number of queries whatever it holds."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.translation import gettext

from comments.enums import ActorKind, AuthorKind, CheckOutcome, Status
from comments.models import Comment, Revision, Site, StatusChange
from comments.screening import Span
from moderation.enums import Action, ReportKind
from moderation.models import Appeal, Finding, Report
from moderation.queue.colleagues import deferral_of, is_judged_blind, lease_of
from moderation.queue.paging import read_comments
from moderation.queue.values import (
    PAGE_SIZE,
    QueueAppeal,
    QueueArticle,
    QueueAuthor,
    QueueChange,
    QueueFilters,
    QueueFinding,
    QueueItem,
    QueuePage,
    QueueParent,
    QueueReport,
)

# Who wrote a comment that is judged blind: nothing that could tell is read into an item, so that no page can show it.
HIDDEN = QueueAuthor(
    public_id="",
    name="",
    kind=AuthorKind.GUEST,
    badge="",
    since=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    approved=0,
    rejected=0,
)
REFUSED = (Status.REJECTED, Status.SPAM, Status.REMOVED)


def read_queue(site: Site, filters: QueueFilters, cursor: str = "", size: int = PAGE_SIZE) -> QueuePage:
    """One page of the queue, 7 queries, 1 when it is empty, 2 more by article; by keyset, so no row is skipped or shown twice when
    comments come and go between two pages.

    Raises InvalidInputError ("cursor").
    """
    comments, next_cursor = read_comments(site, filters, cursor, size)
    return QueuePage(items=read_items(comments), next_cursor=next_cursor)


def read_item(comment: Comment) -> QueueItem:
    """One comment as the desk sees it. 6 queries when its article and author are loaded."""
    return read_items([comment])[0]


def read_items(comments: Sequence[Comment]) -> tuple[QueueItem, ...]:
    """Comments as the desk sees them, in the same order. 6 queries however many, when articles and authors are loaded."""
    if not comments:
        return ()
    ids = [comment.pk for comment in comments]
    revisions = _read_revisions(comments)
    related = _Related(
        revisions={(revision.comment_id, revision.number): revision for revision in revisions},
        comments={revision.comment_id: revision.comment for revision in revisions},
        findings=_read_findings(ids),
        standing=_read_standing({comment.author_id for comment in comments}),
        changes=_read_changes(ids),
        reports=_read_reports(ids),
        appeals=_read_appeals(ids),
    )
    return tuple(_item(comment, related) for comment in comments)


@dataclass(frozen=True, slots=True)
class _Related:
    """What belongs to the comments of a page, each part read by one query."""

    revisions: dict[tuple[int, int], Revision]
    comments: dict[int, Comment]
    findings: dict[int, list[QueueFinding]]
    standing: dict[int, tuple[int, int]]
    changes: dict[int, StatusChange]
    reports: dict[int, list[QueueReport]]
    appeals: dict[int, QueueAppeal]


def _read_revisions(comments: Iterable[Comment]) -> list[Revision]:
    """The latest and the published text of each comment, of its parent and of the one that began the conversation."""
    ids: set[int] = set()
    for comment in comments:
        ids |= {found for found in (comment.pk, comment.parent_id, comment.root_id) if found is not None}
    wanted = Q(number=F("comment__revision")) | Q(number=F("comment__published_revision"))
    return list(Revision.objects.filter(wanted, comment_id__in=ids).select_related("comment"))


def _read_findings(ids: Collection[int]) -> dict[int, list[QueueFinding]]:
    """What was found in the latest texts: what needs a look first, then by flagger."""
    found = Finding.objects.filter(comment_id__in=ids, revision=F("comment__revision")).order_by("flagger")
    findings: dict[int, list[QueueFinding]] = defaultdict(list)
    for finding in found:
        findings[finding.comment_id].append(read_finding(finding))
    order = (CheckOutcome.FLAGGED, CheckOutcome.FAILED, CheckOutcome.NOT_RUN, CheckOutcome.CLEAR)
    for group in findings.values():
        group.sort(key=lambda finding: order.index(finding.outcome))
    return findings


def _read_standing(author_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By author: how many comments are published, how many were refused."""
    counted = (
        Comment.objects.filter(author_id__in=author_ids)
        .values("author_id")
        .annotate(
            approved=Count("pk", filter=Q(status=Status.APPROVED)),
            rejected=Count("pk", filter=Q(status__in=REFUSED)),
        )
        .values_list("author_id", "approved", "rejected")
    )
    return {author_id: (approved, rejected) for author_id, approved, rejected in counted}


def _read_changes(ids: Collection[int]) -> dict[int, StatusChange]:
    """By comment: its last change, with the decision behind it."""
    changes = StatusChange.objects.filter(comment_id__in=ids).select_related("actor", "decision__clause").order_by("id")
    return {change.comment_id: change for change in changes}


def _read_reports(ids: Collection[int]) -> dict[int, list[QueueReport]]:
    """By comment: its open reports, notices first, then the oldest first."""
    reports: dict[int, list[QueueReport]] = defaultdict(list)
    for report in Report.objects.open().filter(comment_id__in=ids).order_by("id"):
        reports[report.comment_id].append(
            QueueReport(
                pk=report.pk,
                reference=str(report.reference),
                kind=ReportKind(report.kind),
                clause=report.clause,
                text=report.text,
                reasons=report.reasons,
                name=report.name,
                created_at=report.created_at,
            )
        )
    for group in reports.values():
        group.sort(key=lambda report: report.kind != ReportKind.UNLAWFUL)
    return reports


def _read_appeals(ids: Collection[int]) -> dict[int, QueueAppeal]:
    """By comment: the open appeal of its author; a comment has one decision that stands."""
    found = Appeal.objects.open().filter(decision__comment_id__in=ids).select_related("decision")
    return {
        appeal.decision.comment_id: QueueAppeal(appeal.pk, appeal.text, appeal.created_at, appeal.decision.moderator_id)
        for appeal in found
    }


def _item(comment: Comment, related: _Related) -> QueueItem:
    latest = related.revisions[comment.pk, comment.revision]
    published = related.revisions.get((comment.pk, comment.published_revision or 0))
    change = related.changes.get(comment.pk)
    is_blind = is_judged_blind(comment)
    return QueueItem(
        pk=comment.pk,
        public_id=comment.public_id,
        status=Status(comment.status),
        revision=comment.revision,
        body=latest.body,
        body_html=latest.body_html,
        previous_body=published.body if comment.has_waiting_edit and published else None,
        language=comment.language,
        article=QueueArticle(
            key=comment.article.key,
            title=comment.article.title,
            teaser=comment.article.teaser,
            url=comment.article.url,
        ),
        author=HIDDEN if is_blind else _author(comment, related.standing.get(comment.author_id, (0, 0))),
        author_name=gettext("Author hidden") if is_blind else comment.author_name,
        parent=_parent(comment.parent_id, related),
        root=_parent(comment.root_id, related) if comment.root_id != comment.parent_id else None,
        posted_at=comment.posted_at,
        edited_at=comment.edited_at,
        waiting_since=comment.waiting_since,
        is_screened=comment.screened_revision >= comment.revision,
        findings=tuple(related.findings.get(comment.pk, ())),
        last_change=read_change(change, revision=comment.revision) if change else None,
        reports=tuple(related.reports.get(comment.pk, ())),
        appeal=related.appeals.get(comment.pk),
        lease=lease_of(comment),
        deferral=deferral_of(comment),
        is_blind=is_blind,
    )


def _author(comment: Comment, standing: tuple[int, int]) -> QueueAuthor:
    author = comment.author
    return QueueAuthor(
        public_id=author.public_id,
        name=author.name,
        kind=AuthorKind(author.kind),
        badge=author.badge,
        since=author.created_at,
        approved=standing[0],
        rejected=standing[1],
    )


def _parent(comment_id: int | None, related: _Related) -> QueueParent | None:
    parent = related.comments.get(comment_id or 0)
    if parent is None:
        return None
    number = parent.published_revision if parent.is_published and parent.published_revision else parent.revision
    return QueueParent(
        public_id=parent.public_id,
        author_name=parent.author_name,
        status=Status(parent.status),
        posted_at=parent.posted_at,
        body=related.revisions[parent.pk, number].body,
    )


def read_finding(finding: Finding) -> QueueFinding:
    """A finding as a value, its sentence in the active language."""
    return QueueFinding(
        flagger=finding.flagger,
        outcome=CheckOutcome(finding.outcome),
        score=finding.score,
        clause=finding.clause,
        sentence=finding.sentence,
        spans=tuple(_spans(finding.spans)),
    )


def _spans(stored: object) -> Iterable[Span]:
    """The stored spans that are well formed (a flagger may be somebody else's), labelled in the active language."""
    for span in stored if isinstance(stored, list) else ():
        match span:
            case [int(start), int(end), label] if 0 <= start < end:
                yield Span(start, end, gettext(str(label)) if label else gettext("Flagged"))


def read_change(change: StatusChange, *, revision: int) -> QueueChange:
    """A change as a value; its actor and decision are loaded. `revision` is the comment's latest: a decision about
    an older text, or anything but the last change, cannot be taken back.
    """
    decision = getattr(change, "decision", None)
    return QueueChange(
        from_status=change.from_status,
        to_status=Status(change.to_status),
        at=change.created_at,
        actor_kind=ActorKind(change.actor_kind),
        actor_id=change.actor_id,
        actor_name=_actor_name(change),
        is_undo=change.undoes_id is not None,
        decision=decision.pk if decision else None,
        action=Action(decision.action) if decision else None,
        settles_edit=decision.settles_edit if decision else False,
        clause_number=decision.clause.position if decision and decision.clause else None,
        clause_title=decision.clause.title if decision and decision.clause else "",
        note=change.note,
        may_be_undone=decision is not None and decision.undone_at is None and change.revision == revision,
    )


def _actor_name(change: StatusChange) -> str:
    """The account of whoever judged, as colleagues know it; empty for authors, rules and the system."""
    if change.actor_kind == ActorKind.AUTHOR or change.actor is None:
        return ""
    return change.actor.get_full_name() or change.actor.get_username()
