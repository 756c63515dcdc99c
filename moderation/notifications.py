"""Mails to authors about what became of their comment. Plain text; nothing of the comment's words is in them."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, override

from comments.conf import settings
from comments.services import outbox
from comments.services.identity import make_status_token
from comments.text import clean_line
from moderation.models import Decision

logger = logging.getLogger(__name__)

TITLE_LIMIT = 200
SEPARATOR = "\n" + "-" * 40 + "\n\n"


def send_decision_mail(payload: dict[str, int]) -> None:
    """Tell the author of the decision named in the payload; nothing if it no longer holds. 2 to 5 queries.

    To an address nobody has proved, one mail a day goes, with all that has been decided meanwhile. Raises PostponedError.
    """
    decision = _load(payload)
    if decision is None or not _holds(decision):
        logger.info("No mail for decision %s: it is gone, taken back or followed by another.", payload.get("decision"))
        return
    _send_to_author(decision, kind="decision_mail", template="decision")


def send_undo_mail(payload: dict[str, int]) -> None:
    """Tell the author that a decision they were told of no longer stands. 2 to 5 queries. Raises PostponedError."""
    decision = _load(payload)
    if decision is not None and decision.undone_at is not None:
        _send_to_author(decision, kind="undo_mail", template="undo")


def _load(payload: dict[str, int]) -> Decision | None:
    found = Decision.objects.select_related(
        "clause", "policy_version", "comment__author", "comment__article", "comment__site"
    )
    return found.filter(pk=payload["decision"]).first()


def _holds(decision: Decision) -> bool:
    """Whether it was not taken back, and no later one says something else of the same comment."""
    later = Decision.objects.filter(comment_id=decision.comment_id, pk__gt=decision.pk, undone_at__isnull=True)
    return decision.undone_at is None and not later.exists()


def _send_to_author(decision: Decision, *, kind: str, template: str) -> None:
    author = decision.comment.author
    if not author.email:
        return
    if author.has_proved_address:
        _send([decision], author.email, template)
        return
    with outbox.once_a_day(author.email):
        rows = outbox.waiting_for(author.email, kind=kind) if template == "decision" else []
        others = [other for row in rows if (other := _load(row.payload)) is not None and other != decision]
        same_mailbox = [
            other
            for other in others
            if _holds(other)
            and not other.comment.author.has_proved_address
            and outbox.mailbox_digest(other.comment.author.email) == outbox.mailbox_digest(author.email)
        ]
        _send([decision, *same_mailbox], author.email, template)
    told = {other.pk for other in same_mailbox}
    outbox.mark_done([row for row in rows if row.payload["decision"] in told])


def _send(decisions: list[Decision], address: str, template: str) -> None:
    """One mail about one decision, or about several in one."""
    first = decisions[0]
    with override(first.comment.language):
        contexts = [_context(decision) for decision in decisions]
        single = render_to_string(f"moderation/mail/{template}_subject.txt", contexts[0])
        subject = str(single) if len(decisions) == 1 else gettext("What became of your comments")
        bodies = [render_to_string(f"moderation/mail/{template}.txt", context) for context in contexts]
    host = urlsplit(settings.base_url).hostname
    EmailMessage(
        subject=clean_line(subject),
        body=SEPARATOR.join(bodies),
        to=[address],
        # Stable, so that a mail sent twice after a crash is one mail in a mail program.
        headers={"Message-ID": f"<{template}-{first.statement_id}@{host}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _context(decision: Decision) -> dict[str, object]:
    comment = decision.comment
    # What a reader's page said its title was goes to nobody before a moderator let it through.
    title = comment.article.title if comment.article.is_confirmed else comment.site.name
    return {
        "decision": decision,
        "site": comment.site,
        "title": Truncator(clean_line(title)).chars(TITLE_LIMIT),
        "status_url": _absolute(reverse("comments:status", args=[make_status_token(comment)])),
        "policy_url": _absolute(reverse("moderation:policy", args=[comment.site.slug])),
    }


def _absolute(path: str) -> str:
    return settings.base_url + path
