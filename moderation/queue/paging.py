"""Pages of a queue as comments, in whichever order: by keyset, so that none is skipped or comes twice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import QuerySet

from comments.models import Comment, Site
from moderation.queue.by_article import read_articles, read_by_article
from moderation.queue.colleagues import BESIDE, is_discussed, not_before_others
from moderation.queue.order import cursor_after, in_order, narrowed_queue
from moderation.queue.rows import Rows
from moderation.queue.values import QueueFilters, QueueSort

NO_COLUMNS: Mapping[str, Rows] = MappingProxyType({})
RELATED = ("article", "author", "site", *BESIDE)


def read_comments(
    site: Site, filters: QueueFilters, cursor: str, size: int, columns: Mapping[str, Rows] = NO_COLUMNS
) -> tuple[list[Comment], str]:
    """A page with all that is beside its comments, and the cursor of the next one, empty on the last; `columns` are read
    besides. 1 query, 1 to 2 more by article, 1 more for a search.

    Raises InvalidInputError ("cursor").
    """
    comments = narrowed_queue(site, filters).select_related(*RELATED).annotate(is_discussed=is_discussed(), **columns)
    return _page(comments, site, filters, cursor, size)


def next_in_queue(site: Site, filters: QueueFilters, public_id: str) -> str:
    """The public identifier of the comment to judge after this one, the first of the queue when it was the last.

    One that a colleague has before them is passed over, unless nothing else is there. Empty when nothing is. 1 to 5
    queries, more by article. To be asked before the comment leaves the queue.
    """
    comments = narrowed_queue(site, filters)
    here = comments.filter(public_id=public_id).first()
    cursors = ["", *([_cursor_at(here, site, filters)] if here else [])][::-1]
    others = comments.exclude(public_id=public_id)
    for group in (not_before_others(others, filters.viewer_id), others):
        for cursor in cursors:
            found, _next_cursor = _page(group, site, filters, cursor, 1)
            if found:
                return found[0].public_id
    return ""


def _page(
    comments: QuerySet[Comment], site: Site, filters: QueueFilters, cursor: str, size: int
) -> tuple[list[Comment], str]:
    if filters.order == QueueSort.ARTICLE:
        found, articles = read_by_article(comments, site, cursor, size + 1)
        return found[:size], articles.cursor_after(found[size - 1]) if len(found) > size else ""
    found = list(in_order(comments, filters, cursor)[: size + 1])
    return found[:size], cursor_after(found[size - 1], filters) if len(found) > size else ""


def _cursor_at(comment: Comment, site: Site, filters: QueueFilters) -> str:
    if filters.order != QueueSort.ARTICLE:
        return cursor_after(comment, filters)
    return read_articles(site, narrowed_queue(site, filters)).cursor_after(comment)
