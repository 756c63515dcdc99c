"""Mails to authors about what became of their comment. Plain text; nothing of the comment's words is in them."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from comments.conf import settings
from comments.services.identity import make_status_token
from comments.text import normalise_line
from moderation.models import Decision

logger = logging.getLogger(__name__)

SUBJECT_LIMIT = 200


def send_decision_mail(payload: dict[str, int]) -> None:
    """Tell the author of the decision named in the payload; nothing if it was taken back meanwhile. 1 query."""
    decision = _load(payload)
    if decision is None or decision.undone_at is not None:
        logger.info("No mail for decision %s: it is gone or was taken back.", payload.get("decision"))
        return
    _send(decision, "decision")


def send_undo_mail(payload: dict[str, int]) -> None:
    """Tell the author that a decision they were told of no longer stands. 1 query."""
    decision = _load(payload)
    if decision is not None and decision.undone_at is not None:
        _send(decision, "undo")


def _load(payload: dict[str, int]) -> Decision | None:
    found = Decision.objects.select_related(
        "clause", "policy_version", "comment__author", "comment__article", "comment__site"
    )
    return found.filter(pk=payload["decision"]).first()


def _send(decision: Decision, template: str) -> None:
    comment = decision.comment
    with override(comment.language):
        context = {
            "decision": decision,
            "comment": comment,
            "article": comment.article,
            "site": comment.site,
            "title": normalise_line(comment.article.title, limit=SUBJECT_LIMIT),
            "status_url": _absolute(reverse("comments:status", args=[make_status_token(comment)])),
            "policy_url": _absolute(reverse("moderation:policy", args=[comment.site.slug])),
        }
        subject = render_to_string(f"moderation/mail/{template}_subject.txt", context)
        body = render_to_string(f"moderation/mail/{template}.txt", context)
    host = urlsplit(settings.base_url).hostname
    EmailMessage(
        subject=normalise_line(subject, limit=SUBJECT_LIMIT * 2),
        body=body,
        to=[comment.author.email],
        # Stable, so that a mail sent twice after a crash is one mail in a mail program.
        headers={"Message-ID": f"<{template}-{decision.statement_id}@{host}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _absolute(path: str) -> str:
    return settings.base_url + path
