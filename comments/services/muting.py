"""Muting: a reader does not want to read an author any more. Nobody else is told, and nobody else is concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.exceptions import InvalidInputError, UnknownArticleError
from comments.models import Article, Author, Comment, Mute
from comments.services.identity import Identity
from comments.services.readers import count_act, find_caller, reader_of


@dataclass(frozen=True, slots=True)
class Muting:
    """Whether the reader has muted an author now. `reader` is None where nobody had to be made or found."""

    muted: bool
    reader: Author | None


def mute_author(*, comment: Comment, identity: Identity) -> Muting:
    """Hide everything by the author of a published comment (with article and site) from this reader. About 6 queries.

    The author is named by a comment of theirs, so that no public address holds an identifier of a person. Raises
    UnknownArticleError (hidden), InvalidInputError("comment") for oneself, TooManyRequestsError.
    """
    _require_shown(comment.article)
    caller = find_caller(site=comment.site, identity=identity)
    if caller.is_author(comment.author_id):
        raise InvalidInputError("comment", _("This is your own comment; you can only hide what others write."))
    count_act(caller)
    with transaction.atomic():
        reader = reader_of(caller)
        Mute.objects.get_or_create(reader=reader, author_id=comment.author_id, defaults={"created_at": timezone.now()})
    return Muting(muted=True, reader=reader)


def unmute_author(*, comment: Comment, identity: Identity) -> Muting:
    """Show this reader again what the author of a comment writes. 3 queries at most.

    Raises UnknownArticleError (hidden), TooManyRequestsError.
    """
    _require_shown(comment.article)
    caller = find_caller(site=comment.site, identity=identity)
    count_act(caller)
    if caller.authors:
        Mute.objects.filter(reader__in=caller.authors, author_id=comment.author_id).delete()
    return Muting(muted=False, reader=caller.authors[0] if caller.authors else None)


def muted_comment_ids(*, article: Article, readers: Sequence[Author]) -> list[str]:
    """Public identifiers of the published comments under an article whose author one of these readers muted, sorted.

    1 query, none without readers.
    """
    if not readers:
        return []
    found = Comment.objects.for_article(article).published().filter(author__muted_by__reader__in=readers)
    return list(found.order_by("public_id").values_list("public_id", flat=True).distinct())


def _require_shown(article: Article) -> None:
    if article.mode == ArticleMode.HIDDEN:
        raise UnknownArticleError
