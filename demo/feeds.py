"""The newspaper's own feed: its articles, not their comments."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.commentable import count_for, feed_address_for, prefetch_counts
from demo.models import Article
from demo.newspaper import newspaper

FEED_SIZE = 20
FRESHNESS = Freshness(max_age=300, stale_while_revalidate=300)
SLASH = "http://purl.org/rss/1.0/modules/slash/"
WELL_FORMED_WEB = "http://wellformedweb.org/CommentAPI/"
# What XML 1.0 cannot carry, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NewsFeed(Rss201rev2Feed):
    """RSS 2.0 that says where an article is discussed and how much, as WordPress does: feed readers show it."""

    def rss_attributes(self) -> dict[str, str]:
        attributes: dict[str, str] = super().rss_attributes()
        return attributes | {"xmlns:slash": SLASH, "xmlns:wfw": WELL_FORMED_WEB}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["comment_feed"]:
            handler.addQuickElement("wfw:commentRss", item["comment_feed"])
            handler.addQuickElement("slash:comments", str(item["comment_count"]))


class ArticleFeed(Feed[Article, None]):
    """The newest articles with the number of comments on each, well-formed whatever stands in them. 2 queries, 3 where the
    discussion of one has not begun.

    Addresses begin with BASE_URL, so that the feed is the same under whichever host name it was fetched.
    """

    feed_type = NewsFeed
    language = "de"

    def title(self) -> str:
        return newspaper().name

    def description(self) -> str:
        return newspaper().taglines[self.language]

    def link(self) -> str:
        return _absolute(reverse("demo:front"))

    def feed_url(self) -> str:
        return _absolute(reverse("demo:feed"))

    def items(self) -> list[Article]:
        articles = list(Article.objects.newest_first()[:FEED_SIZE])
        prefetch_counts(articles)
        return articles

    def item_title(self, item: Article) -> str:
        return _printable(item.headline)

    def item_description(self, item: Article) -> str:
        return _printable(item.teaser)

    def item_link(self, item: Article) -> str:
        return _absolute(item.get_absolute_url())

    def item_comments(self, item: Article) -> str:
        return f"{self.item_link(item)}#discussion"

    def item_extra_kwargs(self, item: Article) -> dict[str, Any]:
        return {"comment_feed": feed_address_for(item), "comment_count": count_for(item)}

    # An identifier and no address: it stays when the article moves.
    item_guid_is_permalink = False

    def item_guid(self, item: Article) -> str:
        return f"{newspaper().slug}:{item.key}"

    def item_author_name(self, item: Article) -> str:
        return _printable(item.byline)

    def item_categories(self, item: Article) -> list[str]:
        return [_printable(item.section)]

    def item_pubdate(self, item: Article) -> datetime.datetime:
        return item.published_at


@require_safe
def article_feed(request: HttpRequest) -> HttpResponse:
    """The newspaper's feed, the same bytes for everybody, with an ETag that changes with every number in it. 2 to 3 queries."""
    feed = ArticleFeed()
    written = feed(request)
    etag = make_etag("articles", written.content.decode())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, language=feed.language, status=304)
    content_type = written.headers["Content-Type"]
    return PublicResponse(
        written.content, etag=etag, freshness=FRESHNESS, content_type=content_type, language=feed.language
    )


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def _printable(text: str) -> str:
    return _NOT_XML.sub("", text)
