"""What is stored as what is shown. Nothing here decides who may see it: that is done before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.urls import reverse

from comments.conf import settings
from comments.models import Article, Comment, StatusChange
from comments.services.identity import make_status_token
from comments.services.posting import may_revise, may_withdraw
from comments.threads import ThreadPage, ThreadRow

Json = dict[str, object]


def thread_json(article: Article, page: ThreadPage) -> Json:
    """A page of a thread as the schema `Thread` describes it, without validating it again. No query."""
    return {
        "article": {
            "key": article.key,
            "url": article.url,
            "title": article.title,
            "count": article.comment_count,
            "state": article.state,
            "closes_at": _instant(article.ends_at) if article.ends_at else None,
            "note": article.reader_note,
        },
        "comments": [_row_json(row) for row in page.rows],
        "next": page.next_cursor or None,
    }


def own_comments_json(comments: Sequence[Comment]) -> list[Json]:
    """Comments as their author sees them (`OwnComment`). Article, site and author are loaded. 3 queries at most."""
    if not comments:
        return []
    parents = _parent_ids(comments)
    reasons = _reasons(comments)
    return [_own_json(comment, parents, reasons.get(comment.pk)) for comment in comments]


def status_url(comment: Comment) -> str:
    """The absolute address of the comment's status page."""
    return settings.base_url + reverse("comments:status", args=[make_status_token(comment)])


def _row_json(row: ThreadRow) -> Json:
    return {
        "id": row.public_id,
        "parent": row.parent or None,
        "depth": row.depth,
        "author": None if row.is_stub else {"name": row.author_name, "badges": [row.badge] if row.badge else []},
        "body_html": row.body_html,
        "posted_at": _instant(row.posted_at),
        "edited_at": _instant(row.edited_at) if row.edited_at else None,
        "votes": row.votes,
        "replies": row.replies,
        "pinned": row.is_pinned,
        "featured": row.is_featured,
        "removed": row.is_stub,
    }


def _own_json(comment: Comment, parents: dict[int, str], reason: StatusChange | None) -> Json:
    latest = next(one for one in comment.revisions.all() if one.number == comment.revision)
    article = comment.article
    return {
        "id": comment.public_id,
        "article": {"site": comment.site.slug, "key": article.key, "url": article.url, "title": article.title},
        "parent": parents.get(comment.parent_id) if comment.parent_id else None,
        "status": comment.status,
        "revision": comment.revision,
        "body": latest.body,
        "body_html": latest.body_html,
        "posted_at": _instant(comment.posted_at),
        "edited_at": _instant(comment.edited_at) if comment.edited_at else None,
        "edit_waiting": comment.has_waiting_edit,
        "may_revise": may_revise(comment),
        "may_withdraw": may_withdraw(comment),
        "reason": _reason_json(reason),
        "status_url": status_url(comment),
    }


def _reason_json(change: StatusChange | None) -> Json | None:
    if change is None or not (change.clause or change.note):
        return None
    return {"clause": change.clause, "note": change.note, "at": _instant(change.created_at)}


def _parent_ids(comments: Sequence[Comment]) -> dict[int, str]:
    ids = {comment.parent_id for comment in comments if comment.parent_id}
    return dict(Comment.objects.filter(pk__in=ids).values_list("pk", "public_id")) if ids else {}


def _reasons(comments: Sequence[Comment]) -> dict[int, StatusChange]:
    """By comment, the step that brought it where it stands; steps that were taken back do not count."""
    status_of = {comment.pk: comment.status for comment in comments}
    steps = StatusChange.objects.filter(comment__in=comments, undoes__isnull=True, undone_by__isnull=True)
    return {step.comment_id: step for step in steps.order_by("id") if step.to_status == status_of[step.comment_id]}


def _instant(moment: datetime.datetime) -> str:
    """UTC, to the second, as RFC 3339 writes it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
