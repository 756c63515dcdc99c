"""What colleagues have to do with a comment: who has it before them, put it aside, asked about it, thinks what of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import JSONObject
from django.utils import timezone

from comments.models import Comment, Site
from moderation.enums import Action, Mine, OpinionKind, Permission, Role
from moderation.models import Deferral, Lease, Membership, Opinion, OpinionRequest, Presence
from moderation.permissions import PERMISSIONS
from moderation.prepared import Prepared, given_moment, given_number
from moderation.queue.rows import Entry, LimitedCount

# Somebody whose last sign of life is older has left the desk.
AT_THE_DESK = datetime.timedelta(seconds=45)
# More names than these help nobody.
MEMBER_LIMIT = 200
LEASE_LIMIT = 200
# What a site or an article chose for its desk.
CHOSEN = ("article__desk_rule", "site__desk_settings")
# What a comment is loaded with, so that lease, deferral and blind look cost no query of their own.
BESIDE = ("lease__user", "deferral__user", *CHOSEN)


@dataclass(frozen=True, slots=True)
class QueueLease:
    """Who has a comment before them, until when at the latest, and whether it is one of several that they took."""

    user_id: int
    name: str
    expires_at: datetime.datetime
    is_taken: bool


@dataclass(frozen=True, slots=True)
class QueueDeferral:
    """Until when a comment is put aside, by whom and why."""

    until: datetime.datetime
    note: str
    name: str


@dataclass(frozen=True, slots=True)
class QueueQuestion:
    """An open question to colleagues; `asked_of` is empty when it is to anybody."""

    question: str
    asked_by_id: int
    asked_by: str
    asked_of_id: int | None
    asked_of: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class QueueOpinion:
    """What one colleague thinks should become of a text. `clause` is an identifier."""

    user_id: int | None
    name: str
    is_vote: bool
    action: Action
    clause: str
    remark: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a desk. `seen_at` is when they were last there, None for never."""

    user_id: int
    name: str
    may_decide: bool
    seen_at: datetime.datetime | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class Colleagues:
    """What one moderator may know of the others' thoughts on a comment.

    `opinions` are those that may be shown; `hidden` are so many more, shown once they have given their own. `votes` is how
    many of two people have judged, `has_voted` whether the viewer is one of them.
    """

    question: QueueQuestion | None = None
    is_asked: bool = False
    is_asking: bool = False
    opinions: tuple[QueueOpinion, ...] = ()
    hidden: int = 0
    votes: int = 0
    has_voted: bool = False

    @property
    def is_disputed(self) -> bool:
        """Whether two people have judged it differently."""
        return self.votes > 1


