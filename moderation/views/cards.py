"""The card of one comment: the words with their marks, and the decisions that can be made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.models import Comment, Site
from moderation.enums import Action, ReportKind
from moderation.flaggers.base import SiteKnowledge, Stage, state_of
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.registry import installed_flaggers
from moderation.models import Clause
from moderation.queue import OtherPending, QueueItem, QueueReport, Surroundings, read_surroundings
from moderation.queue.colleagues import Colleagues
from moderation.services.decisions import CLAUSE_NEEDED, NOTE_LIMIT, TARGETS, possible_actions
from moderation.services.policies import current_clauses
from moderation.views.words import Piece, Stretch, marked_paragraphs, numbered_spans, word_changes

# From which share of the promised time on a comment is soon late.
SOON = 0.75
SIGNS = {Action.APPROVE: "check", Action.RESTORE: "undo", Action.SPAM: "spam"}

NOTHING_SAID = Colleagues()
NOBODY: Mapping[int, Colleagues] = MappingProxyType({})


class Timing(Enum):
    """How a comment stands against the promised time."""

    ON_TIME = "on_time"
    SOON_LATE = "soon_late"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that is one button, pressed by the key of its name; `outcome` is where it leads. To publish after all has no
    key, so that a hand quicker than the eye never turns a colleague's refusal round."""

    value: str
    label: str
    sign: str
    is_primary: bool
    outcome: Status


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
class OthersLine:
    """Others that wait; `common` is what they have in common: "author", "network" or "text"."""

    common: str
    pending: OtherPending


@dataclass(frozen=True, slots=True)
class Card:
    """One comment, ready for the template. `clauses` are those of the policy in force, `following` the next comment,
    `last_report` the primary key of the newest report that is shown."""

    item: QueueItem
    paragraphs: tuple[tuple[Stretch, ...], ...]
    changes: tuple[Piece, ...]
    choices: tuple[Choice, ...]
    clause_choices: tuple[ClauseChoice, ...]
    clauses: tuple[Clause, ...]
    following: str
    promised: datetime.timedelta
    timing: Timing
    around: Surroundings
    # Checks that are on now and have said nothing of this text, although they should have by now; and those that looked at it
    # while they were still in shadow.
    absent: tuple[str, ...] = ()
    looked_in_shadow: tuple[str, ...] = ()
    reports: tuple[ReportLine, ...] = ()
    last_report: int = 0
    note_limit: int = NOTE_LIMIT
    colleagues: Colleagues = NOTHING_SAID

    @property
    def is_decided(self) -> bool:
        """Whether no judgement is due."""
        return self.item.waiting_since is None

    @property
    def is_late(self) -> bool:
        """Whether it waits longer than the site promises."""
        return self.timing == Timing.LATE

    @property
    def others(self) -> tuple[OthersLine, ...]:
        """What else waits and has something in common with it; what tells of its author is left out when that is hidden."""
        around = self.around
        lines = [OthersLine("text", around.by_text)]
        if not self.is_blind:
            lines = [OthersLine("author", around.by_author), OthersLine("network", around.by_network), *lines]
        return tuple(line for line in lines if line.pending.count)

    @property
    def is_blind(self) -> bool:
        """Whether who wrote it, and what readers think of it, is hidden: by option, until it is decided."""
        return self.item.is_blind and not self.is_decided


def make_card(
    item: QueueItem,
    site: Site,
    *,
    may_decide: bool,
    following: str = "",
    colleagues: Mapping[int, Colleagues] = NOBODY,
) -> Card:
    """The card of a comment; without decisions for who may only look. As make_cards."""
    (card,) = make_cards([item], site, may_decide=may_decide, following=following, colleagues=colleagues)
    return card


def make_cards(
    items: Sequence[QueueItem],
    site: Site,
    *,
    may_decide: bool,
    following: str = "",
    colleagues: Mapping[int, Colleagues] = NOBODY,
) -> tuple[Card, ...]:
    """The cards of several comments, each followed by the next; `following` comes after the last. 3 queries, and 1 where
    what flaggers know of the site is too old."""
    clauses, knowledge = current_clauses(site), load_knowledge(site.slug)
    after = [*(item.public_id for item in items[1:]), following]
    made = (
        _card(item, around, site, clauses, knowledge, may_decide=may_decide, following=then)
        for item, around, then in zip(items, read_surroundings(site, items), after, strict=False)
    )
    return tuple(replace(card, colleagues=colleagues.get(card.item.pk, NOTHING_SAID)) for card in made)


def _card(
    item: QueueItem,
    around: Surroundings,
    site: Site,
    clauses: tuple[Clause, ...],
    knowledge: SiteKnowledge,
    *,
    may_decide: bool,
    following: str,
) -> Card:
    # An appeal is answered by somebody else than who decided, so it has buttons of its own.
    actions = _actions(item) if may_decide and item.appeal is None else ()
    promised = datetime.timedelta(minutes=site.promised_minutes)
    silent = () if item.hides_findings else tuple(_silent(item, knowledge))
    return Card(
        item=item,
        around=around,
        paragraphs=marked_paragraphs(item.body, numbered_spans(item.flagged)),
        changes=() if item.previous_body is None else word_changes(item.previous_body, item.body),
        choices=tuple(_choices(actions, item)),
        clause_choices=tuple(_clause_choices(actions, item)),
        clauses=clauses,
        following=following,
        promised=promised,
        timing=_timing(item, promised),
        absent=tuple(name for name in silent if name not in item.looked_in_shadow),
        looked_in_shadow=tuple(name for name in silent if name in item.looked_in_shadow),
        reports=tuple(ReportLine(report, _report_title(report, clauses)) for report in item.reports),
        last_report=max((report.pk for report in item.reports), default=0),
    )


def _timing(item: QueueItem, promised: datetime.timedelta) -> Timing:
    waited = timezone.now() - item.waiting_since if item.waiting_since else datetime.timedelta()
    if waited > promised:
        return Timing.LATE
    return Timing.SOON_LATE if waited >= SOON * promised else Timing.ON_TIME


def _silent(item: QueueItem, knowledge: SiteKnowledge) -> Iterator[str]:
    """Names of checks for this language without a result that is shown; those that run in the background may still be at it."""
    known = {finding.flagger for finding in item.findings}
    stages = (Stage.INLINE, Stage.ASYNCHRONOUS) if item.is_screened else (Stage.INLINE,)
    for flagger in installed_flaggers(*stages):
        if flagger.name not in known and state_of(flagger, item.language, knowledge).is_heard:
            yield flagger.name


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
