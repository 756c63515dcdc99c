"""The order by article: the article whose comment waits longest first, inside it the oldest first.

An article's place must not change while somebody reads on, although its oldest comment is decided meanwhile. So a cursor
remembers how far the history of all comments had gone when the first page was read, and places are those of that moment:
what was decided since then still counts, what came back or came new does not.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Case, Exists, Min, OuterRef, Q, QuerySet, Value, When

from comments.models import Comment, Site, StatusChange
from moderation.queue.order import EPOCH, MICROSECOND, decode_cursor, microseconds

# Horizon, since when its article waits, the article, since when it waits, the comment.
PLACE_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Articles:
    """The articles with comments of a queue, in order: since when one waits, and the key of the article."""

    horizon: int
    places: tuple[tuple[datetime.datetime, int], ...]

    def cursor_after(self, comment: Comment) -> str:
        """Where the page after this comment begins."""
        since = microseconds(next(since for since, article_id in self.places if article_id == comment.article_id))
        waits_since = microseconds(comment.waiting_since) if comment.waiting_since else 0
        return f"{self.horizon}.{since}.{comment.article_id}.{waits_since}.{comment.pk}"


def read_by_article(comments: QuerySet[Comment], site: Site, cursor: str, size: int) -> tuple[list[Comment], Articles]:
    """At most `size` of these comments from a cursor on, and the order they stand in. 4 queries, over
    everything that waits on the site.

    Raises InvalidInputError ("cursor").
    """
    place = decode_cursor(cursor, PLACE_LENGTH) if cursor else ()
    articles = read_articles(site, comments, horizon=place[0] if place else None)
    first = (EPOCH + place[1] * MICROSECOND, place[2]) if place else (EPOCH, 0)
    # The article at the cursor may have no comment left.
    chosen = [article_id for since, article_id in articles.places if (since, article_id) >= first][: size + 1]
    if not chosen:
        return [], articles
    comments = comments.filter(article__in=chosen)
    if place:
        moment = EPOCH + place[3] * MICROSECOND
        seen = Q(waiting_since__lt=moment) | Q(waiting_since=moment, pk__lte=place[4])
        comments = comments.exclude(seen, article=place[2])
    positions = Case(*(When(article=article_id, then=Value(at)) for at, article_id in enumerate(chosen)))
    found = comments.order_by(positions, "waiting_since", "id")
    return list(found[:size]), articles


def read_articles(site: Site, comments: QuerySet[Comment], horizon: int | None = None) -> Articles:
    """The articles of these comments in order, as of now or of a horizon. Each has at least one of the comments, so that a
    page needs no more articles than rows. 3 queries."""
    newest = StatusChange.objects.order_by("-id").values_list("id", flat=True)
    since = _waiting(site, horizon)
    wanted = comments.order_by().values_list("article_id").annotate(Min("waiting_since"))
    places = sorted((since.get(article_id, now), article_id) for article_id, now in wanted)
    return Articles(horizon or newest.first() or 0, tuple(places))


def _waiting(site: Site, horizon: int | None) -> dict[int, datetime.datetime]:
    """By article: since when its oldest comment waits, or waited when history had gone as far as the horizon."""
    waiting = Comment.objects.filter(site=site).waiting().order_by()
    if horizon is None:
        return dict(waiting.values_list("article_id").annotate(Min("waiting_since")))
    changed = StatusChange.objects.filter(pk__gt=horizon, comment__site=site)
    unchanged = waiting.exclude(Exists(changed.filter(comment=OuterRef("pk"))))
    since = dict(unchanged.values_list("article_id").annotate(Min("waiting_since")))
    left = changed.filter(from_waiting_since__isnull=False).order_by()
    for article_id, moment in left.values_list("comment__article_id").annotate(Min("from_waiting_since")):
        since[article_id] = min(moment, since.get(article_id, moment))
    return since
