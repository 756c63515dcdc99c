"""The feeds as they are answered: the same bytes for everybody, with an ETag; one reader's own are nobody else's to keep."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import replace

from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.access import (
    get_article_or_404,
    get_author_by_feed_token_or_404,
    get_conversation_or_404,
    get_site_or_404,
)
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.conf import settings
from comments.feed_addresses import (
    FeedFormat,
    article_feed_path,
    conversation_feed_path,
    permalink,
    site_feed_path,
)
from comments.feeds.reading import newest_entries
from comments.feeds.values import Entry, Feed, tag_uri
from comments.feeds.writing import write_atom, write_json
from comments.models import Article, Comment, Site
from comments.models.articles import ARTICLE_KEY_PATTERN, SECTION_LENGTH

FRESHNESS = Freshness(max_age=60, stale_while_revalidate=300)
CONTENT_TYPES = {
    FeedFormat.ATOM: "application/atom+xml; charset=utf-8",
    FeedFormat.JSON: "application/feed+json; charset=utf-8",
}
WRITERS: dict[FeedFormat, Callable[[Feed], bytes]] = {FeedFormat.ATOM: write_atom, FeedFormat.JSON: write_json}


@require_safe
def site_feed(request: HttpRequest, site: str, written: FeedFormat) -> HttpResponse:
    """The newest published comments of a site, or of the section that the query names; 404 for a section without a readable
    article. 2 queries, 3 for a section."""
    found = get_site_or_404(site)
    section = request.GET.get("section", "")
    comments = Comment.objects.filter(site=found)
    if section:
        _require_section(found, section)
        comments = comments.filter(article__section=section)
    with translation.override(found.language):
        title = _("Comments · %(site)s") % {"site": found.name}
        if section:
            title = _("Comments in “%(section)s” · %(site)s") % {"section": section, "site": found.name}
        entries = newest_entries(found, comments, title=_("%(name)s on “%(title)s”"))
    path = site_feed_path(found.slug, written, section=section)
    home = found.home_url or settings.base_url
    return _answer(request, found, _feed(found, path, home, title, found.created_at, entries), written)


@require_safe
def article_feed(request: HttpRequest, site: str, key: str, written: FeedFormat) -> HttpResponse:
    """The newest published comments of an article; 404 for a hidden one. 2 queries."""
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        # PostgreSQL refuses to be asked for some of what an address can spell.
        raise Http404
    article = get_article_or_404(site, key)
    with translation.override(article.site.language):
        title = _("Comments on “%(title)s” · %(site)s") % {"title": article.title, "site": article.site.name}
        entries = newest_entries(article.site, Comment.objects.for_article(article), title=_("%(name)s on “%(title)s”"))
    path = article_feed_path(article.site.slug, key, written)
    feed = _feed(article.site, path, article.url, title, article.created_at, entries)
    return _answer(request, article.site, feed, written)


@require_safe
def conversation_feed(request: HttpRequest, site: str, public_id: str, written: FeedFormat) -> HttpResponse:
    """A comment and the replies to it and to each other, the newest first; a reply leads to the feed of its conversation.
    404 for what was never published or is hidden. 2 queries, 1 for a reply."""
    comment = get_conversation_or_404(site, public_id)
    if comment.root is not None:
        return HttpResponsePermanentRedirect(conversation_feed_path(site, comment.root.public_id, written))
    article = comment.article
    with translation.override(comment.site.language):
        names = {"title": article.title, "site": comment.site.name, "name": comment.author_name}
        title = _("Conversation on “%(title)s” · %(site)s") % names
        if comment.is_published:
            title = _("Conversation begun by %(name)s on “%(title)s” · %(site)s") % names
        all_of_it = Comment.objects.filter(Q(pk=comment.pk) | Q(root=comment))
        entries = newest_entries(comment.site, all_of_it, title=_("%(name)s on “%(title)s”"))
    path = conversation_feed_path(site, public_id, written)
    home = settings.base_url + permalink(public_id) if comment.is_published else article.url
    begun = comment.published_at or comment.posted_at
    return _answer(request, comment.site, _feed(comment.site, path, home, title, begun, entries), written)


@require_safe
def replies_feed(request: HttpRequest, token: str, written: FeedFormat) -> HttpResponse:
    """What others answered to one reader, for whoever has its secret address; 404 for one that was ended. 2 queries."""
    author = get_author_by_feed_token_or_404(token)
    site = author.site
    with translation.override(site.language):
        title = _("Replies to %(name)s · %(site)s") % {"name": author.name, "site": site.name}
        entries = newest_entries(
            site, Comment.objects.replies_to(author), title=_("%(name)s replied to you on “%(title)s”")
        )
    path = reverse(f"comments:replies_feed{written.suffix}", args=[token])
    # Not by its address, which is a secret that may be replaced while the feed stays the same.
    identifier = tag_uri(site, f"replies/{author.public_id}")
    home = settings.base_url + reverse("comments:my_comments")
    feed = _feed(site, path, home, title, author.created_at, entries)
    return private_answer(request, replace(feed, identifier=identifier, hub=""), written)


def private_answer(request: HttpRequest, feed: Feed, written: FeedFormat) -> HttpResponse:
    """A feed that is one person's: no cache may keep it, no search engine list it. Confirmed by 304 all the same, since
    feed readers remember the validator themselves."""
    content = WRITERS[written](feed)
    etag = make_etag("feed", content.decode())
    response = HttpResponse(content, content_type=CONTENT_TYPES[written])
    if is_confirmed(request, etag):
        response = HttpResponseNotModified()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _require_section(site: Site, section: str) -> None:
    """1 query; none for what no section can be called, which not every database bears to be asked."""
    if len(section) > SECTION_LENGTH or "\0" in section:
        raise Http404
    if not Article.objects.readable().filter(site=site, section=section).exists():
        raise Http404


def _feed(site: Site, path: str, home: str, title: str, begun: datetime.datetime, entries: tuple[Entry, ...]) -> Feed:
    return Feed(
        identifier=tag_uri(site, path.removeprefix("/feeds/")),
        url=settings.base_url + path,
        home_url=home,
        title=title,
        author_name=site.name,
        language=site.language,
        updated_at=max((entry.updated_at for entry in entries), default=begun),
        entries=entries,
        hub=settings.websub_hub,
    )


def _answer(request: HttpRequest, site: Site, feed: Feed, written: FeedFormat) -> HttpResponse:
    content = WRITERS[written](feed)
    etag = make_etag("feed", content.decode())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, language=site.language, status=304)
    content_type = CONTENT_TYPES[written]
    return PublicResponse(content, etag=etag, freshness=FRESHNESS, content_type=content_type, language=site.language)
