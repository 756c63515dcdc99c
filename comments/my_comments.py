"""The page of everything that one reader wrote."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from comments.access import request_identity
from comments.models import Author, Comment
from comments.own_cards import OwnCard, build_cards
from comments.reply_feeds import RepliesFeed, replies_feed_of
from comments.services.following import subscriber_of
from comments.services.subscriptions import make_subscriber_token
from comments.slots import fill_slot

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class MyComments:
    """Cards, newest first; `more_url` is empty on the last page; `is_known` is False for a browser that never wrote;
    `notices` says what holds for the reader; there is a feed of replies for each site on which they have a name;
    `subscriptions_url` is empty for whoever was never to be written to."""

    cards: tuple[OwnCard, ...]
    more_url: str
    is_known: bool
    language: str
    notices: SafeString
    replies_feeds: tuple[RepliesFeed, ...]
    subscriptions_url: str


def read_my_comments(request: HttpRequest) -> MyComments:
    """A page of the reader's own comments on all sites of this server. At most 9 queries, and those of the slots."""
    language = translation.get_language() or "en"
    identity = request_identity(request)
    authors = list(identity.guests)
    if identity.user is not None:
        authors = list(Author.objects.filter(user_id=identity.user.pk).select_related("site"))
    own = Comment.objects.filter(author__in=authors)
    before = Comment.objects.filter(author__in=authors).with_public_id(request.GET.get("before", "")).first()
    if before is not None:
        own = own.filter(Q(posted_at__lt=before.posted_at) | Q(posted_at=before.posted_at, pk__lt=before.pk))
    cards = list(build_cards(own.order_by("-posted_at", "-id")[: PAGE_SIZE + 1]))
    is_last = len(cards) <= PAGE_SIZE
    cards = cards[:PAGE_SIZE]
    more = "" if is_last else f"{reverse('comments:my_comments')}?before={cards[-1].comment.public_id}"
    is_known = identity.user is not None or bool(identity.guests)
    notices = fill_slot("reader_notices", authors=authors)
    feeds = (
        replies_feed_of(author, action=reverse("comments:own_replies_feed", args=[author.site.slug]))
        for author in authors
        if author.name
    )
    subscriber = subscriber_of(identity.user) if identity.user is not None else None
    subscriptions = reverse("comments:subscriptions", args=[make_subscriber_token(subscriber)]) if subscriber else ""
    return MyComments(tuple(cards), more, is_known, language, notices, tuple(feeds), subscriptions)
