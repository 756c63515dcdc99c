from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from comments.conf import Limit
from comments.enums import ActorKind, Status
from comments.exceptions import TooManyRequestsError
from comments.models import Author, Comment, StatusChange
from comments.services.identity import Identity
from comments.services.posting import withdraw_comment
from moderation.enums import Action, ReportKind, ReportState, Role, Source
from moderation.exceptions import IncompleteReportError, NotAllowedError, NothingReportedError
from moderation.models import Report
from moderation.services.decisions import undo
from moderation.services.report_outcomes import dismiss_reports
from moderation.services.reports import Notice, ReportDraft, report_comment
from tests.factories import make_comment, make_moderator, make_user
from tests.moderation.reporting import ADDRESS, GUEST, NOTICE, judge, make_published, notify, report

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


def networks(count: int) -> list[Identity]:
    return [Identity(network=f"{number:032x}") for number in range(count)]


def states() -> list[str]:
    return list(Report.objects.order_by("id").values_list("state", flat=True))


def test_report_by_clause_keeps_what_was_said_and_leaves_the_comment_as_it_is() -> None:
    comment = make_published()

    sent = report(comment, "respect", text="Beleidigt\r\njemanden.  ")

    stored = Report.objects.get()
    assert stored == sent
    assert (stored.kind, stored.clause, stored.text, stored.revision) == (
        "clause",
        "respect",
        "Beleidigt\njemanden.",
        1,
    )
    assert (stored.reporter, stored.actor, stored.network, stored.state) == (
        None,
        "network:" + "a" * 32,
        "a" * 32,
        "open",
    )
    assert (stored.reasons, stored.address, stored.name, stored.email) == ("", "", "", "")
    comment.refresh_from_db()
    assert (comment.status, comment.waiting_since) == (Status.APPROVED, None)


def test_report_of_an_author_names_them_for_the_desk() -> None:
    comment = make_published()
    author = make_comment(comment.article, name="Rita Rot").author
    assert report(comment, identity=Identity(author=author, network="b" * 32)).reporter == author


def test_notice_keeps_all_that_the_law_asks_for() -> None:
    comment = make_published()

    sent = notify(comment)

    assert (sent.kind, sent.reasons, sent.name, sent.email) == ("unlawful", NOTICE.reasons, "Nora Nolte", ADDRESS)
    assert (sent.in_good_faith, sent.is_child_abuse) == (True, False)
    assert sent.address.endswith(f"/c/{comment.public_id}/")
    assert sent.address.startswith("http")


def test_report_by_clause_forgets_what_stood_in_the_notice() -> None:
    comment = make_published()
    sent = report_comment(comment=comment, identity=GUEST, draft=ReportDraft("respect", notice=NOTICE))
    assert (sent.reasons, sent.name, sent.email, sent.in_good_faith) == ("", "", "", False)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"reasons": " \n "}, ["illegal.reasons"]),
        ({"reasons": "x" * 5_001}, ["illegal.reasons"]),
        ({"name": ""}, ["illegal.name"]),
        ({"name": "\u200b"}, ["illegal.name"]),
        ({"name": "x" * 101}, ["illegal.name"]),
        ({"email": ""}, ["illegal.email"]),
        ({"email": "nora@"}, ["illegal.email"]),
        ({"in_good_faith": False}, ["illegal.good_faith"]),
        ({"reasons": "", "name": "", "email": "", "in_good_faith": False},
         ["illegal.reasons", "illegal.name", "illegal.email", "illegal.good_faith"]),
        ({"email": "nora@", "is_child_abuse": True}, ["illegal.email"]),
    ],
)  # fmt: skip
def test_notice_that_is_not_complete_names_every_field_and_is_not_stored(
    changed: dict[str, object], fields: list[str]
) -> None:
    with pytest.raises(IncompleteReportError) as refused:
        notify(make_published(), dataclasses.replace(NOTICE, **changed))
    assert [problem.field for problem in refused.value.problems] == fields
    assert not Report.objects.exists()


