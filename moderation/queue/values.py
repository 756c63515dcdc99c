"""What the read side of the desk answers with: plain values, the same for the pages and the API."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.enums import ActorKind, ArticleMode, AuthorKind, CheckOutcome, Status
from comments.models import Comment
from moderation.enums import Action, Mine, ReportKind
from moderation.queue.colleagues import QueueDeferral, QueueLease
from moderation.queue.found import QueueFinding
from moderation.queue.surroundings import AuthorGlance, CommentLink, Surroundings

PAGE_SIZE = 25
# Counts stop here; more is shown as "999+".
COUNT_LIMIT = 1_000
EXCERPT_LENGTH = 280
ROW_EXCERPT_LENGTH = 160


class QueueStatus(models.TextChoices):
    """The queues of the desk. WAITING holds pending comments and edits of published ones that nobody put aside, FLAGGED those
    of them in which something was found, EDITED the edits, DEFERRED what is put aside. REPORTED is what readers object to,
    APPEALED what its author does, whatever the status of the comment. DECIDED is everything that was judged and waits for
    nobody; APPROVED, REJECTED and REMOVED are parts of it.
    """

    WAITING = "waiting", _("Waiting")
    FLAGGED = "flagged", _("Flagged")
    REPORTED = "reported", _("Reported")
    EDITED = "edited", _("Edited")
    RETURNED = "returned", _("Returned")
    APPEALED = "appealed", _("Appeals")
    DEFERRED = "deferred", _("Deferred")
    SPAM = "spam", _("Spam")
    DECIDED = "decided", _("Decided")
    APPROVED = "approved", _("Published")
    REJECTED = "rejected", _("Not published")
    REMOVED = "removed", _("Removed")

    @property
    def is_waiting(self) -> bool:
        """Whether its comments are ordered by how long they wait, not by when they were posted."""
        return self in (QueueStatus.WAITING, QueueStatus.FLAGGED, QueueStatus.EDITED, QueueStatus.DEFERRED)

    @property
    def is_raised(self) -> bool:
        """Whether its comments are there because somebody objects; they are ordered by since when."""
        return self in (QueueStatus.REPORTED, QueueStatus.APPEALED)

    @property
    def is_decided(self) -> bool:
        """Whether it is everything that was decided, or a part of it that is chosen there."""
        return self in (QueueStatus.DECIDED, *DECIDED_PARTS)

    @property
    def is_part(self) -> bool:
        """Whether it is a part of what was decided."""
        return self in DECIDED_PARTS

    @property
    def sorts(self) -> tuple[QueueSort, ...]:
        """The orders it can be read in, its own first. What was found matters, and articles are worked off, where somebody
        waits; elsewhere there may be a million rows to sort."""
        if self.is_waiting:
            return (QueueSort.OLDEST, QueueSort.NEWEST, QueueSort.RISK, QueueSort.ARTICLE)
        if self.is_raised:
            return (QueueSort.OLDEST, QueueSort.NEWEST, QueueSort.RISK)
        return (QueueSort.NEWEST, QueueSort.OLDEST)


DECIDED_PARTS = (QueueStatus.APPROVED, QueueStatus.REJECTED, QueueStatus.REMOVED)


class QueueSort(models.TextChoices):
    """The orders a moderator may choose."""

    OLDEST = "oldest", _("Oldest")
    NEWEST = "newest", _("Newest")
    RISK = "risk", _("Most flagged")
    ARTICLE = "article", _("By article")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which comments of a site, in which order. Empty values filter nothing; `sort` None is the queue's own order.

    `flag` is the name of a flagger that found something in the latest text, `clause` the slug of one that a finding or a
    standing decision names, `article` a publisher's key, `section` as the article has it, `author` an author's public
    identifier, `domain` a host that the latest text links to, `q` what is searched for in text and name. `age` is the
    number of minutes it waits at least, `is_late` longer than the site promises.
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
    section: str = ""
    language: str = ""
    clause: str = ""
    domain: str = ""
    age: int = 0
    is_late: bool = False

    @property
    def order(self) -> QueueSort:
        """The chosen order; by default what waits longest comes first, and what was decided newest first."""
        return self.sort if self.sort in self.status.sorts else self.status.sorts[0]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the queue and its order was chosen."""
        return replace(self, status=QueueStatus.WAITING, sort=None, viewer_id=0) != QueueFilters()


@dataclass(frozen=True, slots=True)
class QueueArticle:
    """The article a comment stands under."""

    key: str
    title: str
    teaser: str
    url: str
    section: str = ""
    mode: ArticleMode = ArticleMode.PRE_MODERATED


