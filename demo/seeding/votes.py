"""Votes for the demo's comments, as so many readers would have cast them in the time since each was published."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence

from comments.enums import AuthorKind, Badge
from comments.models import Author, Comment, Site, Vote
from comments.services.voting import rank_article

SEED = 20_251_122


def cast_votes(site: Site, wanted: Mapping[str, int], stored: Mapping[str, int], now: datetime.datetime) -> None:
    """Write the votes `wanted` for comments by their names in the file, `stored` being their primary keys, and rank.

    In bulk and past the service, whose limits are for one afternoon and not for weeks. The same file gives the same votes.
    """
    chance = random.Random(SEED)  # noqa: S311 - to be the same each time, not to be unguessable
    readers = _readers(site, max(wanted.values()) + 1)
    published = Comment.objects.published().in_bulk(list(stored.values()))
    voted = [(published[stored[name]], count) for name, count in wanted.items() if count]
    Vote.objects.bulk_create(vote for comment, count in voted for vote in _votes(comment, count, readers, chance, now))
    for comment, count in voted:
        comment.vote_count = count
    Comment.objects.bulk_update([comment for comment, _count in voted], ["vote_count"])
    for article_id in sorted({comment.article_id for comment, _count in voted}):
        rank_article(article_id)


def _readers(site: Site, count: int) -> list[Author]:
    """So many who may vote: those who write, and others who only read."""
    writers = list(Author.objects.filter(site=site, badge=Badge.NONE).order_by("pk"))
    silent = [Author(site=site, kind=AuthorKind.GUEST) for _number in range(max(0, count - len(writers)))]
    return writers + Author.objects.bulk_create(silent)


def _votes(
    comment: Comment, count: int, readers: Sequence[Author], chance: random.Random, now: datetime.datetime
) -> Iterator[Vote]:
    """Votes of so many others; most of them soon after the comment was published."""
    since = comment.published_at or now
    others = [reader for reader in readers if reader.pk != comment.author_id]
    for reader in chance.sample(others, count):
        yield Vote(comment=comment, author=reader, created_at=since + (now - since) * chance.random() ** 2)