def test_notice_of_child_abuse_needs_no_name() -> None:
    sent = notify(make_published(), Notice(reasons="Art. 5", is_child_abuse=True, in_good_faith=True))
    assert (sent.name, sent.email, sent.is_child_abuse) == ("", "", True)


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("", "", "reason"), ("nonsense", "", "reason"), ("other", " ", "text"), ("respect", "x" * 1_001, "text")],
)
def test_report_that_says_too_little_or_too_much_is_refused(reason: str, text: str, field: str) -> None:
    with pytest.raises(IncompleteReportError) as refused:
        report(make_published(), reason, text=text)
    assert refused.value.field == field
    assert not Report.objects.exists()


def test_report_sent_twice_is_answered_like_the_first() -> None:
    comment = make_published()
    first = report(comment, "respect")
    again = report(comment, "other", text="Noch einmal")
    other = report(comment, identity=Identity(network="b" * 32))
    assert (again, Report.objects.count()) == (first, 2)
    assert other != first


def test_notice_is_not_swallowed_by_a_report_from_the_same_network() -> None:
    comment = make_published()
    report(comment)
    first = notify(comment)
    second = notify(comment, dataclasses.replace(NOTICE, name="Otto Olm", email="otto@reader.example"))
    assert notify(comment) == first
    assert [one.kind for one in Report.objects.all()] == ["clause", "unlawful", "unlawful"]
    assert second != first


def test_report_after_the_first_was_decided_is_a_new_one() -> None:
    comment = make_published()
    first = report(comment)
    dismiss_reports(comment=comment, moderator=make_moderator(comment.site), up_to=first.pk)
    assert report(comment) != first
    assert states() == ["dismissed", "open"]


def test_database_refuses_a_second_open_report_and_half_a_notice() -> None:
    sent = report(make_published())
    copies = {"comment": sent.comment, "revision": 1, "language": "de", "created_at": sent.created_at}
    with pytest.raises(IntegrityError, match=r"report_open_unique|UNIQUE"), transaction.atomic():
        Report.objects.create(kind=ReportKind.OTHER, actor=sent.actor, **copies)
    with pytest.raises(IntegrityError, match="report_notice_is_complete"), transaction.atomic():
        Report.objects.create(kind=ReportKind.UNLAWFUL, actor="x", reasons="Grund", in_good_faith=True, **copies)


@pytest.mark.parametrize("scope", ["author", "network"])
def test_reports_beyond_the_limit_are_refused(settings: SettingsWrapper, scope: str) -> None:
    limits = {"author": (), "network": ()}
    settings.MODERATION_REPORT_LIMITS = limits | {scope: (Limit(2, datetime.timedelta(hours=1)),)}
    comments = [make_published() for _ in range(3)]
    identity = Identity(user=make_user(), network="c" * 32)
    report(comments[0], identity=identity)
    report(comments[1], identity=identity)
    with pytest.raises(TooManyRequestsError):
        report(comments[2], identity=identity)
    assert Report.objects.count() == 2
    # Somebody else somewhere else is not held up.
    report(comments[2], identity=Identity(network="d" * 32))


def test_reports_leave_a_comment_published_unless_the_site_wants_it_otherwise() -> None:
    comment = make_published()
    for identity in networks(20):
        report(comment, identity=identity)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED
    assert StatusChange.objects.filter(comment=comment).count() == 2


def test_reports_of_enough_different_readers_put_a_comment_back_into_the_queue(settings: SettingsWrapper) -> None:
    settings.MODERATION_REQUEUE_AFTER_REPORTS = 3
    comment = make_published()
    for identity in networks(2):
        report(comment, identity=identity)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED

    report(comment, identity=networks(3)[2])

    comment.refresh_from_db()
    last = StatusChange.objects.filter(comment=comment).latest("id")
    assert (comment.status, comment.public_html, last.actor_kind) == (Status.PENDING, "", ActorKind.RULE)
    assert states() == ["open"] * 3


