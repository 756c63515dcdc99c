"""Putting a waiting comment aside until a moment. Its status stays; it comes back by itself."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Comment
from moderation.enums import DeferFor
from moderation.exceptions import NotAllowedError, NotWaitingError
from moderation.models import Deferral, Lease
from moderation.permissions import may_decide

NOTE_LIMIT = 200
LONGEST = datetime.timedelta(days=30)
MORNING = datetime.time(8)


def end_of_deferral(choice: DeferFor, now: datetime.datetime) -> datetime.datetime | None:
    """When a comment that is put aside now comes back; None where somebody has to name the moment."""
    if choice == DeferFor.HOUR:
        return now + datetime.timedelta(hours=1)
    if choice == DeferFor.TOMORROW:
        day = timezone.localdate(now) + datetime.timedelta(days=1)
        return timezone.make_aware(datetime.datetime.combine(day, MORNING))
    if choice == DeferFor.THREE_DAYS:
        return now + datetime.timedelta(days=3)
    return None


def defer(*, comment: Comment, moderator: AbstractBaseUser, until: datetime.datetime, note: str = "") -> Deferral:
    """Put a waiting comment aside, or change until when it is; colleagues read the note. 5 queries.

    Raises NotAllowedError, NotWaitingError, InvalidInputError ("until", "note").
    """
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    now = timezone.now()
    if not now < until <= now + LONGEST:
        raise InvalidInputError("until", _("Please choose a moment within the next 30 days."))
    note = " ".join(note.split())
    if len(note) > NOTE_LIMIT:
        raise InvalidInputError("note", _("The note can have 200 characters at most."))
    with transaction.atomic():
        # The lock keeps a decision from slipping in between the look and the row; it deletes what it finds.
        if not Comment.objects.select_for_update().waiting().filter(pk=comment.pk).exists():
            raise NotWaitingError
        values = {"until": until, "note": note, "user_id": moderator.pk, "created_at": now}
        deferral, _created = Deferral.objects.update_or_create(comment=comment, defaults=values)
        Lease.objects.filter(comment=comment, user_id=moderator.pk).delete()
    return deferral


def take_up(*, comment: Comment, moderator: AbstractBaseUser) -> None:
    """Let a comment wait again that was put aside, if it still is. 2 queries. Raises NotAllowedError."""
    if not may_decide(moderator, comment.site):
        raise NotAllowedError
    Deferral.objects.filter(comment=comment).delete()


def end_deferral(comment: Comment) -> None:
    """What was changed by its author is put aside no longer. 1 query."""
    Deferral.objects.filter(comment=comment).delete()
