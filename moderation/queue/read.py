"""Reading the queue: a page of it or one comment, each in the same number of queries whatever it holds."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db.models import F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from comments.enums import ActorKind, ArticleMode, AuthorKind, CheckOutcome, Status
from comments.models import Comment, Revision, Site, StatusChange
from moderation.conf import settings
from moderation.enums import Action, Automation, ReportKind
from moderation.models import Appeal, Finding, FindingFeedback, Report
from moderation.prepared import KEPT, Prepared, given_numbers
from moderation.queue.colleagues import deferral_of, is_judged_blind, lease_of, spares_trusted
from moderation.queue.findings import read_finding, read_named
from moderation.queue.found import QueueFinding
from moderation.queue.paging import find_page, read_found, whole_comments
from moderation.queue.rows import Entry, LimitedCount, Rows, loaded, moment
from moderation.queue.severity import is_severe
from moderation.queue.values import (
    COUNT_LIMIT,
    PAGE_SIZE,
    QueueAppeal,
    QueueArticle,
    QueueAuthor,
    QueueChange,
    QueueFilters,
    QueueItem,
    QueuePage,
    QueueParent,
    QueueReport,
)
from moderation.sampling import hides_findings, is_judged_unaided

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
FINDING_FIELDS = ("id", "flagger", "outcome", "score", "clause", "message", "parameters", "spans")
REPORT_FIELDS = ("id", "reference", "kind", "clause", "text", "reasons", "name", "created_at")


def read_queue(site: Site, filters: QueueFilters, cursor: str = "", size: int = PAGE_SIZE) -> QueuePage:
    """One page of the queue, 5 queries, 1 when it is empty, 1 to 2 more by article; by keyset, so no row is skipped or shown twice when
    comments come and go between two pages.

    Raises InvalidInputError ("cursor").
    """
    found, next_cursor = find_page(site, filters, cursor, size)
    return QueuePage(items=read_items(read_found(found, _whole(len(found)))), next_cursor=next_cursor)


@lru_cache(maxsize=KEPT)
def _whole(count: int) -> Prepared[Comment]:
    return Prepared(whole_comments(count))


def read_item(comment: Comment, *, with_change: bool = True) -> QueueItem:
    """One comment as the desk sees it. 3 queries when its article and author are loaded, 2 without its last change."""
    return read_items([comment], with_changes=with_change)[0]


def read_items(comments: Sequence[Comment], *, with_changes: bool = True) -> tuple[QueueItem, ...]:
    """Comments as the desk sees them, in the same order. 3 queries however many, when articles and authors are loaded, 2
    without the last change of each; 1 or 2 more where findings name other comments or clauses.
    """
    if not comments:
        return ()
    ids = [comment.pk for comment in comments]
    revisions = _read_revisions(comments)
    facts = _read_facts(ids)
    related = _Related(
        revisions={(revision.comment_id, revision.number): revision for revision in revisions},
        comments={revision.comment_id: revision.comment for revision in revisions},
        facts=facts,
        findings=_findings(comments, facts),
        changes=_read_changes(ids) if with_changes else {},
    )
    return tuple(_item(comment, related) for comment in comments)


@dataclass(frozen=True, slots=True)
class _Related:
    """What belongs to the comments of a page, each part read by one query."""

    revisions: dict[tuple[int, int], Revision]
    comments: dict[int, Comment]
    facts: dict[int, Entry]
    findings: dict[int, tuple[QueueFinding, ...]]
    changes: dict[int, StatusChange]


def _read_revisions(comments: Iterable[Comment]) -> list[Revision]:
    """The latest and the published text of each comment, of its parent and of the one that began the conversation."""
    ids: set[int] = set()
    for comment in comments:
        ids |= {found for found in (comment.pk, comment.parent_id, comment.root_id) if found is not None}
    return _revisions(len(ids)).run(ids=list(ids))


@lru_cache(maxsize=KEPT)
def _revisions(count: int) -> Prepared[Revision]:
    wanted = Q(number=F("comment__revision")) | Q(number=F("comment__published_revision"))
    found = Revision.objects.filter(wanted, comment_id__in=given_numbers("ids", count))
    return Prepared(found.select_related("comment"))


def _read_facts(ids: Sequence[int]) -> dict[int, Entry]:
    """By comment: what was found in its latest text, which checks looked at it in shadow, the open reports and appeals, whether this text and the published one are
    severe, its last step, and what became of its author's comments so far, each count up to COUNT_LIMIT."""
    return {row["pk"]: row for row in _facts(len(ids)).run(ids=ids, blur_score=settings.blur_score)}


