"""Readers' reports of published comments, notices of unlawful ones among them."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from comments import lifecycle
from comments.conf import settings as reader_settings
from comments.enums import ActorKind, AuthorKind, Status
from comments.exceptions import InvalidInputError, StaleDecisionError
from comments.gate import GateAct
from comments.models import Author, Comment
from comments.services import outbox
from comments.services.gate import require_passage
from comments.services.identity import Identity, authors_of
from comments.text import TextError, check_length, clean_body, clean_line, is_visible
from comments.throttling import count_or_refuse
from moderation.conf import settings
from moderation.enums import ReportKind
from moderation.exceptions import IncompleteReportError
from moderation.models import Report
from moderation.services.policies import current_policy

TEXT_LIMIT = 1_000
REASONS_LIMIT = 5_000
NAME_LIMIT = 100
EMAIL_LIMIT = 254
# Reasons that are no clause; a clause of the same name is reported by the notice.
UNLAWFUL, OTHER = ReportKind.UNLAWFUL.value, ReportKind.OTHER.value

_receipt_signer = Signer(salt="marginalia.report-receipt", sep=".")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice of unlawful content has besides the comment (DSA, Article 16(2)), as somebody typed it."""

    reasons: str = ""
    name: str = ""
    email: str = ""
    is_child_abuse: bool = False
    in_good_faith: bool = False


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as somebody wrote it. `reason` is the identifier of a clause, "unlawful" or "other"; a notice counts only
    with "unlawful"."""

    reason: str
    text: str = ""
    notice: Notice = Notice()
    language: str = ""


def report_comment(*, comment: Comment, identity: Identity, draft: ReportDraft) -> Report:
    """Keep a report of a published comment (with site and article); the open one of the same person if there is one.

    About 9 queries. A notice with an address is confirmed by mail. Raises IncompleteReportError with every field that
    is wrong, RestrictedError, TooManyRequestsError. A notice of unlawful content is open to everybody, also to whoever is
    banned (DSA, Article 16(1)).
    """
    report = _checked(comment, identity, draft)
    if not report.is_notice:
        require_passage(site=comment.site, identity=identity, act=GateAct.REPORT)
    if (known := _same_open(report)) is not None:
        return known
    _count_report(identity)
    with transaction.atomic():
        try:
            with transaction.atomic():
                report.save(force_insert=True)
        except IntegrityError:
            # The same report in parallel got there first.
            if (known := _same_open(report)) is not None:
                return known
            raise
        if report.email:
            outbox.put(
                kind="report_receipt",
                event_key=f"report_receipt:{report.pk}",
                payload={"report": report.pk},
                delay=datetime.timedelta(),
                address=report.email,
            )
        _requeue_when_many(comment)
    return report


def comment_url(comment: Comment) -> str:
    """The exact address of a comment, as a notice has to name it."""
    return reader_settings.base_url + reverse("comments:permalink", args=[comment.public_id])


def what_happens_next(report: Report) -> str:
    """What somebody who reported is told at once, in the active language."""
    received = _("Thank you, your report has been received. A person on our team reads it and decides.")
    if not report.is_notice:
        return received
    if report.email:
        return received + " " + _("We confirm it by e-mail, and write to you once more when it is decided.")
    return received + " " + _("You gave no address, so only the page of your report tells you what was decided.")


def make_receipt_token(report: Report) -> str:
    """The secret part of the address of a report's own page."""
    return _receipt_signer.sign(report.reference.hex)


