"""What the script on other pages asks for: the discussion that is the same for everybody, and what is one reader's own."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from comments.access import find_discussion
from comments.api.api import answer_always
from comments.api.auth import READER, require_site
from comments.api.parser import JsonParser
from comments.api.public import Freshness, PublicResponse, absent, is_confirmed, make_etag, prepared
from comments.bell import read_bell
from comments.discussion import Reader, read_query
from comments.fragment import FragmentOptions, complete_addresses, render_fragment
from comments.models import Article, Site
from comments.own_cards import cards_in_discussion
from comments.prepared import interface_language
from comments.services.article_keys import find_article
from comments.services.identity import Identity, authors_of
from comments.services.muting import muted_comment_ids
from comments.services.seen import mark_seen
from comments.services.voting import voted_comment_ids
from comments.standing import promise

FRESHNESS = Freshness(max_age=10, stale_while_revalidate=30)
HTML = "text/html; charset=utf-8"
# Raised when the markup changes, so that no cache confirms the old one.
SHAPE = 4


@require_safe
def thread(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """The discussion of an article as HTML to be put into any page; an empty one for an article that is not known yet.

    1 to 2 queries when it is prepared, at most 9 when not.
    """
    article = _article_or_new(site, key)
    if article is None:
        return absent()
    asked = read_query(request.GET)
    language = interface_language(request.GET.get("lang") or article.language)
    options = FragmentOptions(
        thread_only=request.GET.get("part") == "thread",
        with_structured_data="jsonld" in request.GET,
        without_snippets="nosnippet" in request.GET,
    )
    with translation.override(language):
        wait = promise(article.site)
    facts = (
        article.pk,
        article.version,
        article.mode,
        article.title,
        article.url,
        article.is_confirmed,
        article.key,
        article.section,
    )
    run = (article.takes_comments, article.ends_at, article.reader_note)
    shown = (SHAPE, article.site_id, facts, run, repr(asked), language, repr(options), wait)
    freshness = FRESHNESS.until(article.ends_at)
    content = prepared(
        hashlib.sha256(repr(shown).encode()).hexdigest(),
        lambda: render_fragment(article, asked, language=language, options=options).encode(),
    )
    etag = make_etag("fragment", hashlib.sha256(content).hexdigest())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=freshness, status=304)
    return PublicResponse(content, etag=etag, freshness=freshness, content_type=HTML, language=language)


@answer_always
@require_POST
def reader(request: HttpRequest, site: str, key: str) -> HttpResponseBase:
    """What is this reader's alone in the discussion: what is new and own comments as HTML, votes, muted authors, name.

    With `until` in the body, the moment that their bell named, everything up to it is not new any more. About 12 queries.
    """
    article = _article_or_new(site, key)
    if article is None:
        raise Http404
    identity = require_site(_identity(request), article.site)
    authors = tuple(authors_of(identity, site=article.site))
    if until := _seen_until(request):
        mark_seen(authors=authors, until=until)
    is_stored = article.pk is not None
    language = interface_language(request.GET.get("lang") or article.language)
    with translation.override(language):
        cards = cards_in_discussion(article=article, readers=authors) if is_stored else []
        bell = read_bell(identity=identity, authors=authors, site=article.site)
        context = {"cards": cards, "bell": bell, "language": language, "article": article}
        # Forms sent with a bearer token need no CSRF token, and asking for one would leave a cookie.
        form_request = request if identity.is_by_cookie else None
        own_html = complete_addresses(render_to_string("comments/_own_comments.html", context, request=form_request))
    guest = identity.author if identity.user is None else None
    return JsonResponse(
        {
            "own_html": own_html,
            "votes": voted_comment_ids(article=article, readers=authors) if is_stored else [],
            "muted": muted_comment_ids(article=article, readers=authors) if is_stored else [],
            "name": guest.name if guest is not None else Reader(identity, authors).account_name,
            "is_signed_in": identity.user is not None or (guest is not None and guest.sso_subject != ""),
        }
    )


def _identity(request: HttpRequest) -> Identity:
    """Who asks, in the order of belief of the API; the last of it believes everybody to be a stranger."""
    for known_by in READER:
        if (identity := known_by(request)) is not None:
            return identity
    raise Http404


def _seen_until(request: HttpRequest) -> str:
    """Up to when the reader has seen what is new; empty without a body of JSON. Raises ApiError."""
    if request.content_type != "application/json":
        return ""
    told: object = JsonParser().parse_body(request)
    return str(told.get("until", "")) if isinstance(told, dict) else ""


def _article_or_new(site_slug: str, key: str) -> Article | None:
    """The article of this key, or an empty one that is not stored, to be filled by its first comment; None for a hidden one
    and for an unknown site. 1 query, 2 by a former key, 5 for one that is not stored."""
    if (found := find_discussion(site_slug, key)) is not None:
        return found
    site = Site.objects.filter(slug=site_slug).first()
    if site is None or find_article(site_slug, key) is not None:
        return None
    return Article(site=site, key=key, language=site.language, is_confirmed=False)
