"""The shapes of the moderators' side. What comes in is only shaped here; what it may do is the services' business."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from comments.api.schemas import ArticleKey, Problem, Prose, PublicId, SiteSlug
from comments.enums import ActorKind, AuthorKind, CheckOutcome, Status
from moderation.enums import Action, Mine, ReportKind, RestrictionKind, RestrictionTarget
from moderation.queue import QueueSort, QueueStatus
from moderation.services.bulk import BULK_LIMIT, REASON_LIMIT

MOST_MINUTES = 525_600

_Search = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
_Line = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
_Name = Annotated[str, StringConstraints(max_length=50, pattern=r"^[-a-zA-Z0-9_.]*$")]


class QueueQuery(Schema):
    site: SiteSlug | None = Field(None, description="Slug of the site; that of the token, or the first of one's own.")
    status: QueueStatus = QueueStatus.WAITING
    sort: QueueSort | None = Field(
        None,
        description="Oldest first where something waits, newest first elsewhere; `risk` where somebody waits or objects, "
        "`article` where somebody waits, the queue's own order elsewhere.",
    )
    flag: _Name = Field("", description="Name of a flagger that found something in the latest text.")
    article: ArticleKey | None = None
    author: PublicId | None = Field(None, description="Identifier of an author, as in an item.")
    section: _Line = Field("", description="Section of the article.")
    language: _Name = Field("", description="Language of the comment, `de`.")
    clause: _Name = Field(
        "", description="Clause named by a finding of the latest text, or by the decision that stands."
    )
    domain: _Search = Field("", description="Host that the latest text links to, without `www.`.")
    older_than: int = Field(0, ge=0, le=MOST_MINUTES, description="Waiting at least so many minutes.")
    late: bool = Field(default=False, description="Only what waits longer than the site promises.")
    mine: Mine | None = Field(
        None,
        description="Only what concerns the caller in this way; with `decided` for both, the latest decision comes first.",
    )
    q: _Search = Field(
        "",
        description="Words, beginnings of words and quoted phrases, all of which are in the latest text or the name.",
    )
    cursor: _Search = Field("", description="`next` of the page before.")


class Span(Schema):
    """A stretch of `body`, as half-open offsets in characters."""

    start: int
    end: int
    label: str


class Finding(Schema):
    """What a flagger said of the latest text. It proposes; people decide."""

    flagger: str
    outcome: CheckOutcome
    score: float | None
    clause: str
    sentence: str
    spans: list[Span]


class ItemArticle(Schema):
    key: str
    title: str
    teaser: str
    url: str


class ItemAuthor(Schema):
    """What became of this author's comments on the site: `rejected` counts spam and removed ones too, `removed` those that had
    been published. Every count stops at 1,000."""

    id: PublicId = Field(alias="public_id")
    name: str
    kind: AuthorKind
    badge: str
    since: datetime.datetime
    approved: int
    rejected: int
    removed: int


class ItemLink(Schema):
    """An address in the text. `host` is read from Punycode, `written_host` stands in the address; `names_somebody` is
    user@host. `is_first`: no earlier comment of the site links to the host."""

    address: str
    host: str
    written_host: str
    is_own: bool
    is_shortened: bool
    names_somebody: bool
    is_first: bool


class ItemDecision(Schema):
    """An earlier decision about a comment of the author."""

    comment: PublicId
    action: Action
    to_status: Status
    at: datetime.datetime
    clause_number: int | None
    clause_title: str


class ItemRestriction(Schema):
    """What the author may not do just now; without `ends_at` for good."""

    kind: RestrictionKind
    target: RestrictionTarget
    ends_at: datetime.datetime | None


class ItemStanding(Schema):
    """The author at a glance: the last five decisions, what restricts them, how many notes the desk keeps."""

    has_proved_address: bool
    is_trusted: bool
    decisions: list[ItemDecision]
    note_count: int
    restrictions: list[ItemRestriction]


class ItemParent(Schema):
    id: PublicId = Field(alias="public_id")
    author_name: str
    status: Status
    posted_at: datetime.datetime
    body: str


class Change(Schema):
    """A step in the life of a comment: who did what, when, and by which decision."""

    from_status: str
    to_status: Status
    at: datetime.datetime
    actor_kind: ActorKind
    actor_name: str
    is_undo: bool
    decision: int | None
    action: Action | None
    clause_number: int | None
    clause_title: str
    note: str
    may_be_undone: bool


class ItemReport(Schema):
    """An open report by a reader; `reasons` are those of a notice of unlawful content."""

    id: uuid.UUID = Field(alias="reference")
    kind: ReportKind
    clause: str
    text: str
    reasons: str
    created_at: datetime.datetime


class ItemAppeal(Schema):
    """An open appeal of the author."""

    text: str
    created_at: datetime.datetime


class Item(Schema):
    """A comment as the desk sees it. `previous_body` is what is public while an edit waits."""

    id: PublicId = Field(alias="public_id")
    status: Status
    revision: int
    body: str
    body_html: str
    previous_body: str | None
    language: str
    article: ItemArticle
    author: ItemAuthor | None = Field(
        alias="shown_author", description="None where a comment is judged without knowing who wrote it."
    )
    author_name: str = Field(description="The name as it stood when the comment was written.")
    parent: ItemParent | None
    root: ItemParent | None = Field(description="What began the conversation, when that is not the parent.")
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    waiting_since: datetime.datetime | None
    findings: list[Finding]
    is_severe: bool = Field(description="Whether the desk shows the text only to who asks to see it.")
    links: list[ItemLink] = Field(description="The first 12 different addresses in the latest text.")
    standing: ItemStanding
    last_change: Change | None
    is_blind: bool
    reports: list[ItemReport]
    appeal: ItemAppeal | None


class Queue(Schema):
    items: list[Item]
    next: str | None
    counts: dict[QueueStatus, int] = Field(description="Comments in each queue; 1,000 means at least so many.")


class DecisionIn(Schema):
    """A judgement of a comment as it was seen: `expected_status` and `expected_revision` are those of the item."""

    action: Action
    clause: _Name = Field("", description="Identifier of a clause of the policy in force; to reject, return, remove.")
    note: Prose = Field("", description="To the author, who reads it; up to 1,000 characters.")
    expected_status: Status
    expected_revision: int = Field(ge=1, le=32767)


class BulkDecisionIn(DecisionIn):
    id: PublicId


class BulkIn(Schema):
    decisions: list[BulkDecisionIn] = Field(min_length=1, max_length=BULK_LIMIT)
    reason: Prose = Field("", description=f"Why these together, for colleagues; up to {REASON_LIMIT} characters.")


class DecisionOut(Schema):
    id: int
    statement_id: uuid.UUID = Field(description="Names the statement of reasons, also outside.")
    action: Action
    from_status: Status
    to_status: Status
    revision: int
    settles_edit: bool = Field(description="Whether it judged the waiting edit of a published comment.")
    clause: str | None
    note: str
    moderator: str | None
    batch: uuid.UUID | None
    applied_at: datetime.datetime
    undone_at: datetime.datetime | None


class Standing(Schema):
    """Where a comment stands now, and what may be done with it."""

    id: PublicId
    status: Status
    revision: int
    waiting_since: datetime.datetime | None
    actions: list[Action]


class Decided(Schema):
    decision: DecisionOut
    comment: Standing


class VoteOut(Schema):
    """A judgement that is one of two people's."""

    action: Action
    clause: str | None
    note: str
    revision: int


class Kept(Schema):
    """202: the judgement is kept as one of two people's; the comment stays where it is."""

    detail: str
    vote: VoteOut
    comment: Standing


class StaleProblem(Problem):
    """409: `standing` is what came first, `comment` where the comment stands now."""

    comment: Standing | None = None
    standing: Change | None = None


class BulkAnswer(Schema):
    """The answer for one comment: what it would have been alone."""

    id: PublicId
    status: int = Field(description="201; 202 for one of two people's judgements; or the status code of the problem.")
    decision: DecisionOut | None = None
    detail: str | None = None
    vote: VoteOut | None = None
    comment: Standing | None = None
    problem: StaleProblem | None = None


class BulkDecided(Schema):
    batch: uuid.UUID
    answers: list[BulkAnswer]


class BatchUndone(Schema):
    batch: uuid.UUID
    answers: list[Decided]
