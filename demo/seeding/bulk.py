"""Writing many comments at once, with the rows that posting and judging each of them would have left."""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import F

from comments.enums import ActorKind, Status
from comments.markup import RENDER_VERSION
from comments.models import Article, Author, Comment, Revision, Site, StatusChange
from comments.ranking import wilson_lower_bound
from comments.text import body_digest
from demo.seeding.texts import Text, Words
from moderation.enums import Action, Measure
from moderation.models import Clause, Decision, PolicyVersion
from moderation.services.indexing import index_rows

ROOT_SHARE, REPLY_SHARE = 0.3, 0.4
MINUTE = datetime.timedelta(minutes=1)
# Minutes, on average: from an article to a comment, from a comment to a reply.
TO_COMMENT_MINUTES, TO_REPLY_MINUTES = 480, 120
VOTES_ON_AVERAGE = 3
# From how many networks people write; some are of whole companies.
NETWORKS = 20_000
# Nobody lets a comment wait for longer.
LONGEST_WAIT_MINUTES = 3 * 24 * 60

# What a moderator did, in order, to bring a comment where it stands.
ACTIONS: dict[Status, tuple[tuple[Action, Status], ...]] = {
    Status.PENDING: (),
    Status.APPROVED: ((Action.APPROVE, Status.APPROVED),),
    Status.REJECTED: ((Action.REJECT, Status.REJECTED),),
    Status.SPAM: ((Action.SPAM, Status.SPAM),),
    Status.RETURNED: ((Action.RETURN, Status.RETURNED),),
    Status.REMOVED: ((Action.APPROVE, Status.APPROVED), (Action.REMOVE, Status.REMOVED)),
}
MEASURES = {
    Action.APPROVE: Measure.NONE,
    Action.REJECT: Measure.NOT_PUBLISHED,
    Action.SPAM: Measure.NOT_PUBLISHED,
    Action.RETURN: Measure.RETURNED,
    Action.REMOVE: Measure.REMOVED,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who judges by what."""

    moderators: tuple[User, ...]
    policy: PolicyVersion
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """All that a generated comment is made of."""

    site: Site
    desk: Desk
    authors: Sequence[Author]
    words: Words
    chance: random.Random
    now: datetime.datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One judgement of a comment: its place in the history, and what the decision is made of."""

    change: StatusChange
    action: Action
    clause: Clause | None


def write_comments(room: Room, batch: Sequence[tuple[Article, int]], fates: Iterator[Status]) -> int:
    """Write for each article as many comments as said, level by level; return how many. About 100 rows a query."""
    published: dict[int, list[list[Comment]]] = {article.pk: [] for article, _count in batch}
    sizes = {article.pk: level_sizes(count) for article, count in batch}
    written = 0
    for level in range(max(map(len, sizes.values()), default=0)):
        comments, texts = [], []
        for article, count in batch:
            wanted = sizes[article.pk][level] if level < len(sizes[article.pk]) else 0
            parents = next((some for some in reversed(published[article.pk]) if some), [])
            for _number in range(wanted):
                text = room.words.text(article.language)
                comment = _make_comment(room, article, parents, text, next(fates))
                comment.rank = _rank(comment.vote_count, count)
                comments.append(comment)
                texts.append(text)
        Comment.objects.bulk_create(comments)
        _write_rest(room, comments, texts)
        fresh: dict[int, list[Comment]] = defaultdict(list)
        for comment in comments:
            if comment.is_published:
                fresh[comment.article_id].append(comment)
        for article_id, levels in published.items():
            levels.append(fresh[article_id])
        written += len(comments)
    _write_counters(published)
    return written


def level_sizes(count: int) -> list[int]:
    """How many comments stand on each level: 30 % begin a conversation, 40 % reply, the rest reply to replies."""
    roots = max(1, round(count * ROOT_SHARE)) if count else 0
    replies = min(count - roots, round(count * REPLY_SHARE))
    sizes = [roots, replies]
    rest = count - roots - replies
    while rest > 0:
        # Half of what is left goes one level deeper, and so on.
        sizes.append((rest + 1) // 2)
        rest -= sizes[-1]
    return sizes


def _make_comment(room: Room, article: Article, parents: Sequence[Comment], text: Text, fate: Status) -> Comment:
    chance = room.chance
    # The first comments get the most replies.
    parent = parents[int(len(parents) * chance.random() ** 2)] if parents else None
    author = chance.choice(room.authors)
    if fate == Status.PENDING:
        posted_at = room.now - chance.uniform(1, LONGEST_WAIT_MINUTES) * MINUTE
    elif parent is not None and parent.published_at is not None:
        posted_at = parent.published_at + chance.expovariate(1 / TO_REPLY_MINUTES) * MINUTE
    else:
        posted_at = article.created_at + chance.expovariate(1 / TO_COMMENT_MINUTES) * MINUTE
    posted_at = min(posted_at, room.now - MINUTE)
    was_published = fate in (Status.APPROVED, Status.REMOVED)
    judged_at = min(posted_at + chance.uniform(2, 40) * MINUTE, room.now)
    return Comment(
        site=room.site,
        article=article,
        author=author,
        author_name=author.name,
        parent=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        depth=parent.depth + 1 if parent else 0,
        language=article.language,
        status=fate,
        waiting_since=posted_at if fate == Status.PENDING else None,
        published_at=judged_at if was_published else None,
        published_revision=1 if was_published else None,
        public_html=text.body_html if fate == Status.APPROVED else "",
        screened_revision=1,
        vote_count=int(chance.expovariate(1 / VOTES_ON_AVERAGE)) if was_published else 0,
        posted_at=posted_at,
        network=f"{chance.randrange(NETWORKS):032x}",
        body_digest=body_digest(text.body),
        idempotency_key=f"generated-{chance.getrandbits(128):032x}",
    )


def _rank(votes: int, comments: int) -> float:
    """The rank of a comment among so many, as if readers had cast all these votes since it was published: there are numbers
    of votes here, and no votes to count."""
    return wilson_lower_bound(votes, max(votes, VOTES_ON_AVERAGE * comments))


def _write_rest(room: Room, comments: Sequence[Comment], texts: Sequence[Text]) -> None:
    """Revisions, history and decisions of comments that have just been written."""
    Revision.objects.bulk_create(
        Revision(
            comment=comment,
            number=1,
            body=text.body,
            body_html=text.body_html,
            render_version=RENDER_VERSION,
            created_at=comment.posted_at,
        )
        for comment, text in zip(comments, texts, strict=True)
    )
    index_rows(
        [
            (comment.pk, comment.site_id, comment.author_name, text.body)
            for comment, text in zip(comments, texts, strict=True)
        ]
    )
    StatusChange.objects.bulk_create(
        StatusChange(
            comment=comment,
            to_status=Status.PENDING,
            revision=1,
            actor_kind=ActorKind.AUTHOR,
            created_at=comment.posted_at,
        )
        for comment in comments
    )
    steps = [step for comment in comments for step in _steps(room, comment)]
    StatusChange.objects.bulk_create([step.change for step in steps])
    Decision.objects.bulk_create(_decision(room, step) for step in steps)


def _steps(room: Room, comment: Comment) -> Iterator[Step]:
    standing, at = Status.PENDING, comment.published_at or comment.posted_at + room.chance.uniform(2, 40) * MINUTE
    for action, to_status in ACTIONS[Status(comment.status)]:
        clause = None if action in (Action.APPROVE, Action.SPAM) else room.chance.choice(room.desk.clauses)
        change = StatusChange(
            comment=comment,
            from_status=standing,
            to_status=to_status,
            revision=1,
            actor_kind=ActorKind.MODERATOR,
            actor=room.chance.choice(room.desk.moderators),
            clause=clause.slug if clause else "",
            from_waiting_since=comment.posted_at if standing == Status.PENDING else None,
            from_published_at=comment.published_at if standing == Status.APPROVED else None,
            from_published_revision=1 if standing == Status.APPROVED else None,
            created_at=min(at, room.now),
        )
        yield Step(change, action, clause)
        standing, at = to_status, at + room.chance.uniform(30, 600) * MINUTE


def _decision(room: Room, step: Step) -> Decision:
    change, clause = step.change, step.clause
    comment = change.comment
    facts = {"de": clause.facts_de, "en": clause.facts_en}.get(comment.language, clause.facts_en) if clause else ""
    return Decision(
        comment=comment,
        change=change,
        moderator_id=change.actor_id,
        action=step.action,
        from_status=change.from_status,
        to_status=change.to_status,
        revision=1,
        policy_version=room.desk.policy,
        clause=clause,
        measure=MEASURES[step.action],
        ground=clause.ground if clause else "",
        category=clause.category if clause else "",
        facts=facts,
        content_language=comment.language,
        content_date=comment.posted_at.date(),
        applied_at=change.created_at,
    )


def _write_counters(published: dict[int, list[list[Comment]]]) -> None:
    """The counters as the lifecycle would have left them, but for removed comments in the version, which nobody compares."""
    for article_id, levels in published.items():
        count = sum(map(len, levels))
        Article.objects.filter(pk=article_id).update(comment_count=count, version=F("version") + count)
