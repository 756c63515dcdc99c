"""What had to be mailed to whom, worked out anew from the history of the comments and from who follows what.

Nothing of the code that sends is asked. Where chance decides (a comment was public long enough to be told of, and went before
it was sure to be), at most one mail is right, and only while the comment was public.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from comments.conf import settings
from comments.enums import Scope, Status
from comments.models import Comment, Outbox, StatusChange, Subscriber, Subscription
from comments.services.publications import NEWS
from moderation.enums import Action
from moderation.models import Decision

ONCE, NEVER, AT_MOST_ONCE = "once", "never", "at most once"
# How far the time that a step noted may be from that of its commit.
HASTE = datetime.timedelta(milliseconds=500)

Span = tuple[datetime.datetime, datetime.datetime | None]


def recount() -> dict[str, object]:
    """`news`: for each address and comment how often; `public`: when each comment was, in seconds; `tries`: how often each mail
    of news was begun; `decisions`: for each statement its address, how often its mail is right, and its comment."""
    comments = list(Comment.objects.select_related("author", "parent"))
    news: dict[str, dict[str, str]] = {}
    public: dict[str, list[list[float | None]]] = {}
    for comment in comments:
        steps = list(StatusChange.objects.filter(comment=comment).order_by("pk"))
        verdict = _verdict(steps)
        public[comment.public_id] = [
            [begun.timestamp(), ended.timestamp() if ended else None] for begun, ended in _spans(steps)
        ]
        for address in _followers(comment):
            news.setdefault(address, {})[comment.public_id] = verdict
    return {"news": news, "public": public, "tries": _tries(), "decisions": list(_decisions())}


def _tries() -> dict[str, int]:
    """By the name of the mail."""
    names = dict(Subscriber.objects.values_list("pk", "public_id"))
    rows = Outbox.objects.filter(kind=NEWS).values_list("payload", "attempts")
    return {
        f"news-{names[payload['subscriber']]}-{payload['article']}-{payload['bucket']}": attempts
        for payload, attempts in rows
    }


def _spans(steps: list[StatusChange], *, first_only: bool = False) -> Iterator[Span]:
    """From when to when a comment was public; or only those times when it became so for the first time."""
    for place, step in enumerate(steps):
        if step.to_status == Status.APPROVED and step.from_status != Status.APPROVED:
            if first_only and step.from_published_at is not None:
                continue
            later = (one.created_at for one in steps[place + 1 :] if one.to_status != Status.APPROVED)
            yield step.created_at, next(later, None)


def _verdict(steps: list[StatusChange]) -> str:
    spans = list(_spans(steps, first_only=True))
    if any(ended is None for _begun, ended in spans):
        return ONCE
    possible = settings.undo_grace - HASTE
    return AT_MOST_ONCE if any(ended is not None and ended - begun > possible for begun, ended in spans) else NEVER


def _followers(comment: Comment) -> set[str]:
    """Whose confirmed and unpaused subscriptions a comment falls under, and who did not write it."""
    found: set[str] = set()
    of_mailbox = itertools.groupby(
        Subscription.objects.select_related("subscriber").order_by("subscriber"), key=lambda one: one.subscriber.email
    )
    for address, some in of_mailbox:
        own = [one for one in some if one.confirmed_at is not None]
        is_author = address == comment.author.email or any(one.author_id == comment.author_id for one in own)
        has_left = any(
            one.scope == Scope.ARTICLE and one.article_id == comment.article_id and one.paused_at for one in own
        )
        if not is_author and any(_falls_under(comment, one, has_left=has_left) for one in own):
            found.add(address)
    return found


def _falls_under(comment: Comment, one: Subscription, *, has_left: bool) -> bool:
    if one.paused_at is not None:
        return False
    if one.scope == Scope.SITE:
        return one.site_id == comment.site_id and not has_left
    if one.article_id != comment.article_id:
        return False
    return one.scope == Scope.ARTICLE or (comment.parent is not None and one.author_id == comment.parent.author_id)


def _decisions() -> Iterator[dict[str, str]]:
    latest: dict[int, int] = {}
    for decision in Decision.objects.select_related("comment__author").order_by("-pk"):
        is_last = latest.setdefault(decision.comment_id, decision.pk) == decision.pk
        often = AT_MOST_ONCE
        if decision.action == Action.SPAM or (
            decision.undone_at is not None and decision.undone_at - decision.applied_at < settings.undo_grace - HASTE
        ):
            often = NEVER
        elif is_last and decision.undone_at is None:
            often = ONCE
        yield {
            "name": str(decision.statement_id),
            "to": decision.comment.author.email,
            "often": often,
            "undone": "yes" if decision.undone_at is not None else "",
        }
