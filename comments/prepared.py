"""Pieces of the public thread as HTML, the same for everybody, kept in the cache until the thread changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings as django_settings
from django.utils import translation
from django.utils.safestring import SafeString

from comments.enums import Sort
from comments.exceptions import InvalidInputError
from comments.kept import kept
from comments.models import Article, Comment
from comments.skeleton import thread_html
from comments.threads import read_conversation, read_page

_KEPT_SECONDS = 60 * 60


@dataclass(frozen=True, slots=True)
class Prepared:
    """A piece of the thread as everybody sees it. `next_cursor` is empty at its end; `conversation` names a comment of the only
    conversation in it, if it was asked for."""

    html: SafeString
    next_cursor: str
    conversation: str = ""


def interface_language(language: str) -> str:
    """The language of ours nearest to one: "de" for "de-AT", the project's own for one that is not spoken here."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return django_settings.LANGUAGE_CODE


def prepared_page(article: Article, sort: Sort, cursor: str, language: str) -> Prepared:
    """A page of the public thread, from the cache if this version of it is there. 2 queries at most.

    The first page for a cursor that is none, or that belongs to another order. At the moment the discussion ends it is
    another piece, whether anybody noticed that moment or not.
    """
    facts = (article.pk, article.version, article.takes_comments, sort, cursor, language)
    key = "thread:" + hashlib.sha256(repr(facts).encode()).hexdigest()
    return kept(key, lambda: _prepare(article, sort, cursor, language), seconds=_KEPT_SECONDS)


def _prepare(article: Article, sort: Sort, cursor: str, language: str) -> Prepared:
    try:
        page = read_page(article, sort=sort, cursor=cursor)
    except InvalidInputError:
        return prepared_page(article, sort, "", language)
    return Prepared(thread_html(page, article=article, language=language), page.next_cursor)


def is_on_first_page(article: Article, comment: Comment) -> bool:
    """Whether a published comment is in what the article's page shows at first. 2 queries at most."""
    prepared = prepared_page(article, Sort.NEWEST, "", interface_language(article.language))
    return f'id="comment-{comment.public_id}"' in prepared.html


def prepared_conversation(article: Article, public_id: str, language: str) -> Prepared | None:
    """The one conversation that holds a published comment, for a link to it; None when there is none. 3 queries at most."""
    page = read_conversation(article, public_id) if public_id else None
    if page is None or not page.rows:
        return None
    return Prepared(thread_html(page, article=article, language=language), "", public_id)
