"""The order by article: the article whose comment waits longest first, inside it the oldest first.

An article's place must not change while somebody reads on, although its oldest comment is decided meanwhile. So a cursor
remembers how far the history of all comments had gone when the first page was read, and places are those of that moment:
what was decided since then still counts, what came back or came new does not.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from comments.models import Comment, Site, StatusChange
from moderation.queue.order import EPOCH, MICROSECOND, Place, decode_cursor, microseconds

# Horizon, since when its article waits, the article, since when it waits, the comment.
PLACE_LENGTH = 5
NOTHING: Mapping[int, datetime.datetime] = {}


@dataclass(frozen=True, slots=True)
class _Article:
    """An article with comments of a queue: since when it waits, as of a horizon."""

    since: datetime.datetime
    article_id: int
    horizon: int

    def cursor_after(self, comment: Comment) -> str:
        """Where the page after this comment of it begins."""
        waits_since = microseconds(comment.waiting_since) if comment.waiting_since else 0
        return f"{self.horizon}.{microseconds(self.since)}.{self.article_id}.{waits_since}.{comment.pk}"


def read_by_article(comments: QuerySet[Comment], site: Site, cursor: str, size: int) -> tuple[list[Comment], str]:
    """A page of these comments, all of which wait, and the cursor of the next one. 2 queries, 3 with a cursor.

    Raises InvalidInputError ("cursor").
    """
    place = decode_cursor(cursor, PLACE_LENGTH) if cursor else ()
    # Each has at least one of the comments, so that a page needs no more articles than rows; the one at the cursor may
    # have none left.
    articles = _read_articles(site, comments, place, size + 2)
    if not articles:
        return [], ""
    comments = comments.filter(article__in=[article.article_id for article in articles])
    if place:
        moment = EPOCH + place[3] * MICROSECOND
        seen = Q(waiting_since__lt=moment) | Q(waiting_since=moment, pk__lte=place[4])
        comments = comments.exclude(seen, article=place[2])
    positions = Case(*(When(article=one.article_id, then=Value(at)) for at, one in enumerate(articles)))
    found = list(comments.order_by(positions, "waiting_since", "id")[: size + 1])
    if len(found) <= size:
        return found, ""
    return found[:size], _article_of(found[size - 1], articles).cursor_after(found[size - 1])


def place_of(comment: Comment, site: Site, comments: QuerySet[Comment]) -> str:
    """The cursor of the page after one of these comments, as of now. 1 query."""
    articles = _read_articles(site, comments.filter(article=comment.article_id), (), 1)
    return _article_of(comment, articles).cursor_after(comment)


def _article_of(comment: Comment, articles: list[_Article]) -> _Article:
    return next(article for article in articles if article.article_id == comment.article_id)


def _read_articles(site: Site, comments: QuerySet[Comment], place: Place, most: int) -> list[_Article]:
    """The first articles of these comments from a place on, in order. 1 query, 2 from a place on."""
    waiting = Comment.objects.filter(site=site).waiting().order_by()
    unchanged, left, first = Q(), NOTHING, (EPOCH, 0)
    newest = StatusChange.objects.order_by("-id").values("id")[:1]
    if place:
        first = (EPOCH + place[1] * MICROSECOND, place[2])
        changed = StatusChange.objects.filter(pk__gt=place[0], comment__site=site)
        unchanged = ~Q(Exists(changed.filter(comment=OuterRef("pk"))))
        left = _left(changed)
    found = (
        waiting.values("article_id")
        .annotate(
            own=Min("waiting_since", filter=Q(pk__in=comments.order_by().values("pk"))),
            unchanged=Min("waiting_since", filter=unchanged),
            since=Coalesce("unchanged", "own"),
            horizon=Subquery(newest),
        )
        .filter(own__isnull=False)
        .order_by("since", "article_id")
    )
    if not left:
        # Otherwise the places of some are others than the database knows.
        found = found.filter(Q(since__gt=first[0]) | Q(since=first[0], article_id__gte=first[1]))[:most]
    articles = []
    for article_id, own, still, horizon in found.values_list("article_id", "own", "unchanged", "horizon"):
        known = [moment for moment in (still, left.get(article_id)) if moment is not None]
        articles.append(_Article(min(known, default=own), article_id, place[0] if place else horizon))
    articles.sort(key=lambda one: (one.since, one.article_id))
    return [one for one in articles if (one.since, one.article_id) >= first][:most]


def _left(changed: QuerySet[StatusChange]) -> dict[int, datetime.datetime]:
    """By article: since when the oldest comment had waited whose wait was ended by one of these steps. 1 query."""
    ended = changed.filter(from_waiting_since__isnull=False).order_by()
    waited = ended.values_list("comment__article_id").annotate(Min("from_waiting_since"))
    return dict(waited)
