"""How readers follow what is said to them: the secret address of their feed of replies, and what they have seen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from comments.access import get_comment_by_status_token_or_404, get_own_author_or_404, get_site_or_404
from comments.discussion_links import way_back
from comments.exceptions import InvalidInputError
from comments.models import Author
from comments.services.secret_feeds import end_replies_feed, make_replies_feed
from comments.services.seen import mark_seen
from comments.views import private

_SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
@private
def own_replies_feed(request: HttpRequest, site: str) -> HttpResponse:
    """Make or end the feed of whoever this browser is known as on a site; then 303 to everything they wrote."""
    if request.method == "POST":
        _change(request, get_own_author_or_404(request, get_site_or_404(site)))
    return _see_other(reverse("comments:my_comments") + "#replies-feed")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def status_replies_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The same for the author of a comment, by its status link; then 303 to its page."""
    comment = get_comment_by_status_token_or_404(token)
    if request.method == "POST":
        _change(request, comment.author)
    return _see_other(reverse("comments:status", args=[token]) + "#replies-feed")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def seen(request: HttpRequest, site: str) -> HttpResponse:
    """Note that a reader has seen what is new for them on a site; then 303 to where they were."""
    found = get_site_or_404(site)
    back = way_back(request, reverse("comments:my_comments"))
    if request.method == "POST":
        author = get_own_author_or_404(request, found)
        try:
            mark_seen(authors=[author], until=request.POST.get("until", ""))
        except InvalidInputError as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")
    return _see_other(f"{back}#discussion")


def _change(request: HttpRequest, author: Author) -> None:
    if "end" in request.POST:
        end_replies_feed(author)
    else:
        make_replies_feed(author)


def _see_other(address: str) -> HttpResponse:
    """A redirect that is followed by GET, whatever came before."""
    response = HttpResponseRedirect(address)
    response.status_code = _SEE_OTHER
    return response
