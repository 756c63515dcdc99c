"""What becomes of readers' reports: dismissed by a moderator, or settled by what happened to the comment."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import Status
from comments.models import Comment, StatusChange
from comments.services import outbox
from moderation.enums import ReportState
from moderation.exceptions import NotAllowedError, NothingReportedError
from moderation.models import Decision, Finding, Report
from moderation.permissions import may_decide

# What a step of a comment says of the reports of it that were open, by where it led.
_OUTCOMES = {
    Status.REMOVED: ReportState.UPHELD,
    Status.REJECTED: ReportState.UPHELD,
    Status.SPAM: ReportState.UPHELD,
    Status.RETURNED: ReportState.UPHELD,
    Status.WITHDRAWN: ReportState.MOOT,
    Status.APPROVED: ReportState.DISMISSED,
}


def dismiss_reports(*, comment: Comment, moderator: AbstractBaseUser, up_to: int) -> int:
    """Decide that there is no objection: dismiss the open reports of a comment up to the last one that the moderator saw
    (its primary key); return how many. 3 queries, and 1 for each notifier. Raises NotAllowedError, NothingReportedError.
    """
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    with transaction.atomic():
        found = list(Report.objects.open().filter(comment=comment, pk__lte=up_to))
        dismissed = _settle(found, ReportState.DISMISSED, decided_by_id=moderator.pk)
        if not dismissed:
            raise NothingReportedError
    return dismissed


def what_software_did(report: Report) -> str:
    """Whether software had a part in what was decided on a report: a sentence in the active language. Of one that was dismissed,
    whether moderators saw something flagged in what was reported. 1 query, none for one loaded with the decision behind it."""
    decision: Decision | None = getattr(report.settled_by, "decision", None)
    if decision is not None:
        is_flagged = decision.automated_detection
    else:
        found = Finding.objects.flagged().filter(comment=report.comment_id, revision=report.revision)
        is_flagged = found.filter(created_at__lte=report.decided_at or timezone.now()).exists()
    if is_flagged:
        return _("A person decided. Software had pointed to something in the comment.")
    return _("A person decided; software had no part in it.")


def settle_reports_with(change: StatusChange) -> None:
    """Decide the open reports of a comment by a step of it, or open them again when the step was taken back.

    No query for a comment that was never public, 1 where nothing is reported. The caller holds the step's transaction.
    """
    if change.from_published_at is None:
        return
    if change.undoes_id is not None:
        _reopen(change.comment_id, change.undoes_id)
        return
    state = _OUTCOMES.get(Status(change.to_status))
    if state is None or change.from_status == change.to_status:
        return
    found = list(Report.objects.open().filter(comment_id=change.comment_id))
    _settle(found, state, decided_by_id=change.actor_id, change=change)


def _settle(
    reports: list[Report], state: ReportState, *, decided_by_id: int | None, change: StatusChange | None = None
) -> int:
    """Write what became of these reports, tell those who sent a notice; return how many still were open."""
    if not reports:
        return 0
    ids = [report.pk for report in reports]
    settled = (
        Report.objects.open()
        .filter(pk__in=ids)
        .update(state=state, decided_at=timezone.now(), decided_by_id=decided_by_id, settled_by=change)
    )
    for report in reports if settled else ():
        if report.email:
            _put_mail(report, _decision_key(report, change))
    return settled


def _reopen(comment_id: int, change_id: int) -> None:
    """Open again what a step had settled that was taken back; whoever reported anew meanwhile has an open report."""
    again = Report.objects.open().filter(comment_id=comment_id).values("actor")
    found = list(Report.objects.filter(settled_by_id=change_id).exclude(actor__in=again).select_related("settled_by"))
    if not found:
        return
    for report in found:
        outbox.cancel(_decision_key(report, report.settled_by))
    Report.objects.filter(pk__in=[report.pk for report in found]).update(
        state=ReportState.OPEN, decided_at=None, decided_by=None, settled_by=None
    )


def _decision_key(report: Report, change: StatusChange | None) -> str:
    return f"report_decision:{report.pk}:{change.pk if change is not None else 0}"


def _put_mail(report: Report, event_key: str) -> None:
    """What was decided, for who sent a notice; after the grace, so that an undo leaves no trace outside."""
    outbox.put(
        kind="report_decision",
        event_key=event_key,
        payload={"report": report.pk},
        delay=settings.undo_grace,
        address=report.email,
    )
