"""Mails to those who follow a discussion: the one that asks whether they want to, and those that say what is new.

What commenters wrote is in them as plain words that no mail program makes a link of, and nothing at all of it in the first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, override

from comments.enums import Badge, Scope
from comments.excerpts import excerpt, without_links
from comments.mail import Mail, absolute, send, title_of
from comments.models import Article, Comment, Notification, Subscriber, Subscription
from comments.services import outbox, publications
from comments.services.subscriptions import (
    make_confirmation_token,
    make_digest_token,
    make_leave_token,
    make_subscriber_token,
    subscriptions_of,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

logger = logging.getLogger(__name__)

EXCERPT_LENGTH = 280
# So many comments of an article are in a mail; that there are more is said.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class NewComment:
    """A published comment as a mail tells of it."""

    name: str
    badge: str | StrPromise
    words: str
    url: str
    # Whether it answers the reader.
    is_reply: bool


def send_confirmation(payload: dict[str, int]) -> None:
    """Ask whoever reads a mailbox to confirm what was asked for with it; nothing when nothing waits for that. 6 queries.

    Dropped where the mailbox was written to today without proof: it is asked once a day whatever is typed into forms.
    """
    subscriber = Subscriber.objects.filter(pk=payload["subscriber"]).first()
    waiting = list(subscriptions_of(subscriber).unconfirmed()) if subscriber else []
    if subscriber is None or not waiting:
        logger.info("Nothing waits to be confirmed by subscriber %s.", payload["subscriber"])
        return
    try:
        with outbox.once_a_day(subscriber.email):
            send(confirmation_mail(subscriber, waiting))
    except outbox.PostponedError:
        logger.info("Subscriber %s was written to today.", subscriber.pk)


def send_news(payload: dict[str, int]) -> None:
    """Tell a subscriber what has been published and has not been told; nothing when there is nothing. 4 queries."""
    subscriber = Subscriber.objects.filter(pk=payload["subscriber"]).first()
    news = publications.news_for(subscriber, publications.mail_key(payload)) if subscriber else []
    if subscriber is None or not news:
        logger.info("There is nothing to tell subscriber %s any more.", payload["subscriber"])
        return
    send(digest_mail(subscriber, news) if "day" in payload else news_mail(subscriber, news))
    publications.mark_told(news)


def confirmation_mail(subscriber: Subscriber, subscriptions: Sequence[Subscription]) -> Mail:
    """The mail that asks: plain, without anything that somebody typed."""
    sites = {subscription.site.name: None for subscription in subscriptions}
    context = {
        "targets": [_target(subscription) for subscription in subscriptions],
        "site": next(iter(sites)),
        "confirm_url": absolute(reverse("comments:confirm", args=[make_confirmation_token(subscriber)])),
    }
    return Mail(
        to=subscriber.email,
        language=subscriber.language,
        template="comments/mail/confirmation",
        parts=(context,),
        name=f"confirmation-{subscriber.public_id}-{timezone.localdate():%Y%m%d}",
        sender=", ".join(sites),
        list_name="confirmations",
        reason=gettext_lazy(
            "If it was not you, somebody else has entered your address; you need do nothing, and nothing is sent to you."
        ),
        leave_url=absolute(reverse("comments:refuse", args=[make_subscriber_token(subscriber)])),
        is_plain=True,
    )


def news_mail(subscriber: Subscriber, news: Sequence[Notification]) -> Mail:
    """What is new under one article."""
    first = min(news, key=_breadth)
    article = news[0].comment.article
    return Mail(
        to=subscriber.email,
        language=subscriber.language,
        template="comments/mail/news",
        parts=(_of_article(article, news),),
        name=_name("news", subscriber, news),
        sender=article.site.name,
        list_name=f"discussion-{article.pk}.{article.site.slug}",
        reason=gettext_lazy("You get this mail because you follow this discussion."),
        leave_url=absolute(reverse("comments:leave", args=[make_leave_token(first.subscription)])),
        manage_url=_manage_url(subscriber),
        conversation=f"discussion-{article.pk}",
    )


def digest_mail(subscriber: Subscriber, news: Sequence[Notification]) -> Mail:
    """What is new under all articles since yesterday, the one that began first at the top."""
    by_article: dict[int, list[Notification]] = {}
    for one in news:
        by_article.setdefault(one.comment.article_id, []).append(one)
    with override(subscriber.language):
        day = date_format(timezone.localdate(), "DATE_FORMAT")
    sites = {one.comment.article.site.name: None for one in news}
    return Mail(
        to=subscriber.email,
        language=subscriber.language,
        template="comments/mail/digest",
        parts=tuple(_of_article(some[0].comment.article, some) | {"day": day} for some in by_article.values()),
        name=_name("digest", subscriber, news),
        sender=", ".join(sites),
        list_name="digests",
        reason=gettext_lazy("You get this mail because you follow these discussions, once a day."),
        leave_url=absolute(reverse("comments:leave_digests", args=[make_digest_token(subscriber)])),
        manage_url=_manage_url(subscriber),
        conversation="digests",
    )


def _name(kind: str, subscriber: Subscriber, news: Sequence[Notification]) -> str:
    """Of the row that sends it, whatever is still to be told by then: should it be sent twice, it has one name."""
    return "-".join([kind, subscriber.public_id, *news[0].mail.split(":")[2:]])


def _of_article(article: Article, news: Sequence[Notification]) -> dict[str, object]:
    comments = [_new_comment(one) for one in news[:SHOWN]]
    return {
        "title": title_of(article),
        "site": article.site,
        "comments": comments,
        "first": comments[0],
        "count": len(news),
        "more": len(news) - len(comments),
        "url": absolute(reverse("comments:discussion", args=[article.site.slug, article.key])),
    }


def _new_comment(one: Notification) -> NewComment:
    comment: Comment = one.comment
    return NewComment(
        name=without_links(comment.author_name),
        badge=Badge(comment.author_badge).label if comment.author_badge else "",
        words=without_links(excerpt(comment.public_html, EXCERPT_LENGTH)),
        url=absolute(reverse("comments:permalink", args=[comment.public_id])),
        is_reply=one.subscription.scope == Scope.REPLIES,
    )


def _target(subscription: Subscription) -> dict[str, str | StrPromise]:
    """What was asked for, in words of ours and of the site."""
    article = subscription.article
    return {"scope": subscription.scope, "name": title_of(article) if article else subscription.site.name}


def _breadth(one: Notification) -> int:
    """How much ends with the subscription that a notification comes by: the narrowest first."""
    return [Scope.REPLIES, Scope.ARTICLE, Scope.SITE].index(Scope(one.subscription.scope))


def _manage_url(subscriber: Subscriber) -> str:
    return absolute(reverse("comments:subscriptions", args=[make_subscriber_token(subscriber)]))
