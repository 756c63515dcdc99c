"""What the read side of the desk answers with: plain values, the same for the pages and the API."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.enums import ActorKind, AuthorKind, CheckOutcome, Status
from comments.screening import Span
from moderation.enums import Action, Mine, ReportKind
from moderation.queue.colleagues import QueueDeferral, QueueLease

PAGE_SIZE = 25
# Counts stop here; more is shown as "999+".
COUNT_LIMIT = 1_000
EXCERPT_LENGTH = 280


class QueueStatus(models.TextChoices):
    """The queues of the desk. WAITING holds pending comments and edits of published ones, EDITED only the latter; REPORTED
    what readers object to, APPEALED what its author does, whatever the status of the comment.
    """

    WAITING = "waiting", _("Waiting")
    EDITED = "edited", _("Edited")
    REPORTED = "reported", _("Reported")
    APPEALED = "appealed", _("Appeals")
    APPROVED = "approved", _("Published")
    REJECTED = "rejected", _("Not published")
    SPAM = "spam", _("Spam")
    RETURNED = "returned", _("Returned")
    REMOVED = "removed", _("Removed")

    @property
    def is_waiting(self) -> bool:
        """Whether its comments are ordered by how long they wait, not by when they were posted."""
        return self in (QueueStatus.WAITING, QueueStatus.EDITED)

    @property
    def is_raised(self) -> bool:
        """Whether its comments are there because somebody objects; they are ordered by since when."""
        return self in (QueueStatus.REPORTED, QueueStatus.APPEALED)


class QueueSort(models.TextChoices):
    """The orders a moderator may choose."""

    OLDEST = "oldest", _("Oldest")
    NEWEST = "newest", _("Newest")
    RISK = "risk", _("Most flagged")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which comments of a site, in which order. Empty strings filter nothing; `sort` None is the queue's own order.

    `flag` is the name of a flagger that found something in the latest text, `article` a publisher's key,
    `author` an author's public identifier, `q` a part of the latest text or of the name.
    """

    status: QueueStatus = QueueStatus.WAITING
    sort: QueueSort | None = None
    flag: str = ""
    article: str = ""
    author: str = ""
    q: str = ""
    # What of it concerns the account of this number; who has judged a comment as one of two does not wait for it.
    mine: Mine | None = None
    viewer_id: int = 0

    @property
    def order(self) -> QueueSort:
        """The chosen order; by default what waits longest comes first, and what was decided newest first."""
        somebody_waits = self.status.is_waiting or self.status.is_raised
        return self.sort or (QueueSort.OLDEST if somebody_waits else QueueSort.NEWEST)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the queue and its order was chosen."""
        return bool(self.flag or self.article or self.author or self.q or self.mine)


@dataclass(frozen=True, slots=True)
class QueueArticle:
    """The article a comment stands under."""

    key: str
    title: str
    teaser: str
    url: str


@dataclass(frozen=True, slots=True)
class QueueAuthor:
    """Who wrote it, and what became of what they wrote on this site; `rejected` counts spam and removed ones too."""

    public_id: str
    name: str
    kind: AuthorKind
    badge: str
    since: datetime.datetime
    approved: int
    rejected: int


@dataclass(frozen=True, slots=True)
class QueueParent:
    """A comment that another one answers: its published text, or its latest one where none is published."""

    public_id: str
    author_name: str
    status: Status
    posted_at: datetime.datetime
    body: str

    @property
    def excerpt(self) -> str:
        """The first 280 characters, with an ellipsis where more follows."""
        if len(self.body) <= EXCERPT_LENGTH:
            return self.body
        return self.body[: EXCERPT_LENGTH - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class QueueFinding:
    """What one flagger said of the latest text, its sentence in the active language."""

    flagger: str
    outcome: CheckOutcome
    score: float | None
    clause: str
    sentence: str
    spans: tuple[Span, ...]

    @property
    def is_flagged(self) -> bool:
        return self.outcome == CheckOutcome.FLAGGED

    @property
    def is_missing(self) -> bool:
        """Whether the check came to no result, so that its silence says nothing."""
        return self.outcome in (CheckOutcome.NOT_RUN, CheckOutcome.FAILED)


@dataclass(frozen=True, slots=True)
class QueueReport:
    """An open report by a reader. `clause` is an identifier; `reasons` and `name` are those of a notice. `pk` tells which
    reports a moderator has seen.
    """

    pk: int
    reference: str
    kind: ReportKind
    clause: str
    text: str
    reasons: str
    name: str
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class QueueAppeal:
    """An open appeal of the author; `moderator_id` is the account whose decision it is against."""

    pk: int
    text: str
    created_at: datetime.datetime
    moderator_id: int | None


@dataclass(frozen=True, slots=True)
class QueueChange:
    """A step in a comment's life. `actor_name` is empty unless an account of the desk made it; `decision` is the id of
    the judgement behind it, None when there is none.
    """

    from_status: str
    to_status: Status
    at: datetime.datetime
    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str
    is_undo: bool
    decision: int | None = None
    action: Action | None = None
    settles_edit: bool = False
    clause_number: int | None = None
    clause_title: str = ""
    note: str = ""
    may_be_undone: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One comment as the desk sees it. `body` is the author's latest text; `previous_body` the one that is public
    while an edit waits, None otherwise. `waiting_since` is None when no judgement is due, `is_screened` false while
    checks that run in the background have not looked at the latest text. `reports` and `appeal` are the open ones.
    `is_blind`: who wrote it, and what readers think of it, stays hidden until it is decided.
    """

    pk: int
    public_id: str
    status: Status
    revision: int
    body: str
    body_html: str
    previous_body: str | None
    language: str
    article: QueueArticle
    author: QueueAuthor
    author_name: str
    parent: QueueParent | None
    root: QueueParent | None
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    waiting_since: datetime.datetime | None
    is_screened: bool
    findings: tuple[QueueFinding, ...]
    last_change: QueueChange | None
    reports: tuple[QueueReport, ...] = ()
    appeal: QueueAppeal | None = None
    lease: QueueLease | None = None
    deferral: QueueDeferral | None = None
    is_blind: bool = False

    @property
    def has_waiting_edit(self) -> bool:
        return self.previous_body is not None

    @property
    def flagged(self) -> tuple[QueueFinding, ...]:
        """The findings that found something."""
        return tuple(finding for finding in self.findings if finding.is_flagged)

    @property
    def clear(self) -> tuple[QueueFinding, ...]:
        """The findings that say that there is nothing to be said."""
        return tuple(finding for finding in self.findings if finding.outcome == CheckOutcome.CLEAR)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `next_cursor` is empty on the last one."""

    items: tuple[QueueItem, ...]
    next_cursor: str
