"""The card of one comment: the words with their marks, and the decisions that can be made."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.models import Comment, Site
from moderation.enums import Action, ReportKind
from moderation.models import Clause
from moderation.queue import QueueItem, QueueReport
from moderation.services.decisions import CLAUSE_NEEDED, NOTE_LIMIT, TARGETS, possible_actions
from moderation.services.policies import current_policy
from moderation.views.words import Piece, marked_paragraphs, word_changes

SIGNS = {Action.APPROVE: "check", Action.RESTORE: "undo", Action.SPAM: "spam"}
# The key of a decision that has none of its own name.
KEYS = {Action.RESTORE: Action.APPROVE}


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that is one button. `outcome` is where it leads, `key` the name of the key that presses it."""

    value: str
    label: str
    sign: str
    is_primary: bool
    outcome: Status
    key: str


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """A decision that is made by pressing the clause it is by; `value` is what stands before the clause."""

    value: str
    label: str
    short_label: str
    outcome: Status


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An open report with what it says is wrong, in words."""

    report: QueueReport
    title: str


@dataclass(frozen=True, slots=True)
class Card:
    """One comment, ready for the template. `clauses` are those of the policy in force, `following` the next comment,
    `last_report` the primary key of the newest report that is shown."""

    item: QueueItem
    paragraphs: tuple[tuple[Piece, ...], ...]
    changes: tuple[Piece, ...]
    choices: tuple[Choice, ...]
    clause_choices: tuple[ClauseChoice, ...]
    clauses: tuple[Clause, ...]
    following: str
    promised: datetime.timedelta
    is_late: bool
    reports: tuple[ReportLine, ...] = ()
    last_report: int = 0
    note_limit: int = NOTE_LIMIT

    @property
    def is_decided(self) -> bool:
        """Whether no judgement is due."""
        return self.item.waiting_since is None

    @property
    def is_blind(self) -> bool:
        """Whether who wrote it, and what readers think of it, is hidden: by option, until it is decided."""
        return self.item.is_blind and not self.is_decided


def make_card(item: QueueItem, site: Site, *, may_decide: bool, following: str = "") -> Card:
    """The card of a comment; without decisions for who may only look. 2 queries, for the policy."""
    (card,) = make_cards([item], site, may_decide=may_decide, following=following)
    return card


def make_cards(items: Sequence[QueueItem], site: Site, *, may_decide: bool, following: str = "") -> tuple[Card, ...]:
    """The cards of several comments, each followed by the next; `following` comes after the last. 2 queries."""
    policy = current_policy(site)
    clauses = tuple(policy.clauses.all()) if policy else ()
    after = [*(item.public_id for item in items[1:]), following]
    return tuple(
        _card(item, site, clauses=clauses, may_decide=may_decide, following=then)
        for item, then in zip(items, after, strict=False)
    )


def _card(item: QueueItem, site: Site, *, clauses: tuple[Clause, ...], may_decide: bool, following: str) -> Card:
    # An appeal is answered by somebody else than who decided, so it has buttons of its own.
    actions = _actions(item) if may_decide and item.appeal is None else ()
    promised = datetime.timedelta(minutes=site.promised_minutes)
    return Card(
        item=item,
        paragraphs=marked_paragraphs(item.body, (span for finding in item.flagged for span in finding.spans)),
        changes=() if item.previous_body is None else word_changes(item.previous_body, item.body),
        choices=tuple(_choices(actions, item)),
        clause_choices=tuple(_clause_choices(actions, item)),
        clauses=clauses,
        following=following,
        promised=promised,
        is_late=item.waiting_since is not None and timezone.now() - item.waiting_since > promised,
        reports=tuple(ReportLine(report, _report_title(report, clauses)) for report in item.reports),
        last_report=max((report.pk for report in item.reports), default=0),
    )


def _report_title(report: QueueReport, clauses: tuple[Clause, ...]) -> str:
    """The clause that is said to be broken, or what else it is; a clause that is no longer in force by its identifier."""
    if report.kind != ReportKind.CLAUSE:
        return str(report.kind.label)
    return next((clause.title for clause in clauses if clause.slug == report.clause), report.clause)


def _actions(item: QueueItem) -> tuple[Action, ...]:
    return possible_actions(Comment(status=item.status, waiting_since=item.waiting_since))


def _outcome(action: Action, item: QueueItem) -> Status:
    """The status that an action leads to; an edit that is settled leaves the comment published."""
    return TARGETS[action].get(item.status, item.status)


def _choices(actions: tuple[Action, ...], item: QueueItem) -> list[Choice]:
    labels = (
        {Action.APPROVE: _("Publish the change")} if item.has_waiting_edit else {Action.RESTORE: _("Publish after all")}
    )
    return [
        Choice(
            value=action.value,
            label=labels.get(action, str(action.label)),
            sign=SIGNS[action],
            is_primary=action == Action.APPROVE,
            outcome=_outcome(action, item),
            key=KEYS.get(action, action).value,
        )
        for action in actions
        if action not in CLAUSE_NEEDED
    ]


def _clause_choices(actions: tuple[Action, ...], item: QueueItem) -> list[ClauseChoice]:
    is_edit = item.has_waiting_edit
    labels = {
        Action.REJECT: _("Keep the published text, by clause") if is_edit else _("Reject by clause"),
        Action.RETURN: _("Return for revision, by clause"),
        Action.REMOVE: _("Remove by clause"),
    }
    short_labels = {Action.REJECT: _("Reject …"), Action.REMOVE: _("Remove …")}
    return [
        ClauseChoice(
            value=action.value,
            label=labels[action],
            short_label=short_labels.get(action, ""),
            outcome=_outcome(action, item),
        )
        for action in actions
        if action in CLAUSE_NEEDED
    ]
