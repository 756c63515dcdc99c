from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.enums import Status
from comments.models import Comment
from comments.services.identity import Identity
from moderation.enums import Action, ReportKind, Role
from moderation.models import Report
from moderation.queue import QueueFilters, QueueReport, QueueStatus, queue_counts, read_queue
from tests.factories import make_comment, make_moderator
from tests.moderation.desk_pages import card, html_of, press, rows, sign_in, text_of
from tests.moderation.reporting import ADDRESS, judge, make_published, notify, report

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

REPORTED = QueueFilters(status=QueueStatus.REPORTED)
SESSION_AND_ACCOUNT = 2
PAGE = "/moderation/?status=reported"


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def dismiss_url(comment: Comment) -> str:
    return f"/moderation/comments/{comment.public_id}/reports/dismiss/?status=reported"


def ids(comment: Comment) -> list[str]:
    return [item.public_id for item in read_queue(comment.site, REPORTED).items]


def test_reported_queue_holds_comments_with_open_reports_since_longest_first() -> None:
    comment = make_published()
    later = make_comment(comment.article, status=Status.APPROVED, name="Zweite")
    make_comment(comment.article, status=Status.APPROVED, name="Dritte")
    elsewhere = make_published()
    for one in (later, comment, elsewhere):
        report(one)

    assert ids(comment) == [later.public_id, comment.public_id]
    assert queue_counts(comment.site)[QueueStatus.REPORTED] == 2
    judge(comment, Action.REMOVE, clause="respect")
    assert ids(comment) == [later.public_id]


def test_reported_queue_page_by_page_gives_every_comment_once() -> None:
    comment = make_published()
    reported = [comment, *(make_comment(comment.article, status=Status.APPROVED, name=f"Gast {n}") for n in range(4))]
    for one in reported:
        report(one)
    found, cursor = [], ""
    for _ in range(3):
        page = read_queue(comment.site, REPORTED, cursor, size=2)
        found += [item.public_id for item in page.items]
        cursor = page.next_cursor
    assert (found, cursor) == ([one.public_id for one in reported], "")


def test_reported_item_gives_its_open_reports_notices_first() -> None:
    comment = make_published()
    plain = report(comment, "other", text="Doppelt")
    notice = notify(comment)

    (item,) = read_queue(comment.site, REPORTED).items

    assert item.reports == (
        QueueReport(
            notice.pk,
            str(notice.reference),
            ReportKind.UNLAWFUL,
            "",
            "",
            notice.reasons,
            "Nora Nolte",
            notice.created_at,
        ),
        QueueReport(plain.pk, str(plain.reference), ReportKind.OTHER, "", "Doppelt", "", "", plain.created_at),
    )


@pytest.mark.parametrize("count", [1, 50])
def test_reported_queue_takes_as_many_queries_for_one_report_as_for_fifty(count: int) -> None:
    comment = make_published()
    for number in range(count):
        report(comment, identity=Identity(network=f"{number:032x}"))
    client = sign_in(make_moderator(comment.site))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(PAGE)

    # One of them is for what the checks may know of the site, which is kept for half a minute elsewhere.
    assert (rows(page), len(queries)) == ([comment.public_id], SESSION_AND_ACCOUNT + 11)
    assert f"Reported by {count} reader" in text_of(page)


def test_reported_card_says_what_is_wrong_by_whom_and_escapes_it() -> None:
    comment = make_published()
    report(comment, "respect", text="<script>alert(1)</script>")
    notify(comment)

    page = sign_in(make_moderator(comment.site)).get(PAGE)

    words = text_of(page)
    assert "Reported 1" in words
    assert "Reported by 2 readers" in words
    assert "Title respect <script>alert(1)</script>" in words
    assert "Unlawful · Nora Nolte Beleidigung, § 185 StGB" in words
    assert "<script>alert(1)" not in html_of(page)
    assert ADDRESS not in html_of(page)
    assert "No objection" in words


def test_no_objection_dismisses_what_was_seen_and_leads_to_the_next() -> None:
    comment = make_published()
    following = make_comment(comment.article, status=Status.APPROVED, name="Zweite")
    seen = report(comment)
    report(following)
    client = sign_in(make_moderator(comment.site))
    page = client.get(PAGE)
    assert f'name="up_to" value="{seen.pk}"' in html_of(page)

    answer = client.post(dismiss_url(comment), {"up_to": seen.pk})

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/moderation/?status=reported&comment={following.public_id}",
    )
    seen.refresh_from_db()
    assert seen.state == "dismissed"
    assert card(client.get(answer["Location"])) == following.public_id


def test_no_objection_after_somebody_elses_is_a_conflict() -> None:
    comment = make_published()
    seen = report(comment)
    client = sign_in(make_moderator(comment.site))
    client.post(dismiss_url(comment), {"up_to": seen.pk})
    answer = client.post(dismiss_url(comment), {"up_to": seen.pk})
    assert answer.status_code == 409
    assert "Somebody was quicker: these reports have been decided on." in text_of(answer)


def test_no_objection_of_strangers_and_auditors_changes_nothing() -> None:
    comment = make_published()
    seen = report(comment)
    auditor = sign_in(make_moderator(comment.site, role=Role.AUDITOR))
    foreign = sign_in(make_moderator(make_published().site))
    assert "No objection" not in text_of(auditor.get(PAGE))
    assert auditor.post(dismiss_url(comment), {"up_to": seen.pk}).status_code == 403
    assert foreign.post(dismiss_url(comment), {"up_to": seen.pk}).status_code == 404
    assert sign_in().post(dismiss_url(comment), {"up_to": seen.pk}).status_code == 302
    assert Report.objects.get().state == "open"


@pytest.mark.parametrize("up_to", ["", "x", "0", str(2**63)])
def test_no_objection_to_nothing_in_particular_is_absent(up_to: str) -> None:
    comment = make_published()
    report(comment)
    answer = sign_in(make_moderator(comment.site)).post(dismiss_url(comment), {"up_to": up_to})
    assert (answer.status_code, Report.objects.get().state) == (404, "open")


def test_removal_from_the_reported_queue_upholds_the_report() -> None:
    comment = make_published()
    report(comment)
    press(sign_in(make_moderator(comment.site)), comment, "remove:respect", query="?status=reported")
    comment.refresh_from_db()
    assert (comment.status, Report.objects.get().state) == (Status.REMOVED, "upheld")
