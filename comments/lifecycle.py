"""The life of a comment: which moves exist, and the only functions that make them."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments.enums import ActorKind, Status
from comments.exceptions import IllegalTransitionError, StaleDecisionError
from comments.models import Article, Comment, Revision, StatusChange
from comments.models.comments import PINNED_LIMIT
from comments.signals import comment_status_changed
from comments.text import body_digest

_AUTHOR = frozenset({ActorKind.AUTHOR})
_MODERATOR = frozenset({ActorKind.MODERATOR})
_JUDGE = frozenset({ActorKind.MODERATOR, ActorKind.RULE})
_AUTHOR_OR_EXPIRY = frozenset({ActorKind.AUTHOR, ActorKind.SYSTEM})

# Every legal move and who may make it. Undo goes back along the last of them.
TRANSITIONS: dict[Status, dict[Status, frozenset[ActorKind]]] = {
    Status.AWAITING_EMAIL: {Status.PENDING: _AUTHOR, Status.WITHDRAWN: _AUTHOR_OR_EXPIRY},
    Status.PENDING: {
        Status.APPROVED: _JUDGE,
        Status.REJECTED: _JUDGE,
        Status.SPAM: _JUDGE,
        Status.RETURNED: _JUDGE,
        Status.WITHDRAWN: _AUTHOR,
    },
    Status.RETURNED: {Status.PENDING: _AUTHOR, Status.WITHDRAWN: _AUTHOR},
    Status.APPROVED: {
        Status.REMOVED: _MODERATOR,
        Status.PENDING: frozenset({ActorKind.RULE}),
        Status.WITHDRAWN: _AUTHOR,
    },
    Status.REJECTED: {Status.APPROVED: _MODERATOR},
    Status.SPAM: {Status.APPROVED: _MODERATOR},
    Status.REMOVED: {Status.APPROVED: _MODERATOR},
    Status.WITHDRAWN: {},
}


# In these a comment keeps that it is pinned or featured: what waits because readers reported it may come back.
_KEEP_PLACE = (Status.APPROVED, Status.PENDING)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who moves a comment. `user_id` is the account behind it, if there is one."""

    kind: ActorKind
    user_id: int | None = None


class _Standing(TypedDict):
    """The columns that say where a comment stands and what the public sees of it."""

    status: Status
    waiting_since: datetime.datetime | None
    published_at: datetime.datetime | None
    published_revision: int | None
    edited_at: datetime.datetime | None
    public_html: str
    pinned_at: datetime.datetime | None
    featured_at: datetime.datetime | None


def admit(comment: Comment, *, status: Status, actor: Actor) -> StatusChange:
    """Store a new comment in its first status, PENDING or AWAITING_EMAIL. 2 queries.

    Raises IllegalTransitionError for any other first status, IntegrityError when its idempotency key is taken.
    """
    if status not in (Status.PENDING, Status.AWAITING_EMAIL):
        raise IllegalTransitionError("", status)
    comment.status = status
    comment.waiting_since = comment.posted_at if status == Status.PENDING else None
    comment.save(force_insert=True)
    return StatusChange.objects.create(
        comment=comment,
        to_status=status,
        revision=comment.revision,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        created_at=comment.posted_at,
    )


def set_status(
    comment_id: int,
    new: Status,
    *,
    actor: Actor,
    expected_status: Status,
    expected_revision: int,
    clause: str = "",
    note: str = "",
    at: datetime.datetime | None = None,
) -> StatusChange:
    """Move a comment, if it still stands where the caller saw it; return the step in its history, of now or `at` another time.

    One transaction: the comment (conditional on expected status and revision), its history row, the article's counter
    and version where the public sees a difference. 3 to 5 queries. Then `comment_status_changed`.

    Raises IllegalTransitionError when the move is not in TRANSITIONS for this actor, StaleDecisionError when the comment
    moved or was edited in between, Comment.DoesNotExist when it is gone.
    """
    if actor.kind not in TRANSITIONS[expected_status].get(new, frozenset()):
        raise IllegalTransitionError(expected_status, new)
    with transaction.atomic():
        comment = Comment.objects.get(pk=comment_id)
        _require(comment, expected_status, expected_revision)
        now = at or timezone.now()
        return _move(comment, _standing_after(comment, new, now), actor=actor, now=now, clause=clause, note=note)


