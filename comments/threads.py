"""The read side: one page of a thread in a constant number of queries, as plain values in the order of display."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import Sort, Status
from comments.exceptions import InvalidInputError
from comments.models import Article, Comment
from comments.models.comments import CommentQuerySet

# Deeper replies stand flat on the last level, with the name of whom they answer.
DISPLAY_DEPTH = 4
# From here on the name is there too, for screens too narrow for all indents.
NARROW_DEPTH = 3
_signer = Signer(salt="marginalia.cursor", sep=".")
_MOMENT = "%Y%m%dT%H%M%S%f"

_COLUMNS = (
    "id",
    "public_id",
    "parent_id",
    "root_id",
    "depth",
    "status",
    "author_name",
    "author_badge",
    "public_html",
    "posted_at",
    "edited_at",
    "vote_count",
    "rank",
    "pinned_at",
    "featured_at",
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    public_id: str
    parent_id: int | None
    root_id: int | None
    depth: int
    status: str
    author_name: str
    author_badge: str
    public_html: str
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    vote_count: int
    rank: float
    pinned_at: datetime.datetime | None
    featured_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One comment as everybody sees it. A stub (a comment that is gone while replies to it are there) has no name and
    no text, and `gone` says "withdrawn" or "removed". `depth` is the true one, `display_depth` at most DISPLAY_DEPTH;
    `in_reply_to` names the parent's author from NARROW_DEPTH on. `replies` counts all published replies below it."""

    public_id: str
    parent: str
    in_reply_to: str
    depth: int
    display_depth: int
    author_name: str
    badge: str
    body_html: str
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    votes: int
    replies: int
    gone: str
    is_pinned: bool
    is_featured: bool

    @property
    def is_stub(self) -> bool:
        return bool(self.gone)

    @property
    def is_flat(self) -> bool:
        """Whether it stands on the last level although it is deeper."""
        return self.depth > DISPLAY_DEPTH


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of conversations. `next_cursor` is empty on the last one."""

    rows: tuple[ThreadRow, ...]
    next_cursor: str


def read_page(article: Article, *, sort: Sort, cursor: str = "", size: int | None = None) -> ThreadPage:
    """One page of an article's thread: `size` conversations with all their replies. 2 queries, 1 when it is empty.

    Conversations come in the order asked for, replies below what they answer, oldest first. A cursor names the last
    conversation of the page before; it stays good while comments come and go. What is pinned stands before the first page,
    whatever the order, and on no other. Raises InvalidInputError("cursor").
    """
    size = size or settings.page_size
    wanted = _after(_unpinned(_roots(article)), sort, cursor).order_by(*_ORDER[sort])[: size + 1]
    pinned, roots = ([], list(_rows(wanted))) if cursor else _with_pinned(article, wanted, sort)
    next_cursor = _cursor(roots[size - 1], sort) if len(roots) > size else ""
    return ThreadPage(tuple(_with_replies([*pinned, *roots[:size]])), next_cursor)


def _unpinned(roots: CommentQuerySet) -> CommentQuerySet:
    return roots.exclude(pinned_at__isnull=False, status=Status.APPROVED)


def _with_pinned(article: Article, wanted: CommentQuerySet, sort: Sort) -> tuple[list[_Row], list[_Row]]:
    """What is pinned, the latest first, and the first roots of an order. 1 query: two would be one too many for what is
    read most, and one condition for both would make the database look at every root there is."""
    pinned = Comment.objects.for_article(article).pinned()
    # SQLite takes no limit in a part of a union, only inside of it.
    first = Comment.objects.filter(pk__in=wanted.values("pk"))
    rows = [_Row(*values) for values in pinned.values_list(*_COLUMNS).union(first.values_list(*_COLUMNS), all=True)]
    above = [row for row in rows if _is_pinned(row)]
    above.sort(key=lambda row: (row.pinned_at, row.id), reverse=True)
    below = [row for row in rows if not _is_pinned(row)]
    below.sort(key=lambda row: (row.rank if sort == Sort.BEST else row.posted_at, row.id), reverse=sort != Sort.OLDEST)
    return above, below


def _is_pinned(row: _Row) -> bool:
    return row.pinned_at is not None and row.status == Status.APPROVED


def read_conversation(article: Article, public_id: str) -> ThreadPage:
    """The whole conversation that a published comment belongs to, as a page of its own. 3 queries at most."""
    found = Comment.objects.for_article(article).published().with_public_id(public_id)
    ids = found.values_list("id", "root_id").first()
    if ids is None:
        return ThreadPage((), "")
    return ThreadPage(tuple(_with_replies(list(_rows(_roots(article).filter(pk=ids[1] or ids[0]))))), "")


_ORDER: dict[Sort, tuple[str, str]] = {
    Sort.NEWEST: ("-posted_at", "-id"),
    Sort.OLDEST: ("posted_at", "id"),
    Sort.BEST: ("-rank", "-id"),
}


def _roots(article: Article) -> CommentQuerySet:
    """Beginnings of conversations that are published, or have published replies."""
    answered = Exists(Comment.objects.published().filter(root=OuterRef("pk")))
    return Comment.objects.for_article(article).filter(Q(parent__isnull=True), Q(status=Status.APPROVED) | answered)


def _rows(comments: CommentQuerySet) -> Iterable[_Row]:
    return (_Row(*values) for values in comments.values_list(*_COLUMNS))


def _cursor(row: _Row, sort: Sort) -> str:
    """Where the next page begins, safe in a URL; signed, so that nobody can ask about rows that are not shown."""
    place = repr(row.rank) if sort == Sort.BEST else row.posted_at.astimezone(datetime.UTC).strftime(_MOMENT)
    return _signer.sign(f"{sort}~{place}~{row.id}")


def _after(roots: CommentQuerySet, sort: Sort, cursor: str) -> CommentQuerySet:
    if not cursor:
        return roots
    try:
        cursor_sort, place, pk = _signer.unsign(cursor).split("~")
    except BadSignature as error:
        raise InvalidInputError(
            "cursor", _("This page of the discussion is no longer there. Start again at the top.")
        ) from error
    if cursor_sort != sort:
        raise InvalidInputError("cursor", _("This page belongs to another order. Start again at the top."))
    if sort == Sort.BEST:
        rank = float(place)
        return roots.filter(Q(rank__lt=rank) | Q(rank=rank, id__lt=int(pk)))
    moment = datetime.datetime.strptime(place, _MOMENT).replace(tzinfo=datetime.UTC)
    if sort == Sort.OLDEST:
        return roots.filter(posted_at__gte=moment).filter(Q(posted_at__gt=moment) | Q(id__gt=int(pk)))
    return roots.filter(posted_at__lte=moment).filter(Q(posted_at__lt=moment) | Q(id__lt=int(pk)))


def _with_replies(roots: list[_Row]) -> list[ThreadRow]:
    """The conversations in order of display. Walks with a stack: a chain of replies has no limit, Python's has."""
    if not roots:
        return []
    replies = list(
        _rows(
            Comment.objects.filter(root_id__in=[row.id for row in roots])
            .once_published()
            .order_by(F("posted_at"), F("id"))
        )
    )
    by_id = {row.id: row for row in (*roots, *replies)}
    children: dict[int, list[_Row]] = defaultdict(list)
    for row in replies:
        # Without its parent's row (an approval that was taken back) a reply stands directly below the first comment.
        parent_id = row.parent_id if row.parent_id in by_id else row.root_id
        if parent_id is not None:
            children[parent_id].append(row)
    published_below = _count_published_below(replies, by_id)
    shown: list[ThreadRow] = []
    stack = list(reversed(roots))
    while stack:
        row = stack.pop()
        if row.status != Status.APPROVED and not published_below[row.id]:
            continue
        shown.append(_thread_row(row, by_id, published_below[row.id]))
        stack.extend(reversed(children[row.id]))
    return shown


