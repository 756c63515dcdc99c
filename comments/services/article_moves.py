"""Comments that change their article: two articles become one, a conversation goes elsewhere, an article gets another key.

Each in one transaction, safe against posting and deciding at the same moment. Rows are locked in the order in which
lifecycle.py locks them: comments, then articles. A new comment is no row to be locked yet; its transaction asks at its end
whether its article is still there, waits there for the merge, and then posts to the article that is (posting.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from comments import lifecycle
from comments.enums import Status
from comments.exceptions import InvalidInputError
from comments.models import Article, ArticleKey, ArticleUrl, Comment
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.models.comments import PINNED_LIMIT, CommentQuerySet
from comments.signals import article_merged, votes_changed

# How often a merge begins anew after the database let somebody else go first.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """What changes its article, or did: comments by status, and how many of them are no longer pinned."""

    by_status: dict[Status, int]
    unpinned: int

    @property
    def count(self) -> int:
        return sum(self.by_status.values())

    @property
    def published(self) -> int:
        return self.by_status.get(Status.APPROVED, 0)

    @property
    def waiting(self) -> int:
        return self.by_status.get(Status.PENDING, 0)


def preview_merge(*, source: Article, target: Article) -> Moved:
    """What a merge would move. 3 queries. Raises as `merge_articles`."""
    _require_two_of_a_site(source, target)
    return _count(Comment.objects.for_article(source), target)


def merge_articles(*, source: Article, target: Article) -> Moved:
    """Make two articles of a site one: `source` is no more, its comments, addresses and keys belong to `target`.

    Whoever asks by the key of `source` gets `target` ever after. What is pinned beyond PINNED_LIMIT is not pinned any more,
    the oldest first. Sends `article_merged`. Raises InvalidInputError("target") for the same article or one of another site.
    """
    _require_two_of_a_site(source, target)
    return _try(lambda: _merge(source.pk, target.pk))


def _merge(source_id: int, target_id: int) -> Moved:
    with transaction.atomic():
        comments = Comment.objects.filter(article=source_id)
        _lock(comments)
        articles = _lock_articles(source_id, target_id)
        source, target = articles.get(source_id), articles.get(target_id)
        if source is None or target is None:
            raise InvalidInputError("target", _("Somebody was quicker: one of the two articles is no longer there."))
        moved = _count(comments, target)
        _rehome(comments, target)
        ArticleUrl.objects.filter(article=source).update(article=target)
        ArticleUrl.objects.get_or_create(site_id=source.site_id, url=source.url, defaults={"article": target})
        ArticleKey.objects.filter(article=source).update(article=target)
        ArticleKey.objects.create(site_id=source.site_id, article=target, key=source.key, merged_id=source.pk)
        Article.objects.filter(pk=target.pk).update(
            version=max(source.version, target.version), is_confirmed=source.is_confirmed or target.is_confirmed
        )
        lifecycle.recount([target.pk])
        article_merged.send(sender=Article, source=source, target=target)
        votes_changed.send(sender=Comment, article_id=target.pk)
        source.delete()
    return moved


def preview_move(*, root: Comment, target: Article) -> Moved:
    """What moving a conversation would move. 3 queries. Raises as `move_conversation`."""
    _require_movable(root, target)
    return _count(_conversation(root.pk), target)


def move_conversation(*, root: Comment, target: Article) -> Moved:
    """Move the beginning of a conversation with all its replies, whatever their status, to another article of the site.

    Raises InvalidInputError: "comment" for a reply, "target" for the article it is under or one of another site.
    """
    _require_movable(root, target)
    return _try(lambda: _move(root.pk, target.pk))


def _move(root_id: int, target_id: int) -> Moved:
    with transaction.atomic():
        # The beginning first: whoever posts a reply holds it.
        source_id = Comment.objects.select_for_update().values_list("article", flat=True).get(pk=root_id)
        comments = _conversation(root_id)
        _lock(comments)
        target = _lock_articles(source_id, target_id).get(target_id)
        if target is None or source_id == target_id:
            raise InvalidInputError("target", _("Somebody was quicker: please look where the conversation is now."))
        moved = _count(comments, target)
        _rehome(comments, target)
        lifecycle.recount([source_id, target_id])
        for article_id in (source_id, target_id):
            votes_changed.send(sender=Comment, article_id=article_id)
    return moved


def rekey_article(*, article: Article, key: str) -> Article:
    """Give an article another key; the one it had leads to it ever after. 7 queries at most.

    Raises InvalidInputError("key") for an impossible key and for one that is or was another article's.
    """
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        raise InvalidInputError(
            "key", _("An article key has 1 to 200 of the letters a to z, digits and the characters . _ ~ : -")
        )
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).with_site().get(pk=article.pk)
        if key == article.key:
            raise InvalidInputError("key", _("This is the key of the article already."))
        others = ArticleKey.objects.filter(site=article.site, key=key).exclude(article=article)
        if others.exists() or Article.objects.filter(site=article.site, key=key).exists():
            raise InvalidInputError("key", _("Another article has or had this key."))
        ArticleKey.objects.filter(site=article.site, key=key).delete()
        ArticleKey.objects.create(site=article.site, article=article, key=article.key)
        article.key = key
        article.version += 1
        article.save(update_fields=["key", "version"])
    return article


def _try(step: Callable[[], Moved]) -> Moved:
    for _number in range(TRIES - 1):
        try:
            return step()
        except (OperationalError, IntegrityError):
            # Two transactions waited for each other and the database ended this one, or a comment came in between.
            continue
    return step()


def _require_two_of_a_site(source: Article, target: Article) -> None:
    if source.pk == target.pk:
        raise InvalidInputError("target", _("An article cannot be merged with itself."))
    if source.site_id != target.site_id:
        raise InvalidInputError("target", _("Both articles have to be of the same site."))


def _require_movable(root: Comment, target: Article) -> None:
    if root.parent_id is not None:
        raise InvalidInputError("comment", _("A conversation is moved as a whole, from its first comment."))
    if root.article_id == target.pk:
        raise InvalidInputError("target", _("The conversation is under this article already."))
    if root.site_id != target.site_id:
        raise InvalidInputError("target", _("Both articles have to be of the same site."))


def _conversation(root_id: int) -> CommentQuerySet:
    return Comment.objects.filter(Q(pk=root_id) | Q(root=root_id))


def _lock(comments: CommentQuerySet) -> None:
    # Evaluated for the locks alone.
    list(comments.order_by("id").select_for_update().values_list("pk"))


def _lock_articles(*ids: int) -> dict[int, Article]:
    found = Article.objects.filter(pk__in=ids).order_by("id").select_for_update(of=("self",))
    return {article.pk: article for article in found}


def _count(comments: CommentQuerySet, target: Article) -> Moved:
    return Moved(comments.by_status(), len(_beyond_limit(comments, target)))


def _beyond_limit(comments: CommentQuerySet, target: Article) -> Sequence[int]:
    """Of the pinned ones among the comments, those for which the other article has no room: the oldest."""
    taken = Comment.objects.for_article(target).filter(pinned_at__isnull=False).count()
    pinned = comments.filter(pinned_at__isnull=False).order_by("-pinned_at", "-id").values_list("pk", flat=True)
    return list(pinned)[max(0, PINNED_LIMIT - taken) :]


def _rehome(comments: CommentQuerySet, target: Article) -> None:
    """Put comments under another article. The caller holds transaction and locks, and counts afterwards."""
    Comment.objects.filter(pk__in=_beyond_limit(comments, target)).update(pinned_at=None)
    taken = Comment.objects.for_article(target).values("idempotency_key")
    for pk, key in list(comments.filter(idempotency_key__in=taken).values_list("pk", "idempotency_key")):
        other = hashlib.sha256(f"moved:{pk}:{key}".encode()).hexdigest()
        Comment.objects.filter(pk=pk).update(idempotency_key=other)
    comments.update(article=target)


__all__ = [
    "Moved",
    "merge_articles",
    "move_conversation",
    "preview_merge",
    "preview_move",
    "rekey_article",
]
