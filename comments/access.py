"""Who asks, and what they may load. Views and API fetch objects here alone; strangers get 404 for hidden and absent alike."""

from __future__ import annotations

import re
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.models import Article, Author, Comment, Site
from comments.services.article_keys import find_article
from comments.services.identity import (
    Identity,
    make_author_token,
    read_author_token,
    read_author_tokens,
    read_status_token,
)
from comments.services.secret_feeds import read_replies_feed_token
from comments.throttling import client_network

AUTHOR_COOKIE_PREFIX = "marginalia_author_"
SITE_SLUG_PATTERN = "[-a-zA-Z0-9_]{1,50}"
COOKIE_AGE = 60 * 60 * 24 * 180


def get_site_or_404(slug: str) -> Site:
    """The site of this slug. 1 query; none for an impossible one, which not every database bears to be asked."""
    site = Site.objects.filter(slug=slug).first() if re.fullmatch(SITE_SLUG_PATTERN, slug) else None
    if site is None:
        raise _not_found()
    return site


def get_article_or_404(site_slug: str, key: str) -> Article:
    """An article whose discussion may be shown, with its site, also by a former key. 1 query, 2 where no article has this
    key today; none for an impossible key."""
    article = find_article(site_slug, key)
    if article is None or not article.is_confirmed or article.mode == ArticleMode.HIDDEN:
        raise _not_found()
    return article


def find_discussion(site_slug: str, key: str) -> Article | None:
    """The article of this key with its site, if it has a discussion that may be shown; without title and address as long
    as only a reader's page has said them. None for a hidden one and one that is not there. As many queries as above."""
    article = find_article(site_slug, key)
    if article is None or article.mode == ArticleMode.HIDDEN:
        return None
    if not article.is_confirmed:
        article.title, article.url, article.teaser = "", "", ""
    return article


def get_published_comment_or_404(public_id: str) -> Comment:
    """A comment that everybody may read, with article, author and site. 1 query."""
    comment = Comment.objects.published().with_context().with_public_id(public_id).first()
    if comment is None or comment.article.mode == ArticleMode.HIDDEN:
        raise _not_found()
    return comment


def get_conversation_or_404(site_slug: str, public_id: str) -> Comment:
    """A comment that began a conversation and once was published, or a published reply, with root, article and site; for who may
    read its article. 1 query."""
    found = Comment.objects.with_context().select_related("root").filter(site__slug=site_slug)
    comment = found.once_published().with_public_id(public_id).first()
    if comment is None or comment.article.mode == ArticleMode.HIDDEN:
        raise _not_found()
    if comment.root_id is not None and not comment.is_published:
        raise _not_found()
    return comment


def get_own_author_or_404(request: HttpRequest, site: Site) -> Author:
    """Whom a page of ours takes the sender of a request for on a site: the author of the account if somebody is signed in, else
    the guest of the cookie. 2 queries at most."""
    identity = request_identity(request, site=site)
    author = identity.author
    if identity.user is not None:
        author = Author.objects.filter(site=site, user_id=identity.user.pk).first()
    if author is None:
        raise _not_found()
    return author


def get_author_by_feed_token_or_404(token: str) -> Author:
    """The reader whose feed of replies has this secret address, with the site. 1 query for a well-signed one."""
    author = read_replies_feed_token(token)
    if author is None:
        raise _not_found()
    return author


def get_own_comment_or_404(public_id: str, identity: Identity) -> Comment:
    """The caller's own comment in whatever status, with article, author and site. 1 query."""
    comment = Comment.objects.with_context().with_public_id(public_id).first()
    if comment is None or not _is_own(comment, identity):
        raise _not_found()
    return comment


def get_comment_by_status_token_or_404(token: str) -> Comment:
    """The comment a status link is for, with article, author and site. 1 query for a well-signed token."""
    public_id = read_status_token(token)
    comment = Comment.objects.with_context().with_public_id(public_id).first() if public_id else None
    if comment is None:
        raise _not_found()
    return comment


def request_identity(request: HttpRequest, *, site: Site | None = None) -> Identity:
    """Who sends this request for a page of ours: the signed-in account, the guest of the site's signed cookie.

    Without a site the guests of all cookies. Touches the session, so never for answers that everybody shares. Bearer tokens are for the API: `comments.api.auth`.
    """
    user = request.user if request.user.is_authenticated else None
    identity = Identity(user=user, network=client_network(request), is_by_cookie=True)
    if site is None:
        return replace(identity, guests=guests_of_cookies(request))
    token = request.COOKIES.get(author_cookie_name(site), "")
    return replace(identity, author=read_author_token(token, site=site))


def author_cookie_name(site: Site) -> str:
    """The cookie that keeps who a guest is on a site: one for each, so that none takes the place of another's."""
    return AUTHOR_COOKIE_PREFIX + site.slug


def guests_of_cookies(request: HttpRequest) -> tuple[Author, ...]:
    """The guests whom this browser is known as, on all sites. 1 query, none without a well-signed cookie."""
    sent = {name: token for name, token in request.COOKIES.items() if name.startswith(AUTHOR_COOKIE_PREFIX)}
    found = read_author_tokens(sent.values())
    return tuple(author for author in found if author_cookie_name(author.site) in sent)


def set_author_cookie(response: HttpResponse, author: Author, *, secure: bool) -> None:
    """Let a guest's browser keep the author token for our own pages. Set only with a post of theirs."""
    response.set_cookie(
        author_cookie_name(author.site),
        make_author_token(author),
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _is_own(comment: Comment, identity: Identity) -> bool:
    if comment.author_id in {author.pk for author in identity.authors}:
        return True
    if identity.user is None or identity.site_id not in (None, comment.site_id):
        return False
    return bool(comment.author.user_id == identity.user.pk)


def _not_found() -> Http404:
    return Http404(_("There is nothing here."))
