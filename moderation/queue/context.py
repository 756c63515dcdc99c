"""Reading what surrounds comments: 2 queries for one or for ten.

Everything about a comment that depends on the comment alone is a column of the first query, each limited and read from
an index: how much an author wrote, how long a discussion or the queue is makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Left
from django.utils import timezone

from comments.enums import Status
from comments.models import Comment, Revision, Site
from moderation.conf import settings
from moderation.enums import Action, RestrictionKind, RestrictionTarget
from moderation.models import AuthorNote, Decision, LinkedDomain, Restriction, Trust
from moderation.models.policies import in_reader_language
from moderation.prepared import KEPT, Prepared, given_moment, given_numbers, given_texts
from moderation.queue.links import read_links
from moderation.queue.rows import Entry, LimitedCount, Rows, moment, moment_or_none
from moderation.queue.severity import is_severe, is_veiled
from moderation.queue.surroundings import (
    EXCERPT_LENGTH,
    MOST_DECISIONS,
    MOST_EXCERPTS,
    MOST_LINKS,
    MOST_PARENTS,
    MOST_SIBLINGS,
    MOST_TOGETHER,
    AuthorGlance,
    CommentLink,
    NearbyComment,
    OtherPending,
    PastDecision,
    Place,
    StandingRestriction,
    Surroundings,
)
from moderation.queue.values import QueueItem

# Of so many of an author's latest comments the decisions are looked through.
_LATEST_COMMENTS = 30
_MOST_NOTES = 100
_MOST_RESTRICTIONS = 5
_PARENTS = tuple(f"parent_{number}" for number in range(1, MOST_PARENTS + 1))
_NEARBY = ("roots_before", "roots_after", "replies_before", "replies_after")
_OTHERS = ("by_author", "by_network", "by_text")

# By comment, and whether the text that waits is meant or the one that was answered.
Nearby = dict[tuple[int, bool], NearbyComment]


def with_surroundings(site: Site, items: Sequence[QueueItem]) -> tuple[QueueItem, ...]:
    """The same items, each with what surrounds it. 2 queries, none without items."""
    found = read_surroundings(site, items)
    return tuple(replace(item, around=around) for item, around in zip(items, found, strict=True))


def read_surroundings(site: Site, items: Sequence[QueueItem]) -> tuple[Surroundings, ...]:
    """What surrounds each of these comments of a site, in the same order. 2 queries, none without comments."""
    if not items:
        return ()
    links = [read_links(item.body, site) for item in items]
    domains = sorted({link.host for some in links for link in some[:MOST_LINKS] if not link.is_own})
    rows = {row["pk"]: row for row in _read_rows([item.pk for item in items], domains)}
    nearby = _read_nearby(_mentioned(rows.values()))
    found = [
        _surroundings(rows[item.pk], _with_firsts(some, rows[item.pk], domains), nearby)
        for item, some in zip(items, links, strict=True)
    ]
    return tuple(
        _without_author(around) if item.is_blind else around for item, around in zip(items, found, strict=True)
    )


def _without_author(around: Surroundings) -> Surroundings:
    """What may be seen of a comment that is judged blind: nothing of who wrote it, or of what readers think of it."""
    return replace(
        around,
        author=AuthorGlance(),
        by_author=OtherPending(),
        by_network=OtherPending(),
        vote_count=0,
        featured_at=None,
    )


def _read_rows(ids: Sequence[int], domains: Sequence[str]) -> list[Entry]:
    return _rows(len(ids), len(domains)).run(ids=ids, domains=domains, now=timezone.now())


@lru_cache(maxsize=KEPT)
def _rows(count: int, domain_count: int) -> Prepared[Entry]:
    parents = {name: F("parent__" * number + "parent_id") for number, name in enumerate(_PARENTS)}
    known = {f"known_{number}": _is_known(domain) for number, domain in enumerate(given_texts("domains", domain_count))}
    # Nothing on a reply, so that what is compared with it finds nothing.
    discussion = Case(When(parent__isnull=True, then=F("article_id")))
    return Prepared(
        Comment.objects.filter(pk__in=given_numbers("ids", count))
        .alias(discussion=discussion)
        .values(
            "pk",
            "root_id",
            "depth",
            "pinned_at",
            "featured_at",
            "vote_count",
            "author__email_verified_at",
            "author__user_id",
            **parents,
            **known,
            **_siblings(),
            **_others(),
            **_author_columns(),
        )
    )


def _is_known(domain: str) -> Exists:
    """Whether an earlier comment of the site links there; one look into an index."""
    return Exists(LinkedDomain.objects.filter(site=OuterRef("site"), domain=domain, comment__lt=OuterRef("pk")))


def _siblings() -> dict[str, Rows]:
    """The nearest comments beside one: other beginnings in the discussion, or other replies to the same comment."""
    moment_of_post, key = OuterRef("posted_at"), OuterRef("pk")
    roots = Comment.objects.filter(parent__isnull=True, article=OuterRef("discussion"))
    earlier = Q(posted_at__lt=moment_of_post) | Q(posted_at=moment_of_post, pk__lt=key)
    later = Q(posted_at__gt=moment_of_post) | Q(posted_at=moment_of_post, pk__gt=key)
    replies = Comment.objects.filter(parent=OuterRef("parent"))
    found = {
        # The bound without "or" is where the index is entered.
        "roots_before": roots.filter(earlier, posted_at__lte=moment_of_post).order_by("-posted_at", "-id"),
        "roots_after": roots.filter(later, posted_at__gte=moment_of_post).order_by("posted_at", "id"),
        "replies_before": replies.filter(pk__lt=key).order_by("-id"),
        "replies_after": replies.filter(pk__gt=key).order_by("id"),
    }
    return {name: Rows(comments[:MOST_SIBLINGS], pk="pk") for name, comments in found.items()}


def _others() -> dict[str, Rows]:
    """What else waits; each read from a partial index that holds waiting rows only."""
    waiting = Comment.objects.waiting().exclude(pk=OuterRef("pk"))
    on_site = waiting.filter(site=OuterRef("site"))
    found = {
        "by_author": waiting.filter(author=OuterRef("author")),
        "by_network": on_site.filter(network=OuterRef("network")).exclude(network=""),
        "by_text": on_site.filter(body_digest=OuterRef("body_digest")).exclude(body_digest=""),
    }
    return {
        name: Rows(comments.order_by("waiting_since", "id")[:MOST_TOGETHER], pk="pk", public_id="public_id")
        for name, comments in found.items()
    }


def _author_columns() -> dict[str, Rows | LimitedCount | Exists]:
    author = OuterRef("author")
    # A range of one: of "=" PostgreSQL expects few rows, and then reads and sorts everything that a busy author wrote.
    written = Comment.objects.filter(author__gte=OuterRef(author), author__lte=OuterRef(author))
    latest = written.order_by("author_id", "-posted_at").values("pk")[:_LATEST_COMMENTS]
    decisions = Decision.objects.filter(comment__in=latest, undone_at__isnull=True).order_by("-id")
    notes = AuthorNote.objects.filter(author=author).order_by("-id")
    known = Q(target=RestrictionTarget.NETWORK, value=OuterRef("network")) | Q(
        target=RestrictionTarget.SUBJECT, value=OuterRef("author__sso_subject")
    )
    laid_on = Q(author=author) | Q(known, ~Q(value=""), site=OuterRef("site"))
    restrictions = Restriction.objects.standing(given_moment("now")).filter(laid_on).order_by("-id")
    return {
        "decision_rows": Rows(
            decisions[:MOST_DECISIONS],
            comment="comment__public_id",
            action="action",
            to_status="to_status",
            at="applied_at",
            number="clause__position",
            title_de="clause__title_de",
            title_en="clause__title_en",
        ),
        "note_rows": Rows(notes[:1], text="text", at="created_at"),
        "note_count": LimitedCount(notes.values("pk")[:_MOST_NOTES]),
        "restriction_rows": Rows(restrictions[:_MOST_RESTRICTIONS], kind="kind", target="target", ends_at="ends_at"),
        "is_trusted": Exists(Trust.objects.standing().filter(author=author)),
    }


def _chain(row: Entry) -> list[int]:
    """The comments that one answers, from the root on: all of them, or the root and the nearest."""
    nearest = [row[name] for name in reversed(_PARENTS) if row[name] is not None]
    return nearest if row["depth"] <= MOST_PARENTS else [row["root_id"], *nearest[1:]]


def _mentioned(rows: Iterable[Entry]) -> set[int]:
    ids: set[int] = set()
    for row in rows:
        ids.update(_chain(row))
        ids.update(entry["pk"] for name in _NEARBY for entry in row[name])
        ids.update(entry["pk"] for name in _OTHERS for entry in row[name][:MOST_EXCERPTS])
    return ids


def _read_nearby(ids: set[int]) -> Nearby:
    """By comment and whether it is the text that waits: the beginning of that text. 1 query."""
    nearby: Nearby = {}
    for revision in _beginnings(len(ids)).run(ids=list(ids), blur_score=settings.blur_score) if ids else ():
        comment = revision.comment
        value = _nearby_comment(revision)
        if revision.number == comment.revision:
            nearby[comment.pk, True] = value
        if revision.number == (comment.published_revision if comment.is_published else comment.revision):
            nearby[comment.pk, False] = value
    return nearby


@lru_cache(maxsize=KEPT)
def _beginnings(count: int) -> Prepared[Revision]:
    wanted = Q(number=F("comment__revision")) | Q(number=F("comment__published_revision"))
    found = Revision.objects.filter(wanted, comment_id__in=given_numbers("ids", count)).select_related("comment")
    found = found.defer("body", "body_html", "comment__public_html")
    marks = {"start": Left("body", EXCERPT_LENGTH + 1), "is_severe": is_severe(comment="comment_id", revision="number")}
    return Prepared(found.annotate(**marks))


def _nearby_comment(revision: Revision) -> NearbyComment:
    comment, marks = revision.comment, vars(revision)
    start = marks["start"]
    is_whole = len(start) <= EXCERPT_LENGTH
    return NearbyComment(
        public_id=comment.public_id,
        author_name=comment.author_name,
        status=Status(comment.status),
        posted_at=comment.posted_at,
        excerpt=start if is_whole else start[: EXCERPT_LENGTH - 1].rstrip() + "…",
        is_whole=is_whole,
        is_severe=is_veiled(comment, is_severe=marks["is_severe"]),
    )


def _surroundings(row: Entry, links: list[CommentLink], nearby: Nearby) -> Surroundings:
    by_author, by_network, by_text = (_other_pending(row[name], nearby) for name in _OTHERS)
    return Surroundings(
        place=_place(row, nearby),
        author=_author(row),
        by_author=by_author,
        by_network=by_network,
        by_text=by_text,
        links=tuple(links[:MOST_LINKS]),
        link_count=len(links),
        pinned_at=row["pinned_at"],
        featured_at=row["featured_at"],
        vote_count=row["vote_count"],
    )


def _place(row: Entry, nearby: Nearby) -> Place:
    def found(*names: str) -> tuple[NearbyComment, ...]:
        return tuple(nearby[entry["pk"], False] for name in names for entry in row[name])

    return Place(
        parents=tuple(nearby[pk, False] for pk in _chain(row)),
        left_out=max(0, row["depth"] - MOST_PARENTS),
        before=found("roots_before", "replies_before")[::-1],
        after=found("roots_after", "replies_after"),
    )


def _other_pending(entries: list[Entry], nearby: Nearby) -> OtherPending:
    return OtherPending(
        ids=tuple(entry["public_id"] for entry in entries),
        shown=tuple(nearby[entry["pk"], True] for entry in entries[:MOST_EXCERPTS]),
    )


def _author(row: Entry) -> AuthorGlance:
    note = next(iter(row["note_rows"]), None)
    return AuthorGlance(
        has_proved_address=row["author__email_verified_at"] is not None or row["author__user_id"] is not None,
        is_trusted=row["is_trusted"],
        decisions=tuple(_past_decision(entry) for entry in row["decision_rows"]),
        note_count=row["note_count"],
        note=note["text"] if note else "",
        noted_at=moment(note["at"]) if note else None,
        restrictions=tuple(
            StandingRestriction(
                RestrictionKind(entry["kind"]), RestrictionTarget(entry["target"]), moment_or_none(entry["ends_at"])
            )
            for entry in row["restriction_rows"]
        ),
    )


def _past_decision(entry: Entry) -> PastDecision:
    return PastDecision(
        comment=entry["comment"],
        action=Action(entry["action"]),
        to_status=Status(entry["to_status"]),
        at=moment(entry["at"]),
        clause_number=entry["number"],
        clause_title=in_reader_language(entry["title_de"] or "", entry["title_en"] or ""),
    )


def _with_firsts(links: list[CommentLink], row: Entry, domains: Sequence[str]) -> list[CommentLink]:
    """The links, each told whether nobody linked there before."""
    known = {domain for number, domain in enumerate(domains) if row[f"known_{number}"]}
    return [replace(link, is_first=not link.is_own and link.host not in known) for link in links]
