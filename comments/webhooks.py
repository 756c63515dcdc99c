"""News from a sending service, where django-anymail is installed: what bounced and who complained."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from anymail.signals import tracking
from django.dispatch import receiver

from comments.enums import SuppressionReason
from comments.services import bounces, subscriptions
from comments.services.refusals import Meaning, meaning_of

if TYPE_CHECKING:
    from anymail.signals import AnymailTrackingEvent

# What the service itself says of a mailbox; "blocked", "spam", "timed_out" and "other" say nothing sure of it.
_GONE = {"bounced", "invalid"}
_CODE = re.compile(r"(?<![\d.])[45](?:\d\d\b|\.\d+\.\d)")


@receiver(tracking, dispatch_uid="marginalia.tracking")
def note_event(*, event: AnymailTrackingEvent, **_kwargs: object) -> None:
    """Stop writing to who complained or is gone; count what may pass. 0 to 6 queries."""
    if not event.recipient:
        return
    if event.event_type == "complained":
        subscriptions.suppress(event.recipient, SuppressionReason.COMPLAINT)
    elif event.event_type == "bounced" and event.reject_reason in _GONE:
        _note_bounce(event)


def _note_bounce(event: AnymailTrackingEvent) -> None:
    answer = event.mta_response or event.description or ""
    if _CODE.search(answer):
        meaning = meaning_of(answer)
    else:
        meaning = Meaning.SOFT if "soft" in str(event.esp_event).casefold() else Meaning.GONE
    if meaning == Meaning.GONE:
        subscriptions.suppress(event.recipient, SuppressionReason.BOUNCE)
    elif meaning == Meaning.SOFT:
        key = hashlib.sha256(f"{event.event_id} {event.message_id} {event.recipient}".encode()).hexdigest()[:32]
        bounces.count_soft(subscriptions.address_digest(event.recipient), key)
