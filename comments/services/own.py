"""What an author sees of their own comments that the public does not."""

from __future__ import annotations

from collections.abc import Sequence

from comments.models import Article, Comment
from comments.services.identity import Identity, authors_of

OWN_LIMIT = 100


def own_hidden_comments(*, articles: Sequence[Article], identity: Identity) -> list[Comment]:
    """The caller's own comments under these articles of one site that others do not see, and their published ones with
    a waiting edit; oldest first, at most 100. 2 queries at most, with article, author, site and revisions loaded."""
    if not articles:
        return []
    authors = authors_of(identity, site=articles[0].site)
    if not authors:
        return []
    found = Comment.objects.filter(article__in=articles, author__in=authors)
    found = found.hidden_from_public() | found.waiting()
    return list(found.with_context().prefetch_related("revisions").order_by("-posted_at")[:OWN_LIMIT])[::-1]
