"""What the tests of reports share: readers who report, and a published comment of a site with a policy."""

from __future__ import annotations

import datetime

import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.safestring import SafeString

from comments.enums import Status
from comments.models import Comment
from comments.services import outbox
from comments.services.identity import Identity
from moderation.enums import Action
from moderation.models import Decision, Report
from moderation.services.decisions import decide
from moderation.services.reports import Notice, ReportDraft, report_comment
from moderation.slots import status_outcomes
from tests.factories import make_article, make_comment, make_moderator

ADDRESS = "notifier@reader.example"
NOTICE = Notice(reasons="Beleidigung, § 185 StGB", name="Nora Nolte", email=ADDRESS, in_good_faith=True)
GUEST = Identity(network="a" * 32)


def make_published() -> Comment:
    """A published comment, as a view loads it."""
    comment = make_comment(make_article(), status=Status.APPROVED)
    return Comment.objects.with_context().get(pk=comment.pk)


def report(comment: Comment, reason: str = "respect", *, identity: Identity = GUEST, text: str = "") -> Report:
    return report_comment(comment=comment, identity=identity, draft=ReportDraft(reason=reason, text=text))


def notify(comment: Comment, notice: Notice = NOTICE, *, identity: Identity = GUEST) -> Report:
    return report_comment(
        comment=comment, identity=identity, draft=ReportDraft("unlawful", notice=notice, language="en")
    )


def judge(comment: Comment, action: Action, *, clause: str = "", moderator: User | None = None) -> Decision:
    comment.refresh_from_db()
    decision = decide(
        comment=comment,
        moderator=moderator or make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause=clause,
    )
    comment.refresh_from_db()
    return decision


def deliver(*, hours: float = 0.01) -> None:
    """Let time pass and everything that is due happen."""
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=hours)):
        for pk, attempt in outbox.lease_due(limit=100):
            outbox.deliver(pk, attempt)


def outcome_of(comment: Comment) -> SafeString:
    """What the author of this comment is told of why it stands where it stands."""
    return status_outcomes(comments=[comment]).get(comment.pk, SafeString())
