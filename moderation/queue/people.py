"""Reading about people: what an author wrote and what became of it, who is restricted or trusted on a site."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from comments.enums import Status
from comments.exceptions import InvalidInputError
from comments.models import Author, Comment, Site
from moderation.models import AuthorNote, Decision, Report, Restriction, Trust
from moderation.queue.read import REFUSED
from moderation.queue.severity import LatestText, is_veiled, read_latest_texts

AUTHOR_PAGE_SIZE = 25
LIST_LIMIT = 100
# Notes and restrictions of one author that a page shows.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WrittenComment:
    """A comment of an author, its latest text, and the last decision on it that stands. `is_severe`: the text is shown to who
    asks to see it."""

    comment: Comment
    body: str
    decision: Decision | None
    is_severe: bool = False

    @property
    def moderator(self) -> str:
        """Who decided, as colleagues know them; empty where nobody did, or a rule."""
        moderator = self.decision.moderator if self.decision else None
        return (moderator.get_full_name() or moderator.get_username()) if moderator else ""


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """Comments of an author, newest first; `before` names the last one when there are more."""

    comments: tuple[WrittenComment, ...]
    before: str


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What is known of an author on their site. `counts` by status; `reports` are those by readers against their comments,
    `reported` those that the author sent; `trust` is that which stands."""

    counts: dict[Status, int]
    reports: int
    upheld: int
    reported: int
    notes: tuple[AuthorNote, ...]
    restrictions: tuple[Restriction, ...]
    trusts: tuple[Trust, ...]
    last_network: Comment | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def trust(self) -> Trust | None:
        return next((trust for trust in self.trusts if trust.revoked_at is None), None)


@dataclass(frozen=True, slots=True)
class PeopleOfSite:
    """Who is restricted or trusted on a site, and what waits for an answer; each list at most 100, newest first."""

    objections: tuple[Restriction, ...]
    proposals: tuple[Restriction, ...]
    restrictions: tuple[Restriction, ...]
    trusts: tuple[Trust, ...]


def read_author(author: Author) -> AuthorFacts:
    """What is known of an author. 7 queries, whatever they did."""
    counted = Comment.objects.filter(author=author).values("status").annotate(count=Count("pk"))
    reports = Report.objects.filter(comment__author=author).aggregate(
        all=Count("pk"), upheld=Count("pk", filter=Q(state="upheld"))
    )
    people = ("created_by", "revoked_by", "confirmed_by", "answered_by", "clause", "comment__article")
    restrictions = Restriction.objects.filter(author=author).select_related("site", *people)
    networked = Comment.objects.filter(author=author).exclude(network="").order_by("-posted_at", "-id")
    return AuthorFacts(
        counts={Status(row["status"]): row["count"] for row in counted},
        reports=reports["all"],
        upheld=reports["upheld"],
        reported=author.reports.count(),
        notes=tuple(author.notes.select_related("created_by", "comment")[:MOST_SHOWN]),
        restrictions=tuple(restrictions[:MOST_SHOWN]),
        trusts=tuple(author.trusts.select_related("granted_by", "revoked_by")[:MOST_SHOWN]),
        last_network=networked.first(),
    )


def read_written(author: Author, *, status: str = "", before: str = "") -> WrittenPage:
    """A page of what an author wrote, by keyset. 3 queries, 1 more with a cursor, 1 when there is nothing.

    Raises InvalidInputError ("before").
    """
    found = Comment.objects.filter(author=author)
    if status:
        found = found.filter(status=status)
    if before:
        last = Comment.objects.filter(author=author).with_public_id(before).first()
        if last is None:
            raise InvalidInputError("before", "")
        found = found.filter(Q(posted_at__lt=last.posted_at) | Q(posted_at=last.posted_at, pk__lt=last.pk))
    comments = list(found.select_related("article").order_by("-posted_at", "-id")[: AUTHOR_PAGE_SIZE + 1])
    shown = comments[:AUTHOR_PAGE_SIZE]
    if not shown:
        return WrittenPage((), "")
    texts = read_latest_texts([one.pk for one in shown])
    standing = Decision.objects.filter(comment__in=shown, undone_at__isnull=True).select_related("clause", "moderator")
    decisions = {decision.comment_id: decision for decision in standing.order_by("id")}
    written = tuple(_written(one, texts[one.pk], decisions.get(one.pk)) for one in shown)
    return WrittenPage(written, shown[-1].public_id if len(comments) > len(shown) else "")


def _written(comment: Comment, text: LatestText, decision: Decision | None) -> WrittenComment:
    return WrittenComment(comment, text.body, decision, is_veiled(comment, is_severe=text.is_severe))


def read_people(site: Site) -> PeopleOfSite:
    """Who is restricted or trusted on a site. 4 queries."""
    now = timezone.now()
    found = Restriction.objects.filter(site=site).select_related("author", "created_by", "clause", "site")
    trusts = Trust.objects.standing().filter(author__site=site).select_related("author", "granted_by")
    return PeopleOfSite(
        objections=tuple(found.objected().order_by("objected_at")[:LIST_LIMIT]),
        proposals=tuple(found.to_confirm(now).order_by("id")[:LIST_LIMIT]),
        restrictions=tuple(found.standing(now)[:LIST_LIMIT]),
        trusts=tuple(trusts[:LIST_LIMIT]),
    )


# What software decided by a rule of the site says nothing about how far people trust an author.
_BY_RULE = Exists(Decision.objects.filter(comment=OuterRef("pk"), rule__isnull=False, undone_at__isnull=True))


def judged_since(author_id: int, *, since: datetime.datetime) -> tuple[int, int]:
    """How many comments of an author that were posted since a moment are published, and how many refused, not counting what
    software decided by a rule. 1 query."""
    counted = Comment.objects.filter(~_BY_RULE, author=author_id, posted_at__gte=since).aggregate(
        published=Count("pk", filter=Q(status=Status.APPROVED)), refused=Count("pk", filter=Q(status__in=REFUSED))
    )
    return counted["published"], counted["refused"]


def authors_to_trust(site_id: int, *, since: datetime.datetime, published: int, limit: int) -> list[int]:
    """Authors of a site with so many published comments since a moment, none refused, whom nobody trusts yet. 1 query."""
    trusted = Trust.objects.standing().filter(author=OuterRef("author_id"))
    counted = (
        Comment.objects.filter(~Exists(trusted), ~_BY_RULE, site=site_id, posted_at__gte=since)
        .values("author_id")
        .annotate(
            published=Count("pk", filter=Q(status=Status.APPROVED)),
            refused=Count("pk", filter=Q(status__in=REFUSED)),
        )
        .filter(published__gte=published, refused=0)
    )
    return list(counted.order_by("author_id").values_list("author_id", flat=True)[:limit])


def authors_to_distrust(site_id: int, *, since: datetime.datetime, limit: int) -> list[int]:
    """Authors whom the rule of a site trusts although a comment of theirs since a moment was refused. 1 query."""
    refused = Comment.objects.filter(~_BY_RULE, author=OuterRef("author_id"), posted_at__gte=since, status__in=REFUSED)
    found = Trust.objects.standing().by_rule().filter(Exists(refused), author__site=site_id)
    return list(found.order_by("author_id").values_list("author_id", flat=True)[:limit])