def read_receipt_token(token: str) -> uuid.UUID | None:
    """The reference of the report that a page is for; None for a forged address. No query."""
    try:
        return uuid.UUID(hex=_receipt_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def _checked(comment: Comment, identity: Identity, draft: ReportDraft) -> Report:
    """The report as it would be stored, not stored yet. 2 to 3 queries."""
    problems: list[InvalidInputError] = []
    kind, clause = _kind(comment, draft.reason, problems)
    needed = _("Please say in a few words what is wrong.") if kind == ReportKind.OTHER else ""
    notice = _clean_notice(draft.notice, problems) if kind == ReportKind.UNLAWFUL else Notice()
    text = _clean_text("text", draft.text, TEXT_LIMIT, problems, needed=needed)
    if problems:
        raise IncompleteReportError(problems)
    reporter = _reporter(comment, identity)
    return Report(
        comment=comment,
        revision=comment.published_revision or comment.revision,
        kind=kind,
        clause=clause,
        text=text,
        language=draft.language or comment.language,
        actor=_actor(identity, reporter, notice if kind == ReportKind.UNLAWFUL else None),
        reporter=reporter,
        network=identity.network,
        reasons=notice.reasons,
        address=comment_url(comment) if kind == ReportKind.UNLAWFUL else "",
        name=notice.name,
        email=notice.email,
        is_child_abuse=notice.is_child_abuse,
        in_good_faith=notice.in_good_faith,
        created_at=timezone.now(),
    )


def _kind(comment: Comment, reason: str, problems: list[InvalidInputError]) -> tuple[ReportKind, str]:
    if reason in (UNLAWFUL, OTHER):
        return ReportKind(reason), ""
    policy = current_policy(comment.site)
    if policy is not None and reason in {clause.slug for clause in policy.clauses.all()}:
        return ReportKind.CLAUSE, reason
    problems.append(InvalidInputError("reason", _("Please choose what is wrong with the comment.")))
    return ReportKind.CLAUSE, ""


def _clean_notice(notice: Notice, problems: list[InvalidInputError]) -> Notice:
    is_named = not notice.is_child_abuse
    reasons = _clean_text(
        "illegal.reasons",
        notice.reasons,
        REASONS_LIMIT,
        problems,
        needed=_("Please explain why the comment is unlawful, and name the law if you know it."),
    )
    name_needed = _("Please give your name.") if is_named else ""
    name = _clean_text("illegal.name", clean_line(notice.name), NAME_LIMIT, problems, needed=name_needed)
    email = notice.email.strip()
    if is_named and not email:
        problems.append(InvalidInputError("illegal.email", _("Please give an e-mail address, so that we can answer.")))
    elif email:
        try:
            validate_email(email)
        except ValidationError:
            sentence = _("This does not look like an e-mail address. Please check it.")
            problems.append(InvalidInputError("illegal.email", sentence))
    if not notice.in_good_faith:
        sentence = _("Please confirm that you believe what you report to be accurate and complete.")
        problems.append(InvalidInputError("illegal.good_faith", sentence))
    return Notice(reasons, name, email, notice.is_child_abuse, notice.in_good_faith)


def _clean_text(field: str, text: str, limit: int, problems: list[InvalidInputError], *, needed: str = "") -> str:
    """The text as it is stored; empty where there is nothing to see, which is a problem where it is needed."""
    clean = clean_body(text)
    if not any(map(is_visible, clean)):
        if needed:
            problems.append(InvalidInputError(field, needed))
        return ""
    try:
        check_length(clean, limit)
    except TextError as error:
        problems.append(InvalidInputError(field, str(error)))
    return clean


def _reporter(comment: Comment, identity: Identity) -> Author | None:
    """The author who reports, that of the account before that of a token; None for somebody who never wrote. 1 query."""
    authors = authors_of(identity, site=comment.site)
    return next((author for author in authors if author.user_id is not None), next(iter(authors), None))


def _actor(identity: Identity, reporter: Author | None, notice: Notice | None) -> str:
    if reporter is not None:
        actor = f"author:{reporter.pk}"
    elif identity.user is not None:
        actor = f"user:{identity.user.pk}"
    else:
        actor = f"network:{identity.network}"
    if notice is None:
        return actor
    # A notice is never swallowed by a report of somebody else in the same network: whoever signs it is part of who it is.
    signed = f"{actor}:{outbox.mailbox_digest(notice.email) if notice.email else ''}"
    return "notice:" + salted_hmac("marginalia.notice", signed, algorithm="sha256").hexdigest()


def _same_open(report: Report) -> Report | None:
    return Report.objects.open().filter(comment_id=report.comment_id, actor=report.actor).first()


def _count_report(identity: Identity) -> None:
    if identity.user is not None or identity.author is not None:
        count_or_refuse("report", identity.key, settings.report_limits["author"])
    if identity.network:
        count_or_refuse("report", f"network:{identity.network}", settings.report_limits["network"])


def _requeue_when_many(comment: Comment) -> None:
    """Have a comment judged anew when as many different readers reported it as the site's owner has set.

    Accounts count one by one; guests count by their network, since a new guest costs nothing. 1 query and those of a step.
    """
    enough = settings.requeue_after_reports
    if enough is None:
        return
    found = Report.objects.open().filter(comment=comment).values_list("actor", "network", "reporter__kind")
    readers = {
        actor if actor.startswith("user:") or kind in (AuthorKind.USER, AuthorKind.SSO) else f"network:{network}"
        for actor, network, kind in found
    }
    if len(readers) < enough:
        return
    try:
        lifecycle.set_status(
            comment.pk,
            Status.PENDING,
            actor=lifecycle.Actor(ActorKind.RULE),
            expected_status=Status.APPROVED,
            expected_revision=comment.revision,
        )
    except StaleDecisionError:
        # It waits already, or a moderator has just decided.
        return