def _count_published_below(replies: list[_Row], by_id: dict[int, _Row]) -> dict[int, int]:
    """For every comment, how many published replies hang below it. Deepest first, each hands its sum to its parent."""
    below: dict[int, int] = defaultdict(int)
    for row in sorted(replies, key=lambda reply: reply.depth, reverse=True):
        parent_id = row.parent_id if row.parent_id in by_id else row.root_id
        if parent_id is not None:
            below[parent_id] += below[row.id] + (row.status == Status.APPROVED)
    return below


def _thread_row(row: _Row, by_id: dict[int, _Row], replies: int) -> ThreadRow:
    is_stub = row.status != Status.APPROVED
    parent = by_id.get(row.parent_id) if row.parent_id else None
    names_parent = row.depth >= NARROW_DEPTH and parent is not None and parent.status == Status.APPROVED
    return ThreadRow(
        public_id=row.public_id,
        parent=parent.public_id if parent else "",
        in_reply_to=parent.author_name if parent is not None and names_parent else "",
        depth=row.depth,
        display_depth=min(row.depth, DISPLAY_DEPTH),
        author_name="" if is_stub else row.author_name,
        badge="" if is_stub else row.author_badge,
        body_html="" if is_stub else row.public_html,
        posted_at=row.posted_at,
        edited_at=None if is_stub else row.edited_at,
        votes=0 if is_stub else row.vote_count,
        replies=replies,
        gone=_gone(row.status),
        is_pinned=_is_pinned(row),
        is_featured=row.featured_at is not None and not is_stub,
    )


def _gone(status: str) -> str:
    if status == Status.APPROVED:
        return ""
    return "withdrawn" if status == Status.WITHDRAWN else "removed"