@lru_cache(maxsize=KEPT)
def _facts(count: int) -> Prepared[Entry]:
    comment = OuterRef("pk")
    findings = Finding.objects.counting().filter(comment=comment, revision=OuterRef("revision")).order_by("flagger")
    in_shadow = Finding.objects.filter(
        comment=comment,
        revision=OuterRef("revision"),
        is_shadow=True,
        outcome__in=(CheckOutcome.CLEAR, CheckOutcome.FLAGGED),
    )
    reports = Report.objects.open().filter(comment=comment).order_by("id")
    appeals = Appeal.objects.open().filter(decision__comment=comment).order_by("id")
    steps = StatusChange.objects.filter(comment=comment).order_by("-id")
    by_author = Comment.objects.filter(author=OuterRef("author")).order_by()
    found = Comment.objects.filter(pk__in=given_numbers("ids", count)).values(
        "pk",
        finding_rows=Rows(findings, **{name: name for name in FINDING_FIELDS}, wrong_by=_objectors()),
        shadow_rows=Rows(in_shadow.order_by("flagger"), flagger="flagger"),
        report_rows=Rows(reports, **{name: name for name in REPORT_FIELDS}),
        appeal_rows=Rows(appeals, pk="pk", text="text", at="created_at", moderator="decision__moderator_id"),
        step_rows=Rows(steps[:1], came_from="from_status", undoes="undoes_id"),
        severe=is_severe(),
        severe_before=is_severe(revision="published_revision"),
        # One count for each status: of several at once PostgreSQL reads everything the author wrote.
        approved=_count(by_author.filter(status=Status.APPROVED)),
        rejected=_count(by_author.filter(status=Status.REJECTED)),
        spam=_count(by_author.filter(status=Status.SPAM)),
        removed=_count(by_author.filter(status=Status.REMOVED)),
    )
    return Prepared(found)


def _objectors() -> Rows:
    """Who calls a finding wrong, as a column of it."""
    return Rows(FindingFeedback.objects.filter(finding=OuterRef("pk"), user__isnull=False), user="user_id")


def _count(comments: QuerySet[Comment]) -> LimitedCount:
    return LimitedCount(comments.values("pk")[:COUNT_LIMIT])


def _findings(comments: Sequence[Comment], facts: Mapping[int, Entry]) -> dict[int, tuple[QueueFinding, ...]]:
    """By comment, what needs a look first, then by flagger. 2 queries at most, for what findings name."""
    order = (CheckOutcome.FLAGGED, CheckOutcome.FAILED, CheckOutcome.NOT_RUN, CheckOutcome.CLEAR)
    found = {comment.pk: [_finding(**entry) for entry in facts[comment.pk]["finding_rows"]] for comment in comments}
    named = read_named((comment.site_id, one) for comment in comments for one, _wrong_by in found[comment.pk])
    return {
        comment.pk: tuple(
            sorted(
                (replace(read_finding(one, comment, named), wrong_by=wrong_by) for one, wrong_by in found[comment.pk]),
                key=lambda finding: (order.index(finding.outcome), finding.flagger),
            )
        )
        for comment in comments
    }


def _finding(*, wrong_by: object, parameters: object, spans: object, **columns: Any) -> tuple[Finding, frozenset[int]]:
    """A finding of an entry, and who calls it wrong."""
    finding = Finding(parameters=loaded(parameters), spans=loaded(spans), **columns)
    return finding, frozenset(entry["user"] for entry in loaded(wrong_by))


