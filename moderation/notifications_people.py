"""Mails to people who are restricted: what, until when, why, and where to object. Only to addresses that are theirs."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from comments.conf import settings
from comments.text import clean_line
from moderation.gate import restriction_url, what_it_means
from moderation.models import Restriction

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
    if author is None:
        return
    language = restriction.comment.language if restriction.comment else restriction.site.language
    policy_path = reverse("moderation:policy", args=[restriction.site.slug])
    with override(language):
        context = {
            "restriction": restriction,
            "site": restriction.site,
            "meaning": what_it_means(restriction),
            "page_url": restriction_url(restriction),
            "policy_url": settings.base_url + policy_path,
        }
        subject = render_to_string(f"moderation/mail/{template}_subject.txt", context)
        body = render_to_string(f"moderation/mail/{template}.txt", context)
    # Stable, so that a mail sent twice after a crash is one mail in a mail program; a ban that was confirmed is another.
    stage = "-confirmed" if restriction.confirmed_at else ""
    name = f"{template}-{restriction.pk}{stage}"
    EmailMessage(
        subject=clean_line(subject),
        body=body,
        to=[author.email],
        headers={
            "Message-ID": f"<{name}@{urlsplit(settings.base_url).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    ).send()
