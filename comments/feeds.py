"""Atom feeds of published comments, of a site and of an article. The same bytes for everybody, well-formed for any text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from comments.access import get_article_or_404, get_site_or_404
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.conf import settings
from comments.enums import ArticleMode, Status
from comments.models import Comment, Site
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.models.comments import CommentQuerySet

FEED_LENGTH = 50
FRESHNESS = Freshness(max_age=60, stale_while_revalidate=300)
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
THREADING = "http://purl.org/syndication/thread/1.0"

# What XML 1.0 cannot hold even when escaped. Comments have none of it; titles and addresses are other programs'.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLUMNS = (
    "public_id",
    "author_name",
    "public_html",
    "published_at",
    "edited_at",
    "article__title",
    "parent__public_id",
    "parent__status",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    public_id: str
    author_name: str
    body_html: str
    published_at: datetime.datetime
    edited_at: datetime.datetime | None
    article_title: str
    parent_id: str | None
    parent_status: str | None


@require_safe
def site_feed(request: HttpRequest, site: str) -> HttpResponse:
    """The newest published comments of a site. 2 queries."""
    found = get_site_or_404(site)
    entries = _newest(Comment.objects.filter(site=found).exclude(article__mode=ArticleMode.HIDDEN))
    with translation.override(found.language):
        title = _("Comments · %(site)s") % {"site": found.name}
    link = found.home_url or settings.base_url
    return _answer(request, found, _write(request, found, title, link, found.created_at, entries))


@require_safe
def article_feed(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """The newest published comments of an article; 404 for a hidden one. 2 queries."""
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        # PostgreSQL refuses to be asked for some of what an address can spell.
        raise Http404
    article = get_article_or_404(site, key)
    entries = _newest(Comment.objects.for_article(article))
    with translation.override(article.site.language):
        title = _("Comments on “%(title)s” · %(site)s") % {"title": article.title, "site": article.site.name}
    content = _write(request, article.site, title, article.url, article.created_at, entries)
    return _answer(request, article.site, content)


def _newest(comments: CommentQuerySet) -> list[_Entry]:
    rows = comments.published().order_by("-published_at", "-id").values_list(*_COLUMNS)[:FEED_LENGTH]
    return [_Entry(*row) for row in rows]


def _answer(request: HttpRequest, site: Site, content: bytes) -> HttpResponse:
    etag = make_etag("feed", content.decode())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, language=site.language, status=304)
    return PublicResponse(content, etag=etag, freshness=FRESHNESS, content_type=CONTENT_TYPE, language=site.language)


def _write(
    request: HttpRequest, site: Site, title: str, link: str, begun: datetime.datetime, entries: Sequence[_Entry]
) -> bytes:
    feed = _CommentFeed(
        title=_xml(title),
        link=_xml(link),
        description=None,
        language=site.language,
        author_name=_xml(site.name),
        feed_url=settings.base_url + request.path,
        feed_guid=_tag(site, request.path.removeprefix("/feeds/")),
        # Not the time of the request: nothing new in the feed is nothing new in its bytes.
        updated=max((entry.edited_at or entry.published_at for entry in entries), default=begun),
    )
    with translation.override(site.language):
        for entry in entries:
            _add(feed, site, entry)
    content: str = feed.writeString("utf-8")
    return content.encode()


def _add(feed: _CommentFeed, site: Site, entry: _Entry) -> None:
    is_reply = entry.parent_id is not None and entry.parent_status == Status.APPROVED
    feed.add_item(
        title=_xml(_("%(name)s on “%(title)s”") % {"name": entry.author_name, "title": entry.article_title}),
        link=_permalink(entry.public_id),
        description="",
        unique_id=_tag(site, f"c/{entry.public_id}"),
        author_name=_xml(entry.author_name),
        pubdate=entry.published_at,
        updateddate=entry.edited_at or entry.published_at,
        content=_xml(entry.body_html),
        reply_to_id=_tag(site, f"c/{entry.parent_id}") if is_reply else "",
        reply_to_link=_permalink(entry.parent_id) if is_reply and entry.parent_id else "",
    )


class _CommentFeed(Atom1Feed):
    """Atom with the whole text as content and with replies pointing at what they answer (RFC 4685)."""

    def root_attributes(self) -> dict[str, str]:
        attributes: dict[str, str] = super().root_attributes()
        return attributes | {"xmlns:thr": THREADING}

    def latest_post_date(self) -> datetime.datetime:
        updated: datetime.datetime = self.feed["updated"]
        return updated

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        # The whole text is there; a summary would only repeat it.
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("content", item["content"], {"type": "html"})
        if item["reply_to_id"]:
            reference = {"ref": item["reply_to_id"], "href": item["reply_to_link"], "type": "text/html"}
            handler.addQuickElement("thr:in-reply-to", None, reference)


def _permalink(public_id: str) -> str:
    return settings.base_url + reverse("comments:permalink", args=[public_id])


def _tag(site: Site, name: str) -> str:
    """A name that stays when addresses move (RFC 4151)."""
    return f"tag:{urlsplit(settings.base_url).hostname},{site.created_at:%Y-%m-%d}:{name}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
