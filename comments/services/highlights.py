"""What the editors put forward in a discussion: comments that stand first, and comments they chose. Who may is asked before."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Article, Comment
from comments.models.comments import PINNED_LIMIT


def pin_comment(*, comment: Comment) -> None:
    """Let a published comment stand first in its discussion, in every order. 5 queries.

    Raises InvalidInputError("comment") for a reply, for one that is not published, and where PINNED_LIMIT are pinned.
    """
    with transaction.atomic():
        stored = _locked(comment)
        if stored.parent_id is not None:
            raise InvalidInputError("comment", _("Only the beginning of a conversation can be pinned, not a reply."))
        others = Comment.objects.for_article(stored.article).filter(pinned_at__isnull=False).exclude(pk=stored.pk)
        if others.count() >= PINNED_LIMIT:
            message = _("At most %(limit)d comments of a discussion can be pinned. Please unpin another one first.")
            raise InvalidInputError("comment", message % {"limit": PINNED_LIMIT})
        if stored.pinned_at is None:
            _save(stored, pinned_at=timezone.now())


def unpin_comment(*, comment: Comment) -> None:
    """Put a comment back in its place. 4 queries."""
    with transaction.atomic():
        _save(_locked(comment, is_published=False), pinned_at=None)


def feature_comment(*, comment: Comment) -> None:
    """Mark a published comment as the editors' choice. 4 queries. Raises InvalidInputError("comment") for one that is not."""
    with transaction.atomic():
        stored = _locked(comment)
        if stored.featured_at is None:
            _save(stored, featured_at=timezone.now())


def unfeature_comment(*, comment: Comment) -> None:
    """Take the mark of the editors' choice away. 4 queries."""
    with transaction.atomic():
        _save(_locked(comment, is_published=False), featured_at=None)


def _locked(comment: Comment, *, is_published: bool = True) -> Comment:
    """The comment as it stands, its row locked and then its article's, so that two at once cannot pin one too many."""
    stored = Comment.objects.select_for_update().get(pk=comment.pk)
    stored.article = Article.objects.select_for_update().get(pk=stored.article_id)
    if is_published and not stored.is_published:
        raise InvalidInputError("comment", _("Only a published comment can be put forward."))
    return stored


def _save(comment: Comment, **values: object) -> None:
    """Store what changed, and have every cache notice."""
    Comment.objects.filter(pk=comment.pk).update(**values)
    Article.objects.filter(pk=comment.article_id).update(version=F("version") + 1)