@dataclass(frozen=True, slots=True)
class Work:
    """How much of a desk concerns one moderator; `answered` are comments about which they asked and were told."""

    taken: int = 0
    asked: int = 0
    asking: int = 0
    answered: int = 0
    voted: int = 0


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody of a desk, and what of it concerns the one who looks. `beside` is what else was read with it."""

    members: tuple[Member, ...]
    work: Work
    beside: Entry


def name_of(user: AbstractBaseUser | None) -> str:
    """An account as colleagues know it; empty for one that is gone."""
    if not isinstance(user, User):
        return user.get_username() if user else ""
    return user.get_full_name() or user.get_username()


def is_discussed() -> ExpressionWrapper[Q]:
    """Whether colleagues have been asked about a comment or have said what they think of it, as a column of it."""
    asked = OpinionRequest.objects.filter(comment=OuterRef("pk"))
    given = Opinion.objects.filter(comment=OuterRef("pk"), change__isnull=True)
    return ExpressionWrapper(Q(Exists(asked)) | Q(Exists(given)), output_field=BooleanField())


def lease_of(comment: Comment) -> QueueLease | None:
    """The lease that holds now. No query for a comment loaded with BESIDE, else 1."""
    lease: Lease | None = getattr(comment, "lease", None)
    if lease is None or lease.expires_at <= timezone.now():
        return None
    return QueueLease(lease.user_id, name_of(lease.user), lease.expires_at, lease.is_taken)


def deferral_of(comment: Comment) -> QueueDeferral | None:
    """That it is put aside now. No query for a comment loaded with BESIDE, else 1."""
    deferral: Deferral | None = getattr(comment, "deferral", None)
    if deferral is None or deferral.until <= timezone.now():
        return None
    return QueueDeferral(deferral.until, deferral.note, name_of(deferral.user))


def is_judged_blind(comment: Comment) -> bool:
    """Whether its author is hidden for now, by choice of the site or under the article. No query with CHOSEN."""
    if comment.waiting_since is None:
        return False
    chosen = (getattr(comment.article, "desk_rule", None), getattr(comment.site, "desk_settings", None))
    return any(one is not None and one.is_blind for one in chosen)


def spares_trusted(comment: Comment) -> bool:
    """Whether comments of trusted authors appear at once on its site. No query with CHOSEN."""
    chosen = getattr(comment.site, "desk_settings", None)
    return chosen is not None and chosen.publishes_trusted


def read_colleagues(comments: Iterable[tuple[int, int]], viewer_id: int, *, settles: bool) -> dict[int, Colleagues]:
    """What somebody may know of the others' thoughts on these comments, each with its revision; `settles` is whether they
    may settle a dispute. 2 queries, none for no comments.

    Nobody sees what others think before they have said what they think themselves, except who asked, and whoever
    settles what two people see differently. The first vote of two is shown to nobody until there is a second.
    """
    revisions = dict(comments)
    if not revisions:
        return {}
    asked = OpinionRequest.objects.filter(comment__in=revisions).select_related("asked_by", "asked_of").order_by("id")
    given = Opinion.objects.filter(comment__in=revisions, change=None).select_related("moderator").order_by("id")
    requests, rows = list(asked), list(given)
    return {
        pk: _colleagues(
            [one for one in requests if one.comment_id == pk],
            [row for row in rows if row.comment_id == pk and row.revision == revision],
            viewer_id,
            settles=settles,
        )
        for pk, revision in revisions.items()
    }


def _colleagues(requests: list[OpinionRequest], rows: list[Opinion], viewer_id: int, *, settles: bool) -> Colleagues:
    request = next((one for one in requests if one.answered_at is None), None)
    has_asked = any(one.asked_by_id == viewer_id for one in requests)
    votes = [row for row in rows if row.kind == OpinionKind.TWO_PEOPLE]
    has_given = any(row.moderator_id == viewer_id for row in rows)
    may_see_votes = len(votes) > 1 and (has_given or settles)
    shown = [
        row
        for row in rows
        if row.moderator_id == viewer_id
        or (may_see_votes if row.kind == OpinionKind.TWO_PEOPLE else has_given or has_asked)
    ]
    return Colleagues(
        question=_question(request) if request else None,
        is_asked=_is_asked(request, viewer_id) and not has_given,
        is_asking=request is not None and request.asked_by_id == viewer_id,
        opinions=tuple(_opinion(row) for row in shown),
        hidden=len(rows) - len(shown),
        votes=len(votes),
        has_voted=any(vote.moderator_id == viewer_id for vote in votes),
    )


def _is_asked(request: OpinionRequest | None, viewer_id: int) -> bool:
    if request is None or request.asked_by_id == viewer_id:
        return False
    return request.asked_of_id in (None, viewer_id)


def _question(request: OpinionRequest) -> QueueQuestion:
    return QueueQuestion(
        question=request.question,
        asked_by_id=request.asked_by_id,
        asked_by=name_of(request.asked_by),
        asked_of_id=request.asked_of_id,
        asked_of=name_of(request.asked_of),
        at=request.created_at,
    )


def _opinion(row: Opinion) -> QueueOpinion:
    return QueueOpinion(
        user_id=row.moderator_id,
        name=name_of(row.moderator),
        is_vote=row.kind == OpinionKind.TWO_PEOPLE,
        action=Action(row.action),
        clause=row.clause,
        remark=row.remark,
        at=row.created_at,
    )


def of_mine(comments: QuerySet[Comment], mine: Mine, viewer_id: int) -> QuerySet[Comment]:
    """Those of these comments that concern one moderator in this way."""
    if mine == Mine.TAKEN:
        return comments.filter(lease__user=viewer_id, lease__is_taken=True, lease__expires_at__gt=timezone.now())
    if mine == Mine.VOTED:
        return comments.filter(Exists(_votes(viewer_id)))
    questions = OpinionRequest.objects.filter(comment=OuterRef("pk"))
    if mine == Mine.ASKING:
        return comments.filter(Exists(questions.filter(asked_by=viewer_id)), waiting_since__isnull=False)
    asked = questions.filter(Q(asked_of=None) | Q(asked_of=viewer_id), answered_at=None).exclude(asked_by=viewer_id)
    return comments.filter(Exists(asked))


def without_own_votes(comments: QuerySet[Comment], viewer_id: int) -> QuerySet[Comment]:
    """Comments that do not wait for somebody else than this moderator."""
    return comments.exclude(Exists(_votes(viewer_id)))


def not_before_others(comments: QuerySet[Comment], viewer_id: int) -> QuerySet[Comment]:
    """Comments that no colleague has before them just now."""
    return comments.filter(Q(lease__isnull=True) | Q(lease__expires_at__lte=timezone.now()) | Q(lease__user=viewer_id))


def _votes(viewer_id: int) -> QuerySet[Opinion]:
    votes = Opinion.objects.votes().filter(comment=OuterRef("pk"), revision=OuterRef("revision"), change=None)
    return votes.filter(moderator=viewer_id)


def read_team(site: Site, viewer_id: int) -> Team:
    """Everybody of a site's desk and when they were last seen there, by name, and how much of it concerns one. 1 query."""
    return make_team(_team().run(site=site.pk, viewer=viewer_id, now=timezone.now()), viewer_id)