def settle_edit(
    comment_id: int, *, publish: bool, actor: Actor, expected_revision: int, clause: str = "", note: str = ""
) -> StatusChange:
    """Publish the waiting edit of a published comment, or leave its published text as it is. As `set_status` otherwise."""
    with transaction.atomic():
        comment = Comment.objects.get(pk=comment_id)
        _require(comment, Status.APPROVED, expected_revision)
        if not comment.has_waiting_edit:
            raise StaleDecisionError(comment, latest_change(comment))
        now = timezone.now()
        after = _standing_now(comment)
        after["waiting_since"] = None
        if publish:
            revision = comment.revisions.get(number=comment.revision)
            after["published_revision"] = revision.number
            after["public_html"] = revision.body_html
            after["edited_at"] = revision.created_at
        return _move(comment, after, actor=actor, now=now, clause=clause, note=note)


def undo_change(change_id: int, *, actor: Actor) -> StatusChange:
    """Take back a moderator's step: the comment stands exactly where it stood before, the history keeps both steps.

    Raises StaleDecisionError when something that still holds came after it (a step, a new revision) or it was taken back
    already, IllegalTransitionError when it is not a moderator's or a rule's.
    """
    with transaction.atomic():
        change = StatusChange.objects.select_related("comment").get(pk=change_id)
        comment = change.comment
        standing = comment.status_changes.filter(undoes=None, undone_by=None).order_by("-id").first()
        if standing != change or comment.revision != change.revision:
            raise StaleDecisionError(comment, latest_change(comment))
        if change.actor_kind not in (ActorKind.MODERATOR, ActorKind.RULE):
            raise IllegalTransitionError(change.to_status, change.from_status)
        before: _Standing = {
            "status": Status(change.from_status),
            "waiting_since": change.from_waiting_since,
            "published_at": change.from_published_at,
            "published_revision": change.from_published_revision,
            "edited_at": change.from_edited_at,
            "public_html": "",
            "pinned_at": comment.pinned_at,
            "featured_at": comment.featured_at,
        }
        if comment.status not in _KEEP_PLACE:
            before["pinned_at"] = change.from_pinned_at if _may_pin(comment) else None
            before["featured_at"] = change.from_featured_at
        if before["status"] == Status.APPROVED and change.from_published_revision is not None:
            before["public_html"] = comment.revisions.get(number=change.from_published_revision).body_html
        return _move(comment, before, actor=actor, now=timezone.now(), undoes=change)


def add_revision(comment: Comment, *, body: str, body_html: str, render_version: int) -> Revision:
    """Store a new text of its author. A pending comment keeps its place in the queue; a published one stays public
    with its old text while the new one waits. 2 queries, in a transaction.

    Raises StaleDecisionError when the comment moved or was edited since it was loaded.
    """
    now = timezone.now()
    number = comment.revision + 1
    values: dict[str, object] = {"revision": number, "body_digest": body_digest(body)}
    if comment.status == Status.APPROVED:
        values["waiting_since"] = comment.waiting_since or now
    with transaction.atomic():
        found = Comment.objects.filter(pk=comment.pk, status=comment.status, revision=comment.revision)
        if not found.update(**values):
            comment.refresh_from_db()
            raise StaleDecisionError(comment, latest_change(comment))
        for name, value in values.items():
            setattr(comment, name, value)
        return Revision.objects.create(
            comment=comment,
            number=number,
            body=body,
            body_html=body_html,
            render_version=render_version,
            created_at=now,
        )


def latest_change(comment: Comment) -> StatusChange | None:
    """The last step of a comment's history, with the account behind it. 1 query."""
    return comment.status_changes.select_related("actor").order_by("-id").first()


