"""Asking to be told by mail: of a discussion, of replies to oneself, of a whole site."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from comments.access import get_article_or_404, get_site_or_404, request_identity
from comments.discussion_links import host_path
from comments.enums import Scope
from comments.exceptions import CommentError, TooManyRequestsError
from comments.forms import FollowForm
from comments.models import Article, Author, Site, Subscriber
from comments.prepared import interface_language
from comments.services.following import commenter, subscriber_of
from comments.services.identity import Identity, authors_of
from comments.services.subscriptions import Wish, make_subscriber_token, subscribe, subscriptions_of
from comments.views import private

_SEE_OTHER = 303
_SCOPES: dict[Scope, str | Promise] = {
    Scope.ARTICLE: _("New comments on this article"),
    Scope.REPLIES: _("Replies to my comments on this article"),
    Scope.SITE: _("New comments on all articles"),
}


@dataclass(frozen=True, slots=True)
class Follower:
    """Who asks: the author they write as, where replies to them can be followed, and the address we know to be theirs."""

    identity: Identity
    author: Author | None
    answered: Author | None
    email: str

    def author_for(self, scope: Scope) -> Author | None:
        return self.answered if scope == Scope.REPLIES else self.author


@require_http_methods(["GET", "HEAD", "POST"])
@private
def follow(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Follow an article, the replies to oneself in it, or its whole site."""
    article = get_article_or_404(site, key)
    with translation.override(interface_language(article.language)):
        return _follow(request, article.site, article)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def follow_site(request: HttpRequest, site: str) -> HttpResponse:
    """Follow all discussions of a site."""
    found = get_site_or_404(site)
    with translation.override(interface_language(found.language)):
        return _follow(request, found, None)


def _follow(request: HttpRequest, site: Site, article: Article | None) -> HttpResponse:
    """The form, or what it sends; then back to the page, which says the same words whoever the address belongs to."""
    follower = _read_follower(request, site, article)
    form = _form(request, follower, article)
    if request.method != "POST":
        return _page(request, site, article, follower, form)
    answer = HttpResponseRedirect(request.path + ("" if follower.email else "?asked"), status=_SEE_OTHER)
    if form.is_by_program:
        return answer
    if not form.is_valid():
        return _page(request, site, article, follower, form, status=422)
    scope: Scope = form.cleaned_data["scope"]
    wish = Wish(
        site=site,
        scope=scope,
        email=follower.email or form.cleaned_data["email"],
        frequency=form.cleaned_data["digest"],
        language=translation.get_language() or site.language,
        article=None if scope == Scope.SITE else article,
    )
    try:
        subscribe(wish, identity=follower.identity, author=follower.author_for(scope))
    except CommentError as error:
        form.refuse(error)
        return _page(request, site, article, follower, form, status=422, error=error)
    return answer


def _read_follower(request: HttpRequest, site: Site, article: Article | None) -> Follower:
    """Who asks. At most 4 queries."""
    identity = request_identity(request, site=site)
    authors = authors_of(identity, site=site)
    answered = commenter(identity, article) if article is not None and authors else None
    return Follower(
        identity=identity,
        author=answered or next(iter(authors), None),
        answered=answered,
        email=str(getattr(identity.user, "email", "")),
    )


def _form(request: HttpRequest, follower: Follower, article: Article | None) -> FollowForm:
    offered = [Scope.SITE]
    if article is not None:
        offered = [Scope.ARTICLE, *([Scope.REPLIES] if follower.answered else []), Scope.SITE]
    guest = follower.identity.author
    return FollowForm(
        request.POST if request.method == "POST" else None,
        initial={"email": guest.email if guest else "", "scope": offered[0]},
        scopes=[(scope, _SCOPES[scope]) for scope in offered],
        asks_email=not follower.email,
    )


def _page(
    request: HttpRequest,
    site: Site,
    article: Article | None,
    follower: Follower,
    form: FollowForm,
    *,
    status: int = 200,
    error: CommentError | None = None,
) -> HttpResponse:
    subscriber = subscriber_of(follower.identity.user) if follower.identity.user is not None else None
    context = {
        "site": site,
        "article": article,
        "article_address": (host_path(article.url, request) or article.url) if article else "",
        "form": form,
        "email": follower.email,
        "followed": _followed(subscriber, site, article),
        "subscriptions_url": _subscriptions_url(subscriber),
        "is_asked": "asked" in request.GET,
    }
    is_fast = isinstance(error, TooManyRequestsError)
    response = render(request, "comments/follow.html", context, status=429 if is_fast else status)
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(int(error.retry_after.total_seconds()))
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _followed(subscriber: Subscriber | None, site: Site, article: Article | None) -> list[str | Promise]:
    """What an account follows of what the page offers, in words. 1 query, none for whoever follows nothing."""
    if subscriber is None:
        return []
    found = subscriptions_of(subscriber).live().filter(site=site)
    return [
        _SCOPES[Scope(one.scope)]
        for one in found
        if one.scope == Scope.SITE or (article is not None and one.article_id == article.pk)
    ]


def _subscriptions_url(subscriber: Subscriber | None) -> str:
    return reverse("comments:subscriptions", args=[make_subscriber_token(subscriber)]) if subscriber else ""
