"""When authors are written to about what became of their comment, and those who sent a notice: once, and only while it holds.

What the mails say is in mails.py. Whoever has left the mails of a site gets none; the page of the comment says it all.
"""

from __future__ import annotations

import logging

from django.db.models import QuerySet
from django.utils import timezone

from comments.conf import settings
from comments.mail import send
from comments.models import Author
from comments.services import outbox
from comments.services.subscriptions import is_proved
from moderation.enums import Action, AppealState, ReportState
from moderation.mails import appeal_mail, decision_mail, report_mail
from moderation.models import Appeal, Decision, Report
from moderation.services.mail_choices import wants_mails

logger = logging.getLogger(__name__)


def send_decision_mail(payload: dict[str, int]) -> None:
    """Tell the author of the decision named in the payload; nothing if it no longer holds. 2 to 5 queries.

    To an address nobody has proved, one mail a day goes, with all that has been decided meanwhile. Raises PostponedError.
    """
    decision = _load(payload)
    if decision is not None:
        _wait_for_later(decision)
    if decision is None or not _holds(decision):
        logger.info("No mail for decision %s: it is gone, taken back or followed by another.", payload.get("decision"))
        raise outbox.MootError
    _send_to_author(decision, kind="decision_mail", template="decision")


def send_undo_mail(payload: dict[str, int]) -> None:
    """Tell the author that a decision they were told of no longer stands. 3 to 6 queries. Raises PostponedError."""
    decision = _load(payload)
    if decision is not None and decision.undone_at is not None and _were_told(decision):
        _send_to_author(decision, kind="undo_mail", template="undo")


def _were_told(decision: Decision) -> bool:
    """Whether a mail about a decision has left. What was done so long ago that it is not kept has. 1 query."""
    is_kept = decision.applied_at > timezone.now() - outbox.KEEP_DONE
    return outbox.was_had(f"decision:{decision.pk}") or not is_kept


def send_appeal_decision(payload: dict[str, int]) -> None:
    """Tell an author why their appeal was rejected. 2 to 4 queries. Raises PostponedError."""
    related = ("decision__comment__author", "decision__comment__article", "decision__comment__site")
    appeal = Appeal.objects.select_related(*related).filter(pk=payload["appeal"]).first()
    if appeal is None or not appeal.decision.comment.author.email:
        return
    comment = appeal.decision.comment
    if not wants_mails(comment.site, comment.author.email):
        return
    if _is_proved(comment.author):
        send(appeal_mail(appeal))
        return
    with outbox.once_a_day(comment.author.email):
        send(appeal_mail(appeal))


def send_report_receipt(payload: dict[str, int]) -> None:
    """Confirm a notice to who sent it. 2 to 5 queries. Raises PostponedError."""
    _send_to_notifier(payload, kind="report_receipt")


def send_report_decision(payload: dict[str, int]) -> None:
    """Tell who sent a notice what was decided; nothing when it is open again. 2 to 5 queries. Raises PostponedError."""
    _send_to_notifier(payload, kind="report_decision")


def _send_to_notifier(payload: dict[str, int], *, kind: str) -> None:
    """To an address nobody has proved, one mail a day goes, with all of the kind that waits for it meanwhile."""
    report = _load_report(payload, kind)
    if report is None:
        return
    reporter, mailbox = report.reporter, outbox.mailbox_digest(report.email)
    is_theirs = reporter and reporter.has_proved_address and outbox.mailbox_digest(reporter.email) == mailbox
    if is_theirs or is_proved(report.email):
        send(report_mail([report], kind))
        return
    with outbox.once_a_day(report.email):
        rows = outbox.waiting_for(report.email, kind=kind)
        found = [other for row in rows if (other := _load_report(row.payload, kind)) is not None]
        send(report_mail([report, *(other for other in found if other != report)], kind))
    told = {one.pk for one in found} - {report.pk}
    outbox.mark_done([row for row in rows if row.payload["report"] in told])