def _require(comment: Comment, status: Status, revision: int) -> None:
    if comment.status != status or comment.revision != revision:
        raise StaleDecisionError(comment, latest_change(comment))


def _standing_now(comment: Comment) -> _Standing:
    return {
        "status": Status(comment.status),
        "waiting_since": comment.waiting_since,
        "published_at": comment.published_at,
        "published_revision": comment.published_revision,
        "edited_at": comment.edited_at,
        "public_html": comment.public_html,
        "pinned_at": comment.pinned_at,
        "featured_at": comment.featured_at,
    }


def _standing_after(comment: Comment, new: Status, now: datetime.datetime) -> _Standing:
    after = _standing_now(comment)
    after["status"] = new
    after["waiting_since"] = now if new == Status.PENDING else None
    after["public_html"] = ""
    if new == Status.APPROVED:
        after["public_html"] = comment.revisions.get(number=comment.revision).body_html
        after["published_at"] = comment.published_at or now
        after["published_revision"] = comment.revision
    if new not in _KEEP_PLACE:
        after["pinned_at"] = after["featured_at"] = None
    return after


def _may_pin(comment: Comment) -> bool:
    """Whether there is room for one more pinned comment beside the others of the discussion. 1 query, none for a reply."""
    if comment.parent_id is not None:
        return False
    others = Comment.objects.for_article(comment.article).filter(pinned_at__isnull=False).exclude(pk=comment.pk)
    return others.count() < PINNED_LIMIT


def _move(
    comment: Comment,
    after: _Standing,
    *,
    actor: Actor,
    now: datetime.datetime,
    clause: str = "",
    note: str = "",
    undoes: StatusChange | None = None,
) -> StatusChange:
    """Write the comment, its history and the article's counters; the caller holds the transaction.

    The condition in the UPDATE, not the look before it, is what keeps two moderators apart: the second one's UPDATE
    waits for the first one's commit and then finds no row.
    """
    before = _standing_now(comment)
    found = Comment.objects.filter(
        pk=comment.pk,
        status=before["status"],
        revision=comment.revision,
        waiting_since=before["waiting_since"],
    )
    if not found.update(**after):
        comment.refresh_from_db()
        raise StaleDecisionError(comment, latest_change(comment))
    for name, value in after.items():
        setattr(comment, name, value)
    change = StatusChange.objects.create(
        comment=comment,
        from_status=before["status"],
        to_status=after["status"],
        revision=comment.revision,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        clause=clause,
        note=note,
        from_waiting_since=before["waiting_since"],
        from_published_at=before["published_at"],
        from_published_revision=before["published_revision"],
        from_edited_at=before["edited_at"],
        from_pinned_at=before["pinned_at"],
        from_featured_at=before["featured_at"],
        undoes=undoes,
        created_at=now,
    )
    if before["public_html"] != after["public_html"] or before["status"] != after["status"]:
        _count(comment.pk, before["status"], after["status"])
    comment_status_changed.send(sender=Comment, comment=comment, change=change)
    return change


def recount(article_ids: Collection[int]) -> None:
    """Bring the counters of articles in line with their comments, after comments have changed their article. The caller
    holds the transaction and has locked the articles. 1 query."""
    published = Comment.objects.published().filter(article=OuterRef("pk")).order_by().values("article")
    number = Subquery(published.annotate(number=Count("pk")).values("number"))
    Article.objects.filter(pk__in=article_ids).update(comment_count=Coalesce(number, 0), version=F("version") + 1)


def _count(comment_id: int, before: Status, after: Status) -> None:
    """Bring the article's counter and version up to date when the public sees a difference."""
    if Status.APPROVED not in (before, after):
        return
    difference = int(after == Status.APPROVED) - int(before == Status.APPROVED)
    # Asked for now, when the comment's row is locked: it may have been moved to another article since it was loaded.
    article = Comment.objects.filter(pk=comment_id).values("article")
    # Whoever approved a comment has seen the article's title and address.
    Article.objects.filter(pk__in=article).update(
        comment_count=F("comment_count") + difference, version=F("version") + 1, is_confirmed=True
    )