def _reports(entries: Iterable[Entry]) -> tuple[QueueReport, ...]:
    """Notices first, then the oldest first."""
    found = [
        QueueReport(
            pk=entry["id"],
            reference=str(uuid.UUID(entry["reference"])),
            kind=ReportKind(entry["kind"]),
            clause=entry["clause"],
            text=entry["text"],
            reasons=entry["reasons"],
            name=entry["name"],
            created_at=moment(entry["created_at"]),
        )
        for entry in entries
    ]
    return tuple(sorted(found, key=lambda report: (report.kind != ReportKind.UNLAWFUL, report.pk)))


def _appeal(entries: Iterable[Entry]) -> QueueAppeal | None:
    """The open appeal of the author; a comment has one decision that stands."""
    return next(
        (QueueAppeal(entry["pk"], entry["text"], moment(entry["at"]), entry["moderator"]) for entry in entries), None
    )


def _read_changes(ids: Collection[int]) -> dict[int, StatusChange]:
    """By comment: its last change, with the decision behind it."""
    last = StatusChange.objects.filter(comment_id__in=ids).order_by().values("comment").annotate(last=Max("pk"))
    changes = StatusChange.objects.filter(pk__in=last.values("last")).select_related("actor", "decision__clause")
    return {change.comment_id: change for change in changes}


def _item(comment: Comment, related: _Related) -> QueueItem:
    latest = related.revisions[comment.pk, comment.revision]
    published = related.revisions.get((comment.pk, comment.published_revision or 0))
    change = related.changes.get(comment.pk)
    is_blind = is_judged_blind(comment)
    facts = related.facts[comment.pk]
    step: Entry = next(iter(facts["step_rows"]), {"came_from": "", "undoes": None})
    is_unaided = hides_findings(comment, comment.waiting_since)
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
            section=comment.article.section,
            mode=ArticleMode(comment.article.mode),
        ),
        author=HIDDEN if is_blind else _author(comment, facts),
        author_name=gettext("Author hidden") if is_blind else comment.author_name,
        parent=_parent(comment.parent_id, related),
        root=_parent(comment.root_id, related) if comment.root_id != comment.parent_id else None,
        posted_at=comment.posted_at,
        edited_at=comment.edited_at,
        waiting_since=comment.waiting_since,
        is_screened=comment.screened_revision >= comment.revision,
        findings=() if is_unaided else related.findings[comment.pk],
        last_change=read_change(change, revision=comment.revision) if change else None,
        looked_in_shadow=tuple(entry["flagger"] for entry in facts["shadow_rows"]),
        reports=_reports(facts["report_rows"]),
        appeal=_appeal(facts["appeal_rows"]),
        is_severe=facts["severe"] and not is_unaided,
        was_severe=comment.has_waiting_edit and facts["severe_before"],
        is_sampled=is_judged_unaided(comment),
        lease=lease_of(comment),
        deferral=deferral_of(comment),
        is_blind=is_blind,
        is_pinned=comment.pinned_at is not None,
        is_featured=comment.featured_at is not None,
        spares_trusted=spares_trusted(comment),
        came_from=step["came_from"],
        came_by_undo=step["undoes"] is not None,
        is_discussed=getattr(comment, "is_discussed", True),
    )


def _author(comment: Comment, facts: Entry) -> QueueAuthor:
    author = comment.author
    return QueueAuthor(
        public_id=author.public_id,
        name=author.name,
        kind=AuthorKind(author.kind),
        badge=author.badge,
        since=author.created_at,
        approved=facts["approved"],
        rejected=min(COUNT_LIMIT, facts["rejected"] + facts["spam"] + facts["removed"]),
        removed=facts["removed"],
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
        is_automated=decision is not None and decision.automated_decision == Automation.FULL,
        is_by_rule=decision is not None and decision.rule_id is not None,
        hid_findings=decision.findings_hidden if decision else False,
    )


def _actor_name(change: StatusChange) -> str:
    """The account of whoever judged, as colleagues know it; empty for authors, rules and the system."""
    if change.actor_kind == ActorKind.AUTHOR or change.actor is None:
        return ""
    return change.actor.get_full_name() or change.actor.get_username()