def test_reports_of_one_network_count_once_unless_they_come_from_accounts(settings: SettingsWrapper) -> None:
    settings.MODERATION_REQUEUE_AFTER_REPORTS = 3
    comment = make_published()
    guests: list[Author] = [make_comment(comment.article, name=f"Gast {number}").author for number in range(3)]
    for guest in guests:
        report(comment, identity=Identity(author=guest, network="e" * 32))
    comment.refresh_from_db()
    assert (comment.status, Report.objects.count()) == (Status.APPROVED, 3)

    for _ in range(2):
        report(comment, identity=Identity(user=make_user(), network="e" * 32))

    comment.refresh_from_db()
    assert comment.status == Status.PENDING


@pytest.mark.parametrize(
    ("kinds", "source"),
    [([], Source.OWN_INITIATIVE), (["respect"], Source.REPORT), (["respect", "unlawful"], Source.NOTICE)],
)
def test_removal_upholds_the_reports_and_says_what_made_us_look(kinds: list[str], source: Source) -> None:
    comment = make_published()
    for kind in kinds:
        notify(comment) if kind == "unlawful" else report(comment, kind)
    moderator = make_moderator(comment.site)

    decision = judge(comment, Action.REMOVE, clause="respect", moderator=moderator)

    assert decision.source == source
    assert states() == ["upheld"] * len(kinds)
    assert all(one.decided_by == moderator and one.settled_by == decision.change for one in Report.objects.all())


def test_removal_that_is_undone_opens_the_reports_again() -> None:
    comment = make_published()
    report(comment)
    decision = judge(comment, Action.REMOVE, clause="respect")
    undo(decision=decision, moderator=make_moderator(comment.site))
    stored = Report.objects.get()
    assert (stored.state, stored.decided_at, stored.decided_by, stored.settled_by) == ("open", None, None, None)


def test_approval_after_reports_dismisses_them_and_its_undo_leaves_new_ones_alone(settings: SettingsWrapper) -> None:
    settings.MODERATION_REQUEUE_AFTER_REPORTS = 2
    comment = make_published()
    for identity in networks(2):
        report(comment, identity=identity)
    decision = judge(comment, Action.APPROVE)
    assert states() == ["dismissed", "dismissed"]
    report(comment, identity=networks(1)[0])

    undo(decision=decision, moderator=make_moderator(comment.site))

    # Who reported anew has one open report, not two.
    assert states() == ["dismissed", "open", "open"]


def test_withdrawal_by_the_author_makes_reports_moot() -> None:
    comment = make_published()
    report(comment)
    withdraw_comment(comment=comment)
    assert states() == [ReportState.MOOT]


def test_first_approval_of_a_comment_asks_nothing_about_reports() -> None:
    comment = make_comment(make_published().article)
    with CaptureQueriesContext(connection) as queries:
        judge(comment, Action.APPROVE)
    assert not [query for query in queries if "moderation_report" in query["sql"]]


def test_dismissal_leaves_the_comment_and_reports_that_came_later() -> None:
    comment = make_published()
    seen = [report(comment, identity=identity) for identity in networks(3)][1]
    moderator = make_moderator(comment.site)

    assert dismiss_reports(comment=comment, moderator=moderator, up_to=seen.pk) == 2

    assert states() == ["dismissed", "dismissed", "open"]
    assert Report.objects.get(pk=seen.pk).decided_by == moderator
    assert Comment.objects.get(pk=comment.pk).status == Status.APPROVED


def test_dismissal_of_what_somebody_has_decided_is_refused() -> None:
    comment = make_published()
    seen = report(comment)
    moderator = make_moderator(comment.site)
    dismiss_reports(comment=comment, moderator=moderator, up_to=seen.pk)
    with pytest.raises(NothingReportedError):
        dismiss_reports(comment=comment, moderator=moderator, up_to=seen.pk)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.POLICY_EDITOR, None])
def test_dismissal_by_who_may_not_decide_is_refused(role: Role | None) -> None:
    comment = make_published()
    seen = report(comment)
    somebody = make_moderator(comment.site, role=role) if role else make_moderator(make_published().site)
    with pytest.raises(NotAllowedError):
        dismiss_reports(comment=comment, moderator=somebody, up_to=seen.pk)
    assert states() == ["open"]
