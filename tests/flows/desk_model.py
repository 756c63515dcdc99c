"""What the desk has to do, written down once more from its rules, in plain Python: nothing of the application is used here.

A comment moves between states; every step is kept, and one that is taken back puts exactly the state before it back. A mail
about a decision waits 15 s; taken back until then it is never sent, afterwards a second one follows. To an address that nobody
proved one mail a day goes. Readers' reports and the author's appeal are settled by a step, and open again when it is taken back;
so are questions to colleagues and their opinions, and a comment that was put aside is put aside again.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from tests.flows.desk_values import (
    ACTIONS,
    APPEAL_WINDOW,
    DAY,
    EDIT_WINDOW,
    GRACE,
    MOVES,
    NEED_CLAUSE,
    READERS_TO_REQUEUE,
    REFUSED,
    ROWS_ARE_KEPT,
    WHAT_REPORTS_BECOME,
    Appeal,
    Beside,
    Comment,
    Decision,
    Refused,
    Report,
    Row,
    Standing,
    Step,
)


@dataclass
class Desk:
    """The desk of a site. `mails` are what went out: the kind, and the primary key of what it is about."""

    now: datetime.datetime
    counts: list[int]
    versions: list[int]
    comments: list[Comment] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    appeals: list[Appeal] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    mails: list[tuple[str, int]] = field(default_factory=list)
    written_to: dict[str, datetime.datetime] = field(default_factory=dict)

    # --- Authors

    def post(self, article: int, mailbox: str | None, *, is_proved: bool) -> None:
        first = Step("", "pending", 1, "author", "", None)
        standing = Standing("pending", waiting_since=self.now)
        self.comments.append(Comment(article, self.now, mailbox, is_proved, standing, [self.now], [first]))

    def revise(self, comment: Comment) -> None:
        standing = comment.standing
        in_window = self.now < comment.posted_at + EDIT_WINDOW
        if standing.status != "returned" and not (in_window and standing.status in ("pending", "approved")):
            raise Refused("EditWindowOverError")
        comment.written.append(self.now)
        comment.beside = comment.beside._replace(deferred_until=None)
        if standing.status == "approved":
            comment.standing = standing._replace(waiting_since=standing.waiting_since or self.now)
        if standing.status == "returned":
            self._move(comment, standing._replace(status="pending", waiting_since=self.now), by="author")

    def withdraw(self, comment: Comment) -> None:
        if comment.standing.status not in ("pending", "approved", "returned"):
            raise Refused("EditWindowOverError")
        self._move(comment, comment.standing._replace(status="withdrawn", waiting_since=None), by="author")

    def appeal(self, comment: Comment, pk: int) -> None:
        standing = [one for one in self.decisions if one.comment is comment and not one.is_undone]
        last = standing[-1] if standing else None
        is_against = last is not None and last.step.to == comment.standing.status
        if comment.standing.status not in REFUSED or last is None or not is_against:
            raise Refused("AppealNotPossibleError")
        if any(one.decision is last for one in self.appeals) or self.now - last.at > APPEAL_WINDOW:
            raise Refused("AppealNotPossibleError")
        self.appeals.append(Appeal(pk, last))

    # --- Readers

    def report(self, comment: Comment, pk: int, network: str, mailbox: str | None) -> None:
        """A plain report again by who has an open one is that one; a notice comes from a mailbox of its own."""
        opened = self._open_reports(comment)
        if mailbox is None and any(one.network == network and one.mailbox is None for one in opened):
            return
        report = Report(pk, comment, network, mailbox)
        self.reports.append(report)
        if mailbox is not None:
            self.rows.append(Row("report_receipt", report, self.now))
        readers = {one.network for one in self._open_reports(comment)}
        if len(readers) >= READERS_TO_REQUEUE:
            self._move(comment, comment.standing._replace(status="pending", waiting_since=self.now), by="rule")

    # --- The desk

    def possible(self, comment: Comment) -> list[str]:
        found = [action for action in ACTIONS if (action, comment.standing.status) in MOVES]
        return ["approve", "reject", *found] if comment.has_waiting_edit else found

    def decide(
        self, comment: Comment, action: str, seen: tuple[str, int], clause: str, moderator: int, pk: int, batch: object
    ) -> None:
        """`seen` are status and revision as the moderator saw them."""
        if action in NEED_CLAUSE and not clause:
            raise Refused("ClauseNeededError")
        status, revision = seen
        is_about_edit = status == "approved" and action in ("approve", "reject")
        if not is_about_edit and (action, status) not in MOVES:
            raise Refused("IllegalTransitionError")
        if seen != (comment.standing.status, comment.revision):
            raise Refused("StaleDecisionError")
        if is_about_edit and not comment.has_waiting_edit:
            raise Refused("StaleDecisionError")
        after = comment.standing._replace(waiting_since=None)
        if is_about_edit and action == "approve":
            after = after._replace(published_revision=revision, edited_at=comment.written[-1])
        if not is_about_edit:
            after = after._replace(status=MOVES[action, status])
            if after.status == "approved":
                after = after._replace(published_at=after.published_at or self.now, published_revision=revision)
        step = self._move(comment, after, by="moderator", clause=clause)
        decision = Decision(pk, comment, action, step, self.now, moderator, batch)
        self.decisions.append(decision)
        if comment.mailbox and action != "spam":
            self.rows.append(Row("decision_mail", decision, self.now + GRACE))

    def undo(self, decision: Decision) -> None:
        if self._take_back(decision):
            self._put_undo_mail(decision)

    def undo_batch(self, batch: object) -> None:
        """All or nothing."""
        chosen = [one for one in self.decisions if one.batch == batch and not one.is_undone][::-1]
        if not chosen:
            raise Refused("NothingToUndoError")
        if any(one.comment.last_that_holds is not one.step for one in chosen):
            raise Refused("StaleDecisionError")
        if any(one.comment.revision != one.step.revision for one in chosen):
            raise Refused("StaleDecisionError")
        for one in chosen:
            self.undo(one)

    def undo_down_to(self, decision: Decision, seen: Step) -> None:
        """Take back a decision and all that came after it; `seen` is the last step that the moderator was shown."""
        comment = decision.comment
        if decision.is_undone:
            raise Refused("NothingToUndoError")
        held = [step for step in comment.steps if step.takes_back is None and not step.is_taken_back]
        chain = held[held.index(decision.step) :][::-1]
        if any(step.by == "author" for step in chain) or comment.revision != decision.step.revision:
            raise Refused("AuthorWasLastError")
        if chain[0] is not seen:
            raise Refused("StaleDecisionError")
        told: Decision | None = None
        for step in chain:
            behind = next((one for one in self.decisions if one.step is step), None)
            if behind is None:
                assert step.before is not None
                self._move(comment, step.before, by="moderator", takes_back=step)
            elif self._take_back(behind):
                told = behind
        if told is not None:
            # The author gets one mail, about the oldest decision that they were told of.
            self._put_undo_mail(told)

    def dismiss_reports(self, comment: Comment) -> None:
        opened = self._open_reports(comment)
        if not opened:
            raise Refused("NothingReportedError")
        self._settle_reports(opened, "dismissed", None)

    def uphold(self, appeal: Appeal, moderator: int, pk: int) -> None:
        self._require_open(appeal, moderator)
        appeal.state = "upheld"
        comment = appeal.decision.comment
        seen = (comment.standing.status, comment.revision)
        self.decide(comment, "restore", seen, "", moderator, pk, None)
        appeal.settled_by = self.decisions[-1].step

    def reject_appeal(self, appeal: Appeal, moderator: int) -> None:
        self._require_open(appeal, moderator)
        appeal.state = "rejected"
        if appeal.decision.comment.mailbox:
            self.rows.append(Row("appeal_decision", appeal, self.now))

    def defer(self, comment: Comment, until: datetime.datetime) -> None:
        if comment.standing.waiting_since is None:
            raise Refused("NotWaitingError")
        comment.beside = comment.beside._replace(deferred_until=until)

    def take_up(self, comment: Comment) -> None:
        comment.beside = comment.beside._replace(deferred_until=None)

    def ask(self, comment: Comment, moderator: int, colleague: int | None) -> None:
        if comment.standing.waiting_since is None:
            raise Refused("NotWaitingError")
        if comment.beside.question is not None:
            raise Refused("AlreadyAskedError")
        comment.beside = comment.beside._replace(question=(moderator, colleague))

    def take_question_back(self, comment: Comment, moderator: int) -> None:
        question = comment.beside.question
        if question is not None and question[0] == moderator:
            comment.beside = comment.beside._replace(question=None)

    def give_opinion(self, comment: Comment, moderator: int, action: str, revision: int) -> None:
        if action not in self.possible(comment):
            raise Refused("IllegalTransitionError")
        if comment.standing.waiting_since is None or revision != comment.revision:
            raise Refused("NotWaitingError")
        others = [one for one in comment.beside.opinions if one[:2] != (revision, moderator)]
        question = comment.beside.question
        is_answer = question is not None and question[0] != moderator and question[1] in (None, moderator)
        comment.beside = comment.beside._replace(
            opinions=tuple(sorted([*others, (revision, moderator, action)])), question=None if is_answer else question
        )

    # --- The outbox

    def deliver(self, limit: int) -> None:
        """What is due first goes first."""
        due = sorted((row for row in self.rows if not row.is_done and row.due <= self.now), key=lambda row: row.due)
        for row in due[:limit]:
            self._deliver(row)

    def forget(self) -> None:
        """What was delivered more than 30 days ago is not kept."""
        oldest = self.now - ROWS_ARE_KEPT
        self.rows = [row for row in self.rows if row.done_at is None or row.done_at >= oldest]

    def _deliver(self, row: Row) -> None:
        about = row.about
        if isinstance(about, Decision) and row.kind == "decision_mail":
            later = [one for one in self.decisions if one.comment is about.comment and not one.is_undone]
            newest = later[-1] if later else about
            if not about.is_undone and newest is not about:
                self._after_later(row, newest)
                return
        if isinstance(about, Report):
            if row.kind == "report_receipt" or about.state != "open":
                self._mail(row, about.mailbox or "", about.pk, is_proved=False)
            else:
                self._done(row)
            return
        decision = about.decision if isinstance(about, Appeal) else about
        self._mail(row, decision.comment.mailbox or "", decision.pk, is_proved=decision.comment.is_proved)

    def _after_later(self, row: Row, newest: Decision) -> None:
        """A decision that another one followed is told of only if that one is taken back in time."""
        waiting = next((one for one in self.rows if one.about is newest and not one.is_done), None)
        if waiting is not None:
            row.due = max(waiting.due, self.now + GRACE)
        elif newest.at + GRACE > self.now:
            row.due = newest.at + GRACE
        else:
            self._done(row)

    def _mail(self, row: Row, mailbox: str, pk: int, *, is_proved: bool) -> None:
        last = self.written_to.get(mailbox)
        if not is_proved:
            if last is not None and last > self.now - DAY:
                row.due = last + DAY
                return
            self.written_to[mailbox] = self.now
        self.mails.append((row.kind, pk))
        self._done(row)

    def _done(self, row: Row) -> None:
        row.done_at = self.now

    # --- Inside

    def _take_back(self, decision: Decision) -> bool:
        """Whether its author was told of it."""
        if decision.is_undone:
            raise Refused("NothingToUndoError")
        comment, step = decision.comment, decision.step
        if comment.last_that_holds is not step or comment.revision != step.revision:
            raise Refused("StaleDecisionError")
        assert step.before is not None
        decision.is_undone = True
        self._move(comment, step.before, by="moderator", takes_back=step)
        rows = [row for row in self.rows if row.about is decision and row.kind == "decision_mail"]
        self.rows = [row for row in self.rows if row not in rows or row.is_done]
        return any(row.is_done for row in rows) or decision.at < self.now - ROWS_ARE_KEPT

    def _put_undo_mail(self, decision: Decision) -> None:
        if decision.comment.mailbox and decision.action != "spam":
            self.rows.append(Row("undo_mail", decision, self.now))

    def _move(
        self, comment: Comment, after: Standing, *, by: str, clause: str = "", takes_back: Step | None = None
    ) -> Step:
        before = comment.standing
        step = Step(before.status, after.status, comment.revision, by, clause, before, takes_back, ended=comment.beside)
        comment.standing, comment.beside = after, takes_back.ended if takes_back else Beside()
        comment.steps.append(step)
        if takes_back is not None:
            takes_back.is_taken_back = True
        self._publish(comment.article, before, after)
        self._settle_what_readers_said(comment, step, before)
        self._settle_what_the_author_said(comment, step)
        return step

    def _publish(self, article: int, before: Standing, after: Standing) -> None:
        shown = [one.published_revision if one.status == "approved" else None for one in (before, after)]
        if shown[0] != shown[1] or before.status != after.status:
            if "approved" in (before.status, after.status):
                self.versions[article] += 1
            self.counts[article] += (after.status == "approved") - (before.status == "approved")

    def _settle_what_readers_said(self, comment: Comment, step: Step, before: Standing) -> None:
        if before.published_at is None:
            return
        if step.takes_back is not None:
            for report in [one for one in self.reports if one.settled_by is step.takes_back]:
                self._open_again(report)
        elif step.to in WHAT_REPORTS_BECOME and step.came_from != step.to:
            self._settle_reports(self._open_reports(comment), WHAT_REPORTS_BECOME[step.to], step)

    def _open_again(self, report: Report) -> None:
        """Unless the same reader has reported it anew meanwhile."""
        same = [one for one in self._open_reports(report.comment) if one.network == report.network]
        if report.mailbox is None and any(one.mailbox is None for one in same):
            return
        self.rows = [
            row
            for row in self.rows
            if row.is_done
            or row.kind != "report_decision"
            or row.about is not report
            or row.step is not report.settled_by
        ]
        report.state, report.settled_by = "open", None

    def _settle_what_the_author_said(self, comment: Comment, step: Step) -> None:
        if step.takes_back is not None and step.to in REFUSED:
            for appeal in self.appeals:
                if appeal.settled_by is step.takes_back:
                    appeal.state, appeal.settled_by = "open", None
        if step.came_from in REFUSED and step.to not in REFUSED:
            for appeal in self.appeals:
                if appeal.decision.comment is comment and appeal.state == "open":
                    appeal.state, appeal.settled_by = "upheld", step

    def _open_reports(self, comment: Comment) -> list[Report]:
        return [one for one in self.reports if one.comment is comment and one.state == "open"]

    def _settle_reports(self, reports: list[Report], state: str, step: Step | None) -> None:
        for report in reports:
            report.state, report.settled_by = state, step
            if report.mailbox is not None:
                self.rows.append(Row("report_decision", report, self.now + GRACE, step))

    def _require_open(self, appeal: Appeal, moderator: int) -> None:
        if appeal.decision.moderator == moderator:
            raise Refused("OwnDecisionError")
        if appeal.state != "open":
            raise Refused("AppealAnsweredError")
