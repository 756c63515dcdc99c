"""Who is to be told of a published comment: decided when it is published, checked again when the mail leaves.

A publication is an outbox row, written with the step that publishes and due when that step can no longer be undone without
a trace. It writes a notification for each subscriber and the outbox rows of the mails that will carry them: one mail for all
that is published under an article within `bundle_window`, or one a day.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from comments.conf import settings
from comments.enums import Frequency, Scope
from comments.mailboxes import fold_address
from comments.models import Article, Author, Comment, Mute, Notification, Outbox, Subscriber, Subscription
from comments.services import lanes, outbox

logger = logging.getLogger(__name__)

PUBLICATION = "publication"
NEWS = "news_mail"
BATCH = 500
KEEP_NOTIFICATIONS = datetime.timedelta(days=90)

# Which of several subscriptions a subscriber is told by: what concerns them most, and soonest.
_CONCERN = Case(
    When(scope=Scope.REPLIES, then=Value(0)),
    When(scope=Scope.ARTICLE, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class _Follower:
    """One subscriber, by the subscription that tells them."""

    subscriber_id: int
    subscription_id: int
    frequency: str
    email: str


def announce(comment: Comment) -> None:
    """Have the followers of a comment told that is published for the first time, or anew after that was taken back. 1 query,
    in the transaction that publishes.
    """
    row = Outbox(
        kind=PUBLICATION,
        event_key=_publication_key(comment),
        payload={"comment": comment.pk},
        due_at=timezone.now() + settings.undo_grace,
    )
    Outbox.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["event_key"],
        update_fields=["due_at", "first_due_at", "done_at", "failed_at"],
    )


def hold_back(comment: Comment) -> None:
    """Tell nobody of a comment that is no longer published, if nobody has been told yet. 2 queries."""
    outbox.cancel(_publication_key(comment))


def fan_out(payload: dict[str, int]) -> None:
    """Write whom to tell of the comment named in the payload, and in which mail. Done twice it changes nothing.

    2 queries, and 5 for each 500 followers, 2 more for those whose mail is just being sent; memory for one such batch.
    Raises PostponedError where the comment came back while mails that may or may not tell of it were in hands.
    """
    comment = (
        Comment.objects.published()
        .filter(pk=payload["comment"])
        .select_related("article", "author__user", "parent")
        .first()
    )
    if comment is None:
        logger.info("Comment %s is no longer published; nobody is told.", payload["comment"])
        return
    # Before anything is written: a mail that is begun later finds the comment.
    in_hands_until = _last_lease(comment)
    for followers in _batches(comment):
        with transaction.atomic():
            _assign(comment, followers)
    if in_hands_until is not None:
        raise outbox.PostponedError(in_hands_until)


def news_for(subscriber: Subscriber, mail: str) -> list[Notification]:
    """What a mail is about, checked anew: published still, followed still, not muted, oldest first. 1 query."""
    found = Notification.objects.unsent().filter(
        mail=mail,
        subscriber=subscriber,
        subscription__in=Subscription.objects.live(),
        comment__in=Comment.objects.published(),
        comment__article__in=Article.objects.readable(),
    )
    related = ("comment__article__site", "comment__author", "comment__parent__author", "subscription")
    unmuted = found.exclude(comment__author__in=_muted_by(subscriber))
    return list(unmuted.select_related(*related).order_by("comment__published_at", "pk"))


def mark_told(notifications: Sequence[Notification]) -> None:
    """Note that a mail with these has been sent. 1 query."""
    Notification.objects.filter(pk__in=[one.pk for one in notifications]).update(sent_at=timezone.now())


def purge_notifications() -> int:
    """Delete notifications of three months ago; how many. 1 query."""
    return Notification.objects.filter(created_at__lt=timezone.now() - KEEP_NOTIFICATIONS).delete()[0]


def mail_key(payload: dict[str, int]) -> str:
    """The event key of the mail with this payload: what one subscriber is told in one mail."""
    if "day" in payload:
        return f"digest:{payload['subscriber']}:{payload['day']}"
    return f"news:{payload['subscriber']}:{payload['article']}:{payload['bucket']}"


def _last_lease(comment: Comment) -> datetime.datetime | None:
    """Until when a worker has a mail in hands that was to tell of a comment and has not noted it."""
    mails = Notification.objects.unsent().filter(comment=comment).values("mail")
    begun = Outbox.objects.leased(timezone.now()).filter(event_key__in=mails, attempts__gt=0)
    last: datetime.datetime | None = begun.aggregate(last=Max("leased_until"))["last"]
    return last


def _publication_key(comment: Comment) -> str:
    return f"publication:{comment.pk}"


def _batches(comment: Comment) -> Iterator[list[_Follower]]:
    """Who follows a comment and has not been told, each once, by the subscription that concerns them most. 1 query each."""
    found, own, last = _following(comment), _addresses(comment.author), 0
    columns = ("subscriber_id", "pk", "frequency", "subscriber__email")
    # At most one row for each scope of a subscriber, and the first of them is the one that counts.
    while rows := list(found.filter(subscriber_id__gt=last).values_list(*columns)[:BATCH]):
        first = {row[0]: _Follower(*row) for row in reversed(rows)}
        yield [follower for follower in first.values() if follower.email not in own]
        last = rows[-1][0]


def _following(comment: Comment) -> QuerySet[Subscription]:
    article = comment.article
    wanted = Q(scope=Scope.SITE, site=article.site_id) | Q(scope=Scope.ARTICLE, article=article)
    if comment.parent is not None:
        wanted |= Q(scope=Scope.REPLIES, author=comment.parent.author_id, article=article)
    of_same = Subscription.objects.confirmed().filter(subscriber=OuterRef("subscriber"))
    is_author = of_same.filter(author=comment.author_id)
    has_left = of_same.filter(scope=Scope.ARTICLE, article=article, paused_at__isnull=False)
    # Also of a mail that was begun before: it tells when it is tried again, or it is done without having told.
    to_come = Outbox.objects.open().filter(event_key=OuterRef("mail"))
    known = Notification.objects.filter(comment=comment, subscriber=OuterRef("subscriber"))
    told = known.filter(Q(sent_at__isnull=False) | Exists(to_come))
    found = Subscription.objects.live().filter(wanted).exclude(Exists(is_author)).exclude(Exists(told))
    return found.exclude(Exists(has_left), scope=Scope.SITE).order_by("subscriber_id", _CONCERN, "pk")


def _addresses(author: Author) -> set[str]:
    """Where an author reads mail, proved or not: nobody is told of what they wrote themselves."""
    own = (author.email, str(getattr(author.user, "email", "")))
    return {fold_address(email) for email in own if email}


def _assign(comment: Comment, followers: Sequence[_Follower]) -> None:
    """Give each follower a notification in a mail that has not begun to be sent. The caller holds the transaction.

    The rows of the mails stay locked until the notifications are there: a worker that begins one now waits, and finds them.
    """
    now, waiting = timezone.now(), list(followers)
    mails: dict[int, str] = {}
    step = 0
    while waiting:
        rows = {one.subscriber_id: _mail(comment, one, now, step) for one in waiting}
        Outbox.objects.bulk_create(rows.values(), ignore_conflicts=True)
        keys = [row.event_key for row in rows.values()]
        unbegun = Outbox.objects.select_for_update().filter(attempts=0, event_key__in=keys).open()
        open_keys = set(unbegun.values_list("event_key", flat=True))
        mails |= {pk: row.event_key for pk, row in rows.items() if row.event_key in open_keys}
        waiting = [one for one in waiting if one.subscriber_id not in mails]
        step += 1
    Notification.objects.bulk_create(
        [
            Notification(
                subscriber_id=one.subscriber_id,
                comment=comment,
                subscription_id=one.subscription_id,
                mail=mails[one.subscriber_id],
                created_at=now,
            )
            for one in followers
        ],
        update_conflicts=True,
        unique_fields=["comment", "subscriber"],
        update_fields=["subscription", "mail"],
    )


def _mail(comment: Comment, follower: _Follower, now: datetime.datetime, step: int) -> Outbox:
    """The row of the mail that a follower is told in: the next one, or `step` later ones."""
    payload = {"subscriber": follower.subscriber_id}
    if follower.frequency == Frequency.DAILY:
        due_at = _next_digest(now) + step * datetime.timedelta(days=1)
        payload["day"] = due_at.toordinal()
    else:
        window = max(settings.bundle_window, datetime.timedelta(seconds=1))
        bucket = int(now.timestamp() / window.total_seconds()) + 1 + step
        due_at = datetime.datetime.fromtimestamp(bucket * window.total_seconds(), tz=datetime.UTC)
        payload |= {"article": comment.article_id, "bucket": bucket}
    return Outbox(
        kind=NEWS,
        event_key=mail_key(payload),
        payload=payload,
        recipient=outbox.mailbox_digest(follower.email),
        lane=lanes.lane_of(follower.email),
        due_at=due_at,
    )


def _next_digest(now: datetime.datetime) -> datetime.datetime:
    local = timezone.localtime(now)
    today = local.replace(hour=settings.digest_hour, minute=0, second=0, microsecond=0)
    return today if today > local else today + datetime.timedelta(days=1)


def _muted_by(subscriber: Subscriber) -> QuerySet[Mute, int]:
    """The authors muted by an author who is known to read this mailbox."""
    followed = Subscription.objects.confirmed().filter(subscriber=subscriber, author__isnull=False)
    is_proved = Q(email_verified_at__isnull=False) | Q(user__isnull=False)
    readers = Author.objects.filter(Q(pk__in=followed.values("author")) | Q(is_proved, email__iexact=subscriber.email))
    return Mute.objects.filter(reader__in=readers).values_list("author", flat=True)