@cache
def _team() -> Prepared[Membership]:
    return Prepared(team_rows(given_number("site"), given_number("viewer"), given_moment("now"), {}))


def team_rows(
    site: int, viewer_id: int, now: datetime.datetime, beside: Mapping[str, Subquery]
) -> QuerySet[Membership]:
    """What `make_team` makes a team of; `beside` are more numbers and lists about the desk."""
    seen_at = Presence.objects.filter(site=OuterRef("site"), user=OuterRef("user")).values("seen_at")[:1]
    found = Membership.objects.filter(site=site).select_related("user")
    # Counted in the viewer's own row alone.
    numbers = JSONObject(**_work_columns(site, viewer_id, now), **beside)
    own_row = Case(When(user=viewer_id, then=numbers), output_field=JSONField())
    return found.annotate(seen_at=Subquery(seen_at), numbers=own_row)[:MEMBER_LIMIT]


def make_team(rows: Iterable[Membership], viewer_id: int) -> Team:
    """Everybody of a desk as somebody of it sees them, of `team_rows`. No query."""
    here_since = timezone.now() - AT_THE_DESK
    own: dict[str, Any] = {}
    members = []
    for row in rows:
        beside = vars(row)
        if row.user_id == viewer_id:
            own = beside["numbers"]
        seen_at = beside["seen_at"]
        members.append(
            Member(
                user_id=row.user_id,
                name=name_of(row.user),
                may_decide=Permission.DECIDE in PERMISSIONS[Role(row.role)],
                seen_at=seen_at,
                is_here=seen_at is not None and seen_at > here_since,
            )
        )
    work = Work(**{name: own.pop(name) for name in Work.__slots__ if own})
    return Team(tuple(sorted(members, key=lambda member: member.name.casefold())), work, own)


def _work_columns(site: int, viewer_id: int, now: datetime.datetime) -> dict[str, LimitedCount]:
    """The numbers of a `Work`."""
    requests = OpinionRequest.objects.filter(comment__site=site)
    to_me = Q(asked_of=None) | Q(asked_of=viewer_id)
    by_me = requests.filter(asked_by=viewer_id, comment__waiting_since__isnull=False)
    leases = Lease.objects.filter(comment__site=site, user=viewer_id, is_taken=True, expires_at__gt=now)
    counted: dict[str, QuerySet[Any]] = {
        "taken": leases,
        "asked": requests.filter(to_me, answered_at=None).exclude(asked_by=viewer_id),
        "asking": by_me,
        "answered": by_me.filter(answered_at__isnull=False),
        "voted": Opinion.objects.votes().open().filter(comment__site=site, moderator=viewer_id),
    }
    return {name: LimitedCount(rows.values("pk")) for name, rows in counted.items()}


def read_leases(site: Site) -> list[Lease]:
    """Which comments of a site somebody has before them. 1 query."""
    found = Lease.objects.filter(comment__site=site, expires_at__gt=timezone.now())
    return list(found.select_related("user", "comment").order_by("comment_id")[:LEASE_LIMIT])
