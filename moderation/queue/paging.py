"""Pages of a queue as comments, in whichever order: by keyset, so that none is skipped or comes twice."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from comments.models import Comment, Site
from moderation.prepared import Prepared, given_numbers
from moderation.queue.by_article import place_of, read_by_article
from moderation.queue.colleagues import BESIDE, is_discussed, not_before_others
from moderation.queue.order import cursor_after, in_order, narrowed_queue
from moderation.queue.values import QueueFilters, QueueSort

RELATED = ("article", "author", "site", *BESIDE)
# What tells a place in any order; times that are no column of a comment are read besides.
PLACED = ("public_id", "article", "risk", "waiting_since", "posted_at")


def find_page(site: Site, filters: QueueFilters, cursor: str, size: int) -> tuple[list[int], str]:
    """The primary keys of the comments of a page, and the cursor of the next one, empty on the last. 1 query, 1 more by
    article, 1 more for a search.

    A page is found first and read then: of one query with all the tables that stand on a page, PostgreSQL takes longer to
    find a plan than to carry it out, and with a filter among so many it does not find a good one.

    Raises InvalidInputError ("cursor").
    """
    found, next_cursor = _page(narrowed_queue(site, filters), site, filters, cursor, size)
    return [comment.pk for comment in found], next_cursor


def read_found(ids: Sequence[int], comments: Prepared[Comment], **given: object) -> list[Comment]:
    """Those of the comments found that are still there, in the same order, by a query made of `whole_comments`. 1 query,
    none without any."""
    whole = {comment.pk: comment for comment in comments.run(ids=ids, **given)} if ids else {}
    return [whole[pk] for pk in ids if pk in whole]


def whole_comments(count: int) -> QuerySet[Comment]:
    """So many comments, given as "ids", with all that is beside them."""
    comments = Comment.objects.select_related(*RELATED).annotate(is_discussed=is_discussed())
    return comments.filter(pk__in=given_numbers("ids", count))


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
    """The comments of a page, of which only their place is read, and the cursor of the next one."""
    comments = comments.only(*PLACED)
    if filters.order == QueueSort.ARTICLE:
        return read_by_article(comments, site, cursor, size)
    found = list(in_order(comments, filters, cursor)[: size + 1])
    return found[:size], cursor_after(found[size - 1], filters) if len(found) > size else ""


def _cursor_at(comment: Comment, site: Site, filters: QueueFilters) -> str:
    if filters.order != QueueSort.ARTICLE:
        return cursor_after(comment, filters)
    return place_of(comment, site, narrowed_queue(site, filters))
