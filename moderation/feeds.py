"""The feed of a desk's queue, for one member: what waits and since when, and nothing of who wrote what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.conf import settings
from comments.feed_addresses import FeedFormat
from comments.feeds.reading import FEED_LENGTH
from comments.feeds.values import Entry, Feed, tag_uri
from comments.feeds.views import private_answer
from comments.models import Site
from moderation.access import get_queue_feed_member_or_404
from moderation.queue.order import queue_of
from moderation.queue.values import QueueStatus


@require_safe
def queue_feed(request: HttpRequest, token: str, written: FeedFormat) -> HttpResponse:
    """What waits on a member's desk, what came last first, at most 50; 404 for an address that was ended or whose owner has left.
    2 queries."""
    member = get_queue_feed_member_or_404(token)
    site = member.site
    path = reverse(f"moderation:queue_feed{written.suffix}", args=[token])
    with translation.override(site.language):
        title = _("Waiting for approval · %(site)s") % {"site": site.name}
        entries = _entries(site)
    feed = Feed(
        identifier=tag_uri(site, f"queue/{member.pk}"),
        url=settings.base_url + path,
        home_url=f"{settings.base_url}{reverse('moderation:queue')}?site={site.slug}",
        title=title,
        author_name=site.name,
        language=site.language,
        updated_at=max((entry.updated_at for entry in entries), default=member.created_at),
        entries=entries,
    )
    return private_answer(request, feed, written)


def _entries(site: Site) -> tuple[Entry, ...]:
    waiting = queue_of(site, QueueStatus.WAITING, timezone.now()).order_by("-waiting_since", "-id")
    rows = waiting.values_list("public_id", "waiting_since", "published_revision", "article__title")[:FEED_LENGTH]
    return tuple(
        Entry(
            # A text that comes back is news again.
            identifier=tag_uri(site, f"queue/{public_id}/{since:%Y%m%dT%H%M%S%f}"),
            url=f"{settings.base_url}{reverse('moderation:queue')}?site={site.slug}&comment={public_id}",
            title=(_("A changed comment on “%(title)s”") if published else _("A comment on “%(title)s”"))
            % {"title": title},
            author_name="",
            html="",
            published_at=since,
            updated_at=since,
        )
        for public_id, since, published, title in rows
        if since is not None
    )
