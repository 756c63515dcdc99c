"""The read side of feeds: the newest published comments as entries, 1 query each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from comments.conf import settings
from comments.enums import ArticleMode, Status
from comments.feed_addresses import permalink
from comments.feeds.values import Entry, tag_uri
from comments.models import Site
from comments.models.comments import CommentQuerySet

FEED_LENGTH = 50
_COLUMNS = (
    "public_id",
    "author_name",
    "public_html",
    "published_at",
    "edited_at",
    "article__title",
    "parent__public_id",
    "parent__status",
)


@dataclass(frozen=True, slots=True)
class _Row:
    public_id: str
    author_name: str
    html: str
    published_at: datetime.datetime
    edited_at: datetime.datetime | None
    article_title: str
    parent_id: str | None
    parent_status: str | None


def newest_entries(site: Site, comments: CommentQuerySet, *, title: str) -> tuple[Entry, ...]:
    """At most 50 entries of those comments of the site that everybody may read, the newest first. 1 query.

    `title` is the title of each, with %(name)s for who wrote it and %(title)s for the article's.
    """
    return tuple(_entry(site, row, title) for row in _newest(comments))


def _newest(comments: CommentQuerySet) -> Iterator[_Row]:
    readable = comments.published().exclude(article__mode=ArticleMode.HIDDEN)
    for row in readable.order_by("-published_at", "-id").values_list(*_COLUMNS)[:FEED_LENGTH]:
        yield _Row(*row)


def _entry(site: Site, row: _Row, title: str) -> Entry:
    is_reply = row.parent_id is not None and row.parent_status == Status.APPROVED
    return Entry(
        identifier=tag_uri(site, f"c/{row.public_id}"),
        url=settings.base_url + permalink(row.public_id),
        title=title % {"name": row.author_name, "title": row.article_title},
        author_name=row.author_name,
        html=row.html,
        published_at=row.published_at,
        updated_at=row.edited_at or row.published_at,
        answered_identifier=tag_uri(site, f"c/{row.parent_id}") if is_reply else "",
        answered_url=settings.base_url + permalink(row.parent_id) if is_reply and row.parent_id else "",
    )
