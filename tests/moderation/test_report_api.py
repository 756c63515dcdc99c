from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from comments.conf import Limit
from comments.enums import Status
from comments.models import Comment
from comments.services.identity import make_author_token
from moderation.models import Report
from moderation.services.reports import make_receipt_token
from tests.factories import make_comment, make_user
from tests.moderation.reporting import ADDRESS, make_published

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

ILLEGAL = {"reasons": "§ 185 StGB", "name": "Nora Nolte", "email": ADDRESS, "good_faith": True}


def send(client: Client, comment: Comment, document: object, **headers: str) -> Any:
    return client.post(
        f"/api/v1/comments/{comment.public_id}/reports",
        json.dumps(document),
        content_type="application/json",
        headers={"accept-language": "en"} | headers,
    )


def test_report_is_answered_with_its_reference_what_happens_next_and_its_page(
    client: Client, settings: SettingsWrapper
) -> None:
    settings.BASE_URL = "https://comments.example"
    comment = make_published()
    answer = send(client, comment, {"reason": "respect", "text": "Beleidigt"})
    sent = Report.objects.get()
    receipt = f"reports/{make_receipt_token(sent)}/"
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": str(sent.reference),
            "message": "Thank you, your report has been received. A person on our team reads it and decides.",
            "receipt_url": f"https://comments.example/{receipt}",
        },
    )
    assert (sent.clause, sent.text, sent.language) == ("respect", "Beleidigt", "en")
    assert answer["Cache-Control"] == "private, no-store"
    assert "on our team reads it" in Client().get(f"/{receipt}").content.decode()


def test_report_sent_twice_gets_the_same_answer(client: Client) -> None:
    comment = make_published()
    answers = [send(client, comment, {"reason": reason}) for reason in ("respect", "on-topic")]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Report.objects.count() == 1


def test_notice_by_api_is_stored_in_full(client: Client) -> None:
    answer = send(client, make_published(), {"reason": "unlawful", "illegal": ILLEGAL})
    sent = Report.objects.get()
    assert answer.json()["message"].endswith("We confirm it by e-mail, and write to you once more when it is decided.")
    assert (sent.kind, sent.reasons, sent.name, sent.email) == ("unlawful", "§ 185 StGB", "Nora Nolte", ADDRESS)


def test_notice_by_api_that_is_not_complete_names_every_field(client: Client) -> None:
    answer = send(client, make_published(), {"reason": "unlawful", "illegal": {"email": "nora@"}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [
        "illegal.reasons", "illegal.name", "illegal.email", "illegal.good_faith",
    ]  # fmt: skip
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "document", [{}, {"reason": 1}, {"reason": "respect", "text": []}, {"reason": "x" * 5_000}, {"reason": "\x00"}]
)
def test_report_of_the_wrong_shape_is_refused(client: Client, document: object) -> None:
    assert send(client, make_published(), document).status_code == 422
    assert not Report.objects.exists()


@pytest.mark.parametrize("status", [Status.PENDING, Status.REJECTED, Status.REMOVED, Status.WITHDRAWN])
def test_report_of_what_is_not_public_finds_nothing(client: Client, status: Status) -> None:
    comment = make_comment(make_published().article, status=status)
    assert send(client, comment, {"reason": "respect"}).status_code == 404
    assert not Report.objects.exists()


def test_report_with_an_author_token_is_the_authors(client: Client) -> None:
    comment = make_published()
    author = make_comment(comment.article, name="Rita Rot").author
    send(client, comment, {"reason": "respect"}, authorization=f"Bearer {make_author_token(author)}")
    assert Report.objects.get().reporter == author


def test_report_with_a_token_of_another_site_or_none_at_all_is_refused(client: Client) -> None:
    comment, elsewhere = make_published(), make_published()
    for token in (make_author_token(elsewhere.author), "ma_forged.token"):
        assert send(client, comment, {"reason": "respect"}, authorization=f"Bearer {token}").status_code == 401
    assert not Report.objects.exists()


def test_report_with_a_session_needs_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert send(client, make_published(), {"reason": "respect"}).status_code == 403
    assert not Report.objects.exists()


def test_reports_by_api_beyond_the_limit_are_told_to_wait(client: Client, settings: SettingsWrapper) -> None:
    settings.MODERATION_REPORT_LIMITS = {"author": (), "network": (Limit(1, datetime.timedelta(hours=1)),)}
    send(client, make_published(), {"reason": "respect"})
    answer = send(client, make_published(), {"reason": "respect"})
    assert (answer.status_code, "Retry-After" in answer, Report.objects.count()) == (429, True, 1)
