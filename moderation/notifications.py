"""Mails to authors about what became of their comment, and to those who sent a notice. Plain text; nothing that somebody
typed is in them but what a moderator wrote."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext, override

from comments.conf import settings
from comments.models import Article, Site
from comments.services import outbox
from comments.services.identity import make_status_token
from comments.text import clean_line
from moderation.enums import ReportState
from moderation.models import Appeal, Decision, Report
from moderation.services.reports import make_receipt_token

logger = logging.getLogger(__name__)

TITLE_LIMIT = 200
SEPARATOR = "\n" + "-" * 40 + "\n\n"


def send_decision_mail(payload: dict[str, int]) -> None:
    """Tell the author of the decision named in the payload; nothing if it no longer holds. 2 to 5 queries.

    To an address nobody has proved, one mail a day goes, with all that has been decided meanwhile. Raises PostponedError.
    """
    decision = _load(payload)
    if decision is not None:
        _wait_for_later(decision)
    if decision is None or not _holds(decision):
        logger.info("No mail for decision %s: it is gone, taken back or followed by another.", payload.get("decision"))
        return
    _send_to_author(decision, kind="decision_mail", template="decision")


def send_undo_mail(payload: dict[str, int]) -> None:
    """Tell the author that a decision they were told of no longer stands. 2 to 5 queries. Raises PostponedError."""
    decision = _load(payload)
    if decision is not None and decision.undone_at is not None:
        _send_to_author(decision, kind="undo_mail", template="undo")


def send_appeal_decision(payload: dict[str, int]) -> None:
    """Tell an author why their appeal was rejected. 2 to 4 queries. Raises PostponedError."""
    related = ("decision__comment__author", "decision__comment__article", "decision__comment__site")
    appeal = Appeal.objects.select_related(*related).filter(pk=payload["appeal"]).first()
    if appeal is None or not appeal.decision.comment.author.email:
        return
    comment = appeal.decision.comment
    with override(comment.language):
        mail = _mail(
            "appeal_rejected", f"appeal-{appeal.decision.statement_id}", comment.author.email, _of_appeal(appeal)
        )
    if comment.author.has_proved_address:
        mail.send()
        return
    with outbox.once_a_day(comment.author.email):
        mail.send()


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
    if reporter and reporter.has_proved_address and outbox.mailbox_digest(reporter.email) == mailbox:
        _mail_to_notifier([report], kind)
        return
    with outbox.once_a_day(report.email):
        rows = outbox.waiting_for(report.email, kind=kind)
        found = [other for row in rows if (other := _load_report(row.payload, kind)) is not None]
        _mail_to_notifier([report, *(other for other in found if other != report)], kind)
    told = {one.pk for one in found} - {report.pk}
    outbox.mark_done([row for row in rows if row.payload["report"] in told])


def _load_report(payload: dict[str, int], kind: str) -> Report | None:
    """The notice that a mail of this kind is about; None when there is nothing, or no longer anything, to say."""
    found = Report.objects.select_related("comment__article", "comment__site", "reporter").filter(pk=payload["report"])
    report = found.exclude(email="").first()
    if report is None or (kind == "report_decision" and report.state == ReportState.OPEN):
        logger.info("No mail for report %s: it is gone or open again.", payload["report"])
        return None
    return report


def _mail_to_notifier(reports: list[Report], template: str) -> None:
    first = reports[0]
    with override(first.language):
        contexts = [_of_report(report) for report in reports]
        name = f"{template}-{first.reference}"
        _mail(template, name, first.email, *contexts).send()


def _of_report(report: Report) -> dict[str, object]:
    comment = report.comment
    return {
        "report": report,
        "site": comment.site,
        "title": _title(comment.article, comment.site),
        "receipt_url": _absolute(reverse("moderation:receipt", args=[make_receipt_token(report)])),
    }


def _of_appeal(appeal: Appeal) -> dict[str, object]:
    return {"appeal": appeal, **_context(appeal.decision)}


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
    if not author.email:
        return
    if author.has_proved_address:
        _send([decision], author.email, template)
        return
    with outbox.once_a_day(author.email):
        rows = outbox.waiting_for(author.email, kind=kind) if template == "decision" else []
        others = [other for row in rows if (other := _load(row.payload)) is not None and other != decision]
        same_mailbox = [
            other
            for other in others
            if _holds(other)
            and not other.comment.author.has_proved_address
            and outbox.mailbox_digest(other.comment.author.email) == outbox.mailbox_digest(author.email)
        ]
        _send([decision, *same_mailbox], author.email, template)
    told = {other.pk for other in same_mailbox}
    outbox.mark_done([row for row in rows if row.payload["decision"] in told])


def _send(decisions: list[Decision], address: str, template: str) -> None:
    """One mail about one decision, or about several in one."""
    first = decisions[0]
    with override(first.comment.language):
        contexts = [_context(decision) for decision in decisions]
        mail = _mail(template, f"{template}-{first.statement_id}", address, *contexts)
        if len(decisions) > 1:
            mail.subject = clean_line(gettext("What became of your comments"))
    mail.send()


def _mail(template: str, name: str, address: str, *contexts: dict[str, object]) -> EmailMessage:
    """A mail with one part for each context, in the active language; its subject is that of the first."""
    subject = str(render_to_string(f"moderation/mail/{template}_subject.txt", contexts[0]))
    bodies = [render_to_string(f"moderation/mail/{template}.txt", context) for context in contexts]
    host = urlsplit(settings.base_url).hostname
    return EmailMessage(
        subject=clean_line(subject),
        body=SEPARATOR.join(bodies),
        to=[address],
        # Stable, so that a mail sent twice after a crash is one mail in a mail program.
        headers={"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _context(decision: Decision) -> dict[str, object]:
    comment = decision.comment
    return {
        "decision": decision,
        "site": comment.site,
        "title": _title(comment.article, comment.site),
        "status_url": _absolute(reverse("comments:status", args=[make_status_token(comment)])),
        "policy_url": _absolute(reverse("moderation:policy", args=[comment.site.slug])),
    }


def _title(article: Article, site: Site) -> str:
    """What a reader's page said its title was goes to nobody before a moderator let it through."""
    return Truncator(clean_line(article.title if article.is_confirmed else site.name)).chars(TITLE_LIMIT)


def _absolute(path: str) -> str:
    return settings.base_url + path
