"""How the discussion of an article is run: mode, end, and what the editors say above the form. Who may is asked before."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.exceptions import InvalidInputError
from comments.models import Article
from comments.text import clean_body

NOTE_LIMIT = 500


def set_mode(*, article: Article, mode: ArticleMode) -> ArticleMode:
    """Run the discussion in this mode from now on; return the mode before. 2 queries."""
    with transaction.atomic():
        stored = _locked(article)
        before = ArticleMode(stored.mode)
        _save(stored, mode=mode)
    article.mode = mode
    return before


def set_closing(*, article: Article, closes_at: datetime.datetime | None) -> datetime.datetime | None:
    """Let the discussion end at this moment, or (None) after the days of the site; return what was set before. 2 queries."""
    with transaction.atomic():
        stored = _locked(article)
        before = stored.closes_at
        _save(stored, closes_at=closes_at)
    article.closes_at = closes_at
    return before


def set_note(*, article: Article, note: str) -> str:
    """Show this plain text above the form, or nothing; return what stood there before. 2 queries.

    Raises InvalidInputError("note") for more than NOTE_LIMIT characters.
    """
    clean = clean_body(note)
    if len(clean) > NOTE_LIMIT:
        message = _("The note has %(length)d characters; at most %(limit)d are possible.")
        raise InvalidInputError("note", message % {"length": len(clean), "limit": NOTE_LIMIT})
    with transaction.atomic():
        stored = _locked(article)
        before = stored.reader_note
        _save(stored, reader_note=clean)
    article.reader_note = clean
    return before


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


def _save(article: Article, **values: object) -> None:
    """Store what changed, and have every cache notice."""
    for name, value in values.items():
        setattr(article, name, value)
    article.version += 1
    article.save(update_fields=[*values, "version"])
