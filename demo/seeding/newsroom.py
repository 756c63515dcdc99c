"""A large newsroom for measuring: as many articles and comments as asked for, written in bulk.

Bulk means past the services: the rows are those that posting and deciding would have left, counters included, but no
signal is sent, no flagger asked and no mail written. The same numbers give the same newsroom.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from comments.commentable import article_for
from comments.enums import AuthorKind, Status
from comments.models import Article as CommentArticle
from comments.models import Author, Site
from demo.contents import article_contents
from demo.models import Article
from demo.newspaper import newspaper
from demo.seeding.bulk import Desk, Room, write_comments
from demo.seeding.texts import Words
from moderation.enums import Permission
from moderation.permissions import roles_with
from moderation.services.policies import current_policy

KEY_PREFIX = "generated-"
SEED = 20_251_122
# Articles whose comments are written together: memory stays bounded, and queries are few.
COMMENTS_IN_BATCH = 5_000
COMMENTS_OF_AUTHOR = 20
# Older than the articles of the demo, so that the front page stays as it is.
AGE_DAYS = (20, 400)


@dataclass(frozen=True, slots=True)
class Size:
    """How much to generate. `pending` of the `comments` wait for a moderator."""

    articles: int
    comments: int
    pending: int


def generate_newsroom(size: Size) -> bool:
    """Add generated articles and comments to the demo; False when there are generated ones already.

    One transaction; about 1,000 comments a second on SQLite.
    """
    if Article.objects.filter(key__startswith=KEY_PREFIX).exists():
        return False
    chance = random.Random(SEED)  # noqa: S311 - to be the same each time, not to be unguessable
    words = Words(chance)
    now = timezone.now()
    with transaction.atomic():
        site = Site.objects.get(slug=newspaper().slug)
        articles = _make_articles(size.articles, chance, words, now)
        authors = _make_authors(site, size.comments, words)
        room = Room(site=site, desk=_desk(site), authors=authors, words=words, chance=chance, now=now)
        shares = share_out(size.comments, size.articles)
        fates = draw_fates(size, chance)
        with tqdm(total=size.comments, desc="Generating comments", unit="comment", disable=None) as bar:
            for batch in _batches(articles, shares):
                bar.update(write_comments(room, batch, fates))
    return True


def share_out(comments: int, articles: int) -> list[int]:
    """How many comments each article gets: the first ones many, most of them few, together all."""
    weights = [1 / (rank + 1) ** 0.7 for rank in range(articles)]
    total = sum(weights)
    shares = [int(comments * weight / total) for weight in weights]
    for rank in range(comments - sum(shares)):
        shares[rank % articles] += 1
    return shares


def draw_fates(size: Size, chance: random.Random) -> Iterator[Status]:
    """What becomes of each comment, in the order they are written: exactly `pending` wait, nine in ten others are published."""
    waiting = set(chance.sample(range(size.comments), size.pending))
    decided = (Status.APPROVED, Status.REJECTED, Status.SPAM, Status.RETURNED, Status.REMOVED)
    for number in range(size.comments):
        drawn = chance.choices(decided, (920, 45, 20, 10, 5))[0]
        yield Status.PENDING if number in waiting else drawn


def _batches(articles: list[CommentArticle], shares: list[int]) -> Iterator[list[tuple[CommentArticle, int]]]:
    batch: list[tuple[CommentArticle, int]] = []
    for article, share in zip(articles, shares, strict=True):
        batch.append((article, share))
        if sum(count for _article, count in batch) >= COMMENTS_IN_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _desk(site: Site) -> Desk:
    members = User.objects.filter(desk_memberships__site=site, desk_memberships__role__in=roles_with(Permission.DECIDE))
    policy = current_policy(site)
    if policy is None:
        raise LookupError(site.slug)
    return Desk(moderators=tuple(members.order_by("pk")), policy=policy, clauses=tuple(policy.clauses.all()))


def _make_articles(count: int, chance: random.Random, words: Words, now: datetime.datetime) -> list[CommentArticle]:
    """The articles in the newspaper and as the comment system knows them."""
    models = article_contents()
    written = []
    for number in range(count):
        model = models[number % len(models)]
        name = f"{KEY_PREFIX}{number + 1:06d}"
        written.append(
            Article(
                key=name,
                slug=name,
                language=model["language"],
                section=model["section"],
                headline=words.line(model["language"], 90),
                teaser=words.text(model["language"]).body,
                byline=model["byline"],
                body="\n\n".join(model["paragraphs"]),
                published_at=now - datetime.timedelta(days=chance.uniform(*AGE_DAYS)),
            )
        )
    Article.objects.bulk_create(written)
    articles = [article_for(source) for source in written]
    for article, source in zip(articles, written, strict=True):
        # auto_now_add has put today's date there.
        article.created_at = source.published_at
    CommentArticle.objects.bulk_update(articles, ["created_at"], batch_size=200)
    return articles


def _make_authors(site: Site, comments: int, words: Words) -> list[Author]:
    count = max(10, comments // COMMENTS_OF_AUTHOR)
    return Author.objects.bulk_create(
        Author(site=site, kind=AuthorKind.GUEST, name=words.name()) for _number in range(count)
    )
