"""Learns from what a site has published, without labels, how to tell its articles apart; for the flagger of topics."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from comments.models import Article, Comment, Site
from moderation.flaggers.encoder import WIDTH, embed
from moderation.flaggers.learning.vectors import encoder_version
from moderation.flaggers.topic_projection import Projection, learn_projection, tell_apart
from moderation.flaggers.topic_vectors import title_of
from moderation.models import TopicProjection

# With fewer articles little can be learnt, and less be measured.
LEAST_ARTICLES: Final = 200
# The newest: to read the title of each takes the encoder 20 ms, so 40 s in all.
MOST_ARTICLES: Final = 2_000
MOST_COMMENTS: Final = 20_000
# One article that everybody talks about does not stand for the site.
MOST_EACH: Final = 20
# One article in so many teaches nothing in the first place, and measures what the others taught.
_HELD_OUT: Final = 5
_ROWS: Final = 2_000


def learn_topics(site: Site) -> TopicProjection | None:
    """Learn anew, and have it used where it tells articles that taught nothing apart better than without; None, and what was
    learnt before stays, where there are fewer than 200 articles with published comments whose vectors are kept, or where
    no encoder can be used here.

    2 queries, and one for each 2,000 comments read; up to a minute of a core, 100 MB.
    """
    encoder = encoder_version()
    read = _read_comments(site, encoder) if encoder else None
    if read is None:
        return None
    numbers, comments = read
    import numpy  # noqa: PLC0415 - only with the extra

    rows = Article.objects.filter(pk__in=set(numbers.tolist())).values_list("pk", "title", "teaser")
    titles = {pk: title_of(title, teaser) for pk, title, teaser in rows}
    known, places = numpy.unique(numbers, return_inverse=True)
    of_titles = embed([titles[pk] for pk in known.tolist()])
    of_titles = (of_titles - of_titles.mean(axis=0))[places]
    comments -= comments.mean(axis=0)
    measuring = places % _HELD_OUT == 0
    taught = _learn(of_titles, comments, places, ~measuring)
    without, told_apart = (
        tell_apart(one, of_titles[measuring], comments[measuring], places[measuring]) for one in (None, taught)
    )
    is_better = told_apart > without
    projection, _is_new = TopicProjection.objects.update_or_create(
        site=site,
        defaults={
            "encoder": encoder,
            "made_at": timezone.now(),
            "articles": len(known),
            "comments": len(places),
            "without": without,
            "told_apart": told_apart,
            "weights": _learn(of_titles, comments, places, places >= 0).as_kept() if is_better else b"",
        },
    )
    return projection


def read_topics(site: Site) -> TopicProjection | None:
    """What was learnt last, without its numbers; None before. 1 query."""
    return TopicProjection.objects.filter(site=site).defer("weights").first()


def _learn(titles: Any, comments: Any, articles: Any, chosen: Any) -> Projection:
    return learn_projection(titles[chosen], comments[chosen], articles[chosen])


def _read_comments(site: Site, encoder: str) -> tuple[Any, Any] | None:
    """The article of each of the newest published comments (n), and its vector (n, `WIDTH`); None of too few articles."""
    import numpy  # noqa: PLC0415 - only with the extra

    found = Comment.objects.published().filter(
        site=site, revisions__number=F("published_revision"), revisions__text_vector__encoder=encoder
    )
    newest = found.order_by("-published_at", "-id").values_list("article_id", "revisions__text_vector__vector")
    each: Counter[int] = Counter()
    numbers: list[int] = []
    vectors = bytearray()
    for article, vector in newest[:MOST_COMMENTS].iterator(chunk_size=_ROWS):
        if each[article] < MOST_EACH and (article in each or len(each) < MOST_ARTICLES):
            each[article] += 1
            numbers.append(article)
            vectors += bytes(vector)
    if len(each) < LEAST_ARTICLES:
        return None
    return numpy.array(numbers), numpy.frombuffer(vectors, "<f2").reshape(-1, WIDTH).astype(numpy.float32)
