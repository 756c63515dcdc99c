"""Mails in the outbox, in whatever state a test wants."""

from __future__ import annotations

import datetime

from django.utils import timezone

from comments.enums import Scope
from comments.models import Article, Outbox, Subscriber
from comments.services import outbox


def put_mail(article: Article, email: str, **fields: object) -> Outbox:
    """A mail to a follower of an article."""
    subscriber, _is_new = Subscriber.objects.get_or_create(email=email, defaults={"language": "en"})
    subscriber.subscriptions.get_or_create(
        site=article.site, article=article, scope=Scope.ARTICLE, defaults={"requested_at": timezone.now()}
    )
    row = outbox.put(
        kind="news_mail",
        event_key=f"news:{article.pk}:{email}",
        payload={"subscriber": subscriber.pk, "article": article.pk, "bucket": 1},
        delay=datetime.timedelta(),
        address=email,
    )
    Outbox.objects.filter(pk=row.pk).update(**fields)
    return row


def fail(article: Article, email: str, error: str = "unknown 550 5.1.1") -> Outbox:
    return put_mail(article, email, failed_at=timezone.now(), last_error=error, attempts=3)
