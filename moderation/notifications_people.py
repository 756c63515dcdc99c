"""When people are written to who are restricted: what, until when, why, and where to object. Only to addresses that are theirs."""

from __future__ import annotations

import logging

from django.utils import timezone

from comments.mail import send
from moderation.mails import restriction_mail
from moderation.models import Restriction
from moderation.services.mail_choices import wants_mails

logger = logging.getLogger(__name__)


def send_restriction_mail(payload: dict[str, int]) -> None:
    """Tell somebody what holds for them now; nothing if it does not, or no longer. 1 query."""
    restriction = _load(payload)
    if restriction is not None and restriction.is_standing(timezone.now()):
        _send(restriction, "restriction")


def send_restriction_lifted(payload: dict[str, int]) -> None:
    """Tell somebody that what they were told of no longer holds. 1 query."""
    restriction = _load(payload)
    if restriction is not None and restriction.revoked_at is not None:
        _send(restriction, "restriction_lifted")


def send_objection_answer(payload: dict[str, int]) -> None:
    """Tell somebody why a restriction stands that they objected to. 1 query."""
    restriction = _load(payload)
    if restriction is not None and restriction.answered_at is not None:
        _send(restriction, "objection_answer")


def _load(payload: dict[str, int]) -> Restriction | None:
    """The restriction, if its author can still be written to."""
    found = Restriction.objects.select_related("author", "site", "clause__version", "comment")
    restriction = found.filter(pk=payload["restriction"]).first()
    author = restriction.author if restriction else None
    if restriction is None or author is None or not (author.email and author.has_proved_address):
        logger.info("No mail about restriction %s: there is nobody to write to.", payload["restriction"])
        return None
    return restriction


def _send(restriction: Restriction, template: str) -> None:
    author = restriction.author
    if author is not None and wants_mails(restriction.site, author.email):
        send(restriction_mail(restriction, author.email, template))
