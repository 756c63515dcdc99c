"""Telling a WebSub hub that feeds have news: https://www.w3.org/TR/websub/. Nothing without the setting."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.utils import timezone

from comments.conf import settings
from comments.feed_addresses import FeedFormat, article_feed_path, conversation_feed_path, site_feed_path
from comments.models import Article, Comment, Site
from comments.services import outbox

KIND = "feed_ping"
# News of one feed are gathered for so long, so that a bulk decision is one ping.
GATHER_SECONDS = 30
TIMEOUT_SECONDS = 10


class _NoRedirects(HTTPRedirectHandler):
    """A hub that has moved has to be configured anew: a POST that is followed elsewhere is none any more."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def put_pings(comment: Comment) -> None:
    """Have the hub told of the feeds that a comment is in: of its site, section, article and conversation. 2 queries; none
    without a hub. The caller holds the transaction in which it was published or went.

    One row for each feed and half a minute, due when that has passed and nobody can undo without a trace any more.
    """
    if not settings.websub_hub:
        return
    number = int(timezone.now().timestamp()) // GATHER_SECONDS
    ends_at = datetime.datetime.fromtimestamp((number + 1) * GATHER_SECONDS, tz=datetime.UTC)
    payloads = {
        f"feed_ping:site:{comment.site_id}": {"site": comment.site_id},
        f"feed_ping:article:{comment.article_id}": {"article": comment.article_id},
        f"feed_ping:conversation:{comment.root_id or comment.pk}": {"conversation": comment.root_id or comment.pk},
    }
    # Asked for now: the comment may have been moved to another article since it was loaded.
    section = Article.objects.filter(pk=comment.article_id).values_list("section", flat=True).first()
    if section:
        digest = hashlib.sha256(section.encode()).hexdigest()[:32]
        payloads[f"feed_ping:section:{comment.site_id}:{digest}"] = {"section_of": comment.article_id}
    outbox.put_once(
        kind=KIND,
        payloads={f"{key}:{number}": payload for key, payload in payloads.items()},
        due_at=ends_at + settings.undo_grace,
    )


def ping_hub(payload: dict[str, int]) -> None:
    """Tell the hub that the feed named in the payload has news, in each of its formats. 1 to 2 queries.

    Raises OSError (HTTPError, URLError, TimeoutError) when the hub does not take it: the outbox tries again.
    """
    if not settings.websub_hub:
        return
    for path in _topics(payload):
        body = urlencode({"hub.mode": "publish", "hub.url": settings.base_url + path}).encode()
        # The address is the operator's, and env.py lets nothing but http and https pass.
        request = Request(settings.websub_hub, data=body, headers={"User-Agent": "Marginalia"})  # noqa: S310
        build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS).close()


def _topics(payload: dict[str, int]) -> Iterator[str]:
    """The paths of the feed named in a payload; none for what is gone."""
    [(name, pk)] = payload.items()
    if name == "site":
        slug = Site.objects.filter(pk=pk).values_list("slug", flat=True).first()
        yield from (site_feed_path(slug, written) for written in FeedFormat if slug)
    elif name == "conversation":
        root = Comment.objects.filter(pk=pk).values_list("site__slug", "public_id").first()
        yield from (conversation_feed_path(*root, written) for written in FeedFormat if root)
    elif article := Article.objects.with_site().filter(pk=pk).first():
        slug = article.site.slug
        for written in FeedFormat:
            if name == "article":
                yield article_feed_path(slug, article.key, written)
            else:
                yield site_feed_path(slug, written, section=article.section)
