"""Up to when a reader has seen what is new for them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.exceptions import InvalidInputError
from comments.models import Author


def mark_seen(*, authors: Sequence[Author], until: str) -> None:
    """Note that one reader, who stands for these authors, has seen everything up to a moment (ISO 8601 with its zone), as they
    were shown it. It never goes back, nor beyond what could have been shown by now. 1 query.

    Raises InvalidInputError ("until").
    """
    try:
        moment = datetime.datetime.fromisoformat(until)
    except ValueError as error:
        raise InvalidInputError("until", _("This is no moment.")) from error
    if timezone.is_naive(moment):
        raise InvalidInputError("until", _("This is no moment."))
    moment = min(moment, timezone.now() - settings.undo_grace)
    Author.objects.filter(pk__in=[author.pk for author in authors], seen_at__lt=moment).update(seen_at=moment)
    for author in authors:
        author.seen_at = max(author.seen_at, moment)
