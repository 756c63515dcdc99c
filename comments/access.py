"""Who asks, and what they may load. Views and API fetch objects here alone; strangers get 404 for hidden and absent alike."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from comments.models import Article, Author, Comment, Site
from comments.models.articles import ARTICLE_KEY_PATTERN
from comments.services.identity import Identity, make_author_token, read_author_token, read_status_token
from comments.throttling import client_network

AUTHOR_COOKIE = "marginalia_author"
COOKIE_AGE = 60 * 60 * 24 * 180


def get_site_or_404(slug: str) -> Site:
    """The site of this slug. 1 query."""
    site = Site.objects.filter(slug=slug).first()
    if site is None:
        raise _not_found()
    return site


def get_article_or_404(site_slug: str, key: str) -> Article:
    """An article whose discussion may be shown, with its site. 1 query; none for an impossible key."""
    if not re.fullmatch(ARTICLE_KEY_PATTERN, key):
        raise _not_found()
    article = Article.objects.with_site().readable().filter(site__slug=site_slug, key=key).first()
    if article is None:
        raise _not_found()
    return article


def get_published_comment_or_404(public_id: str) -> Comment:
    """A comment that everybody may read, with article, author and site. 1 query."""
    comment = Comment.objects.published().with_context().with_public_id(public_id).first()
    if comment is None or comment.article.state == "hidden":
        raise _not_found()
    return comment


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
    """Who sends this request: the signed-in account, the author of the bearer token or of the signed cookie.

    Touches the session, so never for answers that everybody shares. A forged token counts as none.
    """
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else request.COOKIES.get(AUTHOR_COOKIE, "")
    author = read_author_token(token, site=site) if token else None
    user = request.user if request.user.is_authenticated else None
    return Identity(user=user, author=author, network=client_network(request))


def set_author_cookie(response: HttpResponse, author: Author, *, secure: bool) -> None:
    """Let a guest's browser keep the author token for our own pages. Set only with a post of theirs."""
    response.set_cookie(
        AUTHOR_COOKIE,
        make_author_token(author),
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _is_own(comment: Comment, identity: Identity) -> bool:
    if identity.author is not None and comment.author_id == identity.author.pk:
        return True
    return identity.user is not None and comment.author.user_id == identity.user.pk


def _not_found() -> Http404:
    return Http404(_("There is nothing here."))
