"""What moderators tell each other about an author."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Author, Comment
from comments.text import clean_body, is_visible, require_length
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError, NoteStaysError
from moderation.models import AuthorNote
from moderation.permissions import may

TEXT_LIMIT = 2_000
# Long enough for a slip of the pen; afterwards colleagues have read it.
DELETABLE = datetime.timedelta(minutes=10)


def add_note(*, author: Author, moderator: AbstractBaseUser, text: str, comment: Comment | None = None) -> AuthorNote:
    """Keep a note on an author (with site). 2 queries. Raises NotAllowedError, InvalidInputError ("text")."""
    if not may(moderator, author.site, Permission.DECIDE):
        raise NotAllowedError(_("Your role on this site does not allow notes."))
    clean = clean_body(text)
    if not any(map(is_visible, clean)):
        raise InvalidInputError("text", _("Please write something first."))
    require_length("text", clean, TEXT_LIMIT)
    return AuthorNote.objects.create(author=author, comment=comment, text=clean, created_by_id=moderator.pk)


def delete_note(*, note: AuthorNote, moderator: AbstractBaseUser) -> None:
    """Delete one's own note within ten minutes. 1 query. Raises NoteStaysError."""
    if not is_deletable(note, moderator):
        raise NoteStaysError
    note.delete()


def is_deletable(note: AuthorNote, moderator: AbstractBaseUser) -> bool:
    """Whether somebody may still delete a note. No query."""
    return note.created_by_id == moderator.pk and timezone.now() - note.created_at <= DELETABLE
