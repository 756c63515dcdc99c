"""When moderators are written to about what waits: once for each slot, and not at all while nothing does."""

from __future__ import annotations

import logging

from django.contrib.auth import get_user_model

from comments.mail import send
from moderation.mails import waiting_mail
from moderation.services.desk_digests import digest_for, digest_key

logger = logging.getLogger(__name__)


def send_desk_digest(payload: dict[str, int]) -> None:
    """Tell a member what waits on their desks; nothing when nothing does. 5 queries, and 1 for each desk of theirs."""
    user = get_user_model().objects.filter(pk=payload["user"]).first()
    waiting = digest_for(user, payload) if user is not None else []
    if user is None or not waiting:
        logger.info("Nothing waits for account %s to be told of.", payload["user"])
        return
    send(waiting_mail(user, waiting, digest_key(payload).replace(":", "-")))