@dataclass(frozen=True, slots=True)
class QueueAuthor:
    """Who wrote it, and what became of what they wrote on this site; `rejected` counts spam and removed ones too.
    Every count stops at COUNT_LIMIT.
    """

    public_id: str
    name: str
    kind: AuthorKind
    badge: str
    since: datetime.datetime
    approved: int
    rejected: int
    removed: int = 0


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
    # Whether software judged, and whether that was by a rule that the site switched on.
    is_automated: bool = False
    is_by_rule: bool = False
    # Whether it was judged without seeing what the checks said.
    hid_findings: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One comment as the desk sees it. `body` is the author's latest text; `previous_body` the one that is public
    while an edit waits, None otherwise. `waiting_since` is None when no judgement is due, `is_screened` false while
    checks that run in the background have not looked at the latest text. `reports` and `appeal` are the open ones.
    `is_blind`: who wrote it, and what readers think of it, stays hidden until it is decided. `is_severe`: the
    text is shown to who asks to see it; `was_severe` says so of the one that is public while an edit waits. `is_sampled`: it is
    in the blind sample, or drawn for it by a rule, so that findings come with it only once nobody has to judge it. `around` is what surrounds it, where that was read too.
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
    # Checks that came to a result while they were in shadow; what that is stays out of sight.
    looked_in_shadow: tuple[str, ...] = ()
    reports: tuple[QueueReport, ...] = ()
    appeal: QueueAppeal | None = None
    lease: QueueLease | None = None
    deferral: QueueDeferral | None = None
    is_blind: bool = False
    is_severe: bool = False
    was_severe: bool = False
    is_sampled: bool = False
    is_pinned: bool = False
    is_featured: bool = False
    # Whether the site lets comments of authors whom it trusts appear at once.
    spares_trusted: bool = False
    # The status before the one it has, empty for a new comment, and whether a decision that was taken back led to it.
    came_from: str = ""
    came_by_undo: bool = False
    # Whether colleagues may have said something about it.
    is_discussed: bool = True
    around: Surroundings | None = None

    @property
    def changes_are_severe(self) -> bool:
        """Whether what changed is shown to who asks to see it: it has words of both texts."""
        return self.is_severe or self.was_severe

    @property
    def links(self) -> tuple[CommentLink, ...]:
        """Where the latest text links to; nothing unless it was read with what surrounds it."""
        return self.around.links if self.around else ()

    @property
    def standing(self) -> AuthorGlance:
        """The author at a glance; nothing unless it was read with what surrounds it."""
        return self.around.author if self.around else AuthorGlance()

    @property
    def shown_author(self) -> QueueAuthor | None:
        """The author; nobody in a blind first look."""
        return None if self.is_blind else self.author

    @property
    def hides_findings(self) -> bool:
        """Whether what checks said of it is left out for now."""
        return self.is_sampled and self.waiting_since is not None

    @property
    def has_waiting_edit(self) -> bool:
        return self.previous_body is not None

    @property
    def excerpt(self) -> str:
        """As in a row of the list."""
        return short_text(self.body, ROW_EXCERPT_LENGTH)

    @property
    def flag_count(self) -> int:
        return len(self.flagged)

    @property
    def report_count(self) -> int:
        return len(self.reports)

    @property
    def clause_title(self) -> str:
        return self.last_change.clause_title if self.last_change else ""

    @property
    def flagged(self) -> tuple[QueueFinding, ...]:
        """The findings that found something."""
        return tuple(finding for finding in self.findings if finding.is_flagged)

    @property
    def clear(self) -> tuple[QueueFinding, ...]:
        """The findings that say nothing: not those that say why they cannot tell, or that not all was read."""
        return tuple(
            finding for finding in self.findings if finding.outcome == CheckOutcome.CLEAR and not finding.sentence
        )


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `next_cursor` is empty on the last one."""

    items: tuple[QueueItem, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class RowArticle:
    """The article above a row of the list."""

    key: str
    title: str
    section: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the list: what is needed to choose a comment, not to judge it. `excerpt` is the beginning of the latest
    text, `clause_title` that of the last decision; `begins_article` tells in a list by article where a new one begins.
    `is_severe`: the text is shown to who asks to see it.
    """

    public_id: str
    status: Status
    author_name: str
    excerpt: str
    language: str
    article: RowArticle
    posted_at: datetime.datetime
    waiting_since: datetime.datetime | None
    flag_count: int
    report_count: int
    clause_title: str
    lease: QueueLease | None = None
    begins_article: bool = False
    is_severe: bool = False


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of the list. `first` is the comment to begin with, the first that no
    colleague has before them, with article, author and site, for the card."""

    rows: tuple[QueueRow, ...]
    next_cursor: str
    first: Comment | None = None


def short_text(body: str, length: int) -> str:
    """The beginning of a text on one line, with an ellipsis where more follows."""
    line = " ".join(body.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
