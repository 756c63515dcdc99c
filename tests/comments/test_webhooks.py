"""What a sending service tells, posted to django-anymail's own view as Postmark does."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from django.core import mail as sent
from django.test import RequestFactory

from comments.models import Bounce, Suppression
from comments.services.subscriptions import is_suppressed

pytest.importorskip("anymail")

from anymail.webhooks.postmark import PostmarkTrackingWebhookView

import comments.webhooks  # noqa: F401 - what the app imports where anymail is installed

ADDRESS = "vera@reader.example"
SECRET = "postmark:correct horse battery"
# https://postmarkapp.com/developer/webhooks/bounce-webhook
BOUNCE = {
    "RecordType": "Bounce",
    "MessageStream": "outbound",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "Name": "Hard bounce",
    "Tag": "Test",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Metadata": {},
    "ServerID": 23,
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "Email": ADDRESS,
    "From": "comments@comments.example",
    "BouncedAt": "2026-11-05T16:33:54.9070259Z",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": True,
    "Subject": "New comments",
}
COMPLAINT = BOUNCE | {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512, "Details": "Test"}


def post(payload: dict[str, Any], settings: Any, secret: str = SECRET) -> int:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    request = RequestFactory().post(
        "/anymail/postmark/tracking/",
        json.dumps(payload),
        content_type="application/json",
        headers={"authorization": "Basic " + b64encode(secret.encode()).decode()},
    )
    try:
        return int(PostmarkTrackingWebhookView.as_view()(request).status_code)
    except Exception as error:  # noqa: BLE001 - anymail raises what Django's handler would answer by 400
        return 400 if type(error).__name__ == "AnymailWebhookValidationFailure" else 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "reason", "soft"),
    [
        (BOUNCE, ["bounce"], 0),
        (BOUNCE | {"Details": "unknown user"}, ["bounce"], 0),
        (COMPLAINT, ["complaint"], 0),
        (BOUNCE | {"Type": "SoftBounce", "Details": "smtp;552 5.2.2 mailbox full"}, [], 1),
        (BOUNCE | {"Type": "SoftBounce", "Details": "full"}, [], 1),
        (BOUNCE | {"Details": "smtp;554 5.7.1 blocked for spam"}, [], 0),
        (BOUNCE | {"Type": "Blocked"}, [], 0),
        (BOUNCE | {"Type": "Transient"}, [], 0),
        (BOUNCE | {"Type": "AutoResponder"}, [], 0),
        (BOUNCE | {"Type": "DMARCPolicy"}, [], 0),
    ],
)
def test_event_of_a_sending_service_ends_writing_only_where_it_says_so(
    settings: Any, payload: dict[str, Any], reason: list[str], soft: int
) -> None:
    assert post(payload, settings) == 200
    assert post(payload, settings) == 200
    assert list(Suppression.objects.values_list("reason", flat=True)) == reason
    assert is_suppressed(ADDRESS) == bool(reason)
    assert Bounce.objects.count() == soft
    assert sent.outbox == []


@pytest.mark.django_db
def test_event_without_the_secret_does_nothing(settings: Any) -> None:
    assert post(COMPLAINT, settings, "postmark:wrong") == 400
    assert not Suppression.objects.exists()