def _load_report(payload: dict[str, int], kind: str) -> Report | None:
    """The notice that a mail of this kind is about; None when there is nothing, or no longer anything, to say."""
    found = Report.objects.select_related("comment__article", "comment__site", "reporter").filter(pk=payload["report"])
    report = found.exclude(email="").first()
    if report is None or (kind == "report_decision" and report.state == ReportState.OPEN):
        logger.info("No mail for report %s: it is gone or open again.", payload["report"])
        return None
    return report if wants_mails(report.comment.site, report.email) else None


def _load(payload: dict[str, int]) -> Decision | None:
    found = Decision.objects.select_related(
        "clause", "policy_version", "comment__author", "comment__article", "comment__site"
    )
    return found.filter(pk=payload["decision"]).first()


def _later(decision: Decision) -> QuerySet[Decision]:
    """Decisions of the same comment that came after and still stand, the newest first."""
    found = Decision.objects.filter(comment_id=decision.comment_id, pk__gt=decision.pk, undone_at__isnull=True)
    return found.order_by("-pk")


def _holds(decision: Decision) -> bool:
    """Whether it was not taken back, and no later one says something else of the same comment."""
    return decision.undone_at is None and not _later(decision).exists()


def _wait_for_later(decision: Decision) -> None:
    """Raises PostponedError while a later decision of the comment may yet be taken back without a trace: then this one holds
    again, and nobody would tell its author if its mail were dropped now.
    """
    later = _later(decision).first() if decision.undone_at is None else None
    if later is None:
        return
    due_at, now = outbox.waits_until(f"decision:{later.pk}"), timezone.now()
    if due_at is not None:
        # Where both are due, the later one goes first.
        raise outbox.PostponedError(max(due_at, now + settings.undo_grace))
    # One that nobody is written about (spam) has no mail but the same grace.
    if later.applied_at + settings.undo_grace > now:
        raise outbox.PostponedError(later.applied_at + settings.undo_grace)


def _send_to_author(decision: Decision, *, kind: str, template: str) -> None:
    author = decision.comment.author
    if not author.email or not wants_mails(decision.comment.site, author.email):
        return
    if _is_proved(author):
        send(decision_mail([decision], template, upheld=_upheld([decision])))
        return
    with outbox.once_a_day(author.email):
        rows = outbox.waiting_for(author.email, kind=kind) if template == "decision" else []
        others = [other for row in rows if (other := _load(row.payload)) is not None and other != decision]
        same_mailbox = [other for other in others if _holds(other) and _goes_with(decision, other)]
        together = [decision, *same_mailbox]
        send(decision_mail(together, template, upheld=_upheld(together)))
    told = {other.pk for other in same_mailbox}
    outbox.mark_done([row for row in rows if row.payload["decision"] in told])


def _upheld(decisions: list[Decision]) -> set[int]:
    """Those of these decisions by which an appeal succeeded. 1 query, none where no comment was brought back."""
    changes = {one.change_id: one.pk for one in decisions if one.action == Action.RESTORE}
    if not changes:
        return set()
    upheld = Appeal.objects.filter(settled_by__in=changes, state=AppealState.UPHELD)
    return {changes[pk] for pk in upheld.values_list("settled_by_id", flat=True)}


def _goes_with(decision: Decision, other: Decision) -> bool:
    """Whether another decision is told to the same mailbox, which nobody has proved, in the same mail."""
    author, mailbox = other.comment.author, outbox.mailbox_digest(decision.comment.author.email)
    return (
        not _is_proved(author)
        and outbox.mailbox_digest(author.email) == mailbox
        and wants_mails(other.comment.site, author.email)
    )


def _is_proved(author: Author) -> bool:
    """Whether the address is known to be the author's: by how they are known to us, or by a subscription confirmed with it."""
    return author.has_proved_address or is_proved(author.email)
