"""Voting and muting for browsers without JavaScript: a form post and the way back, or a small page that asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from comments.access import get_published_comment_or_404, request_identity, set_author_cookie
from comments.discussion_links import way_back
from comments.enums import AuthorKind
from comments.exceptions import CommentError, DiscussionClosedError, RestrictedError, TooManyRequestsError
from comments.forms import linked_sentence
from comments.models import Author, Comment
from comments.prepared import interface_language
from comments.services.identity import Identity, authors_of
from comments.services.muting import Muting, mute_author, muted_comment_ids, unmute_author
from comments.services.voting import Ballot, cast_vote, take_vote_back, voted_comment_ids
from comments.views import private

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Act:
    """What a page is about: `do` and `undo` are what its button does, `is_done` says which of them comes next."""

    name: str
    template: str
    do: Callable[..., Ballot | Muting]
    undo: Callable[..., Ballot | Muting]
    is_done: Callable[[Comment, list[Author]], bool]


VOTE = Act(
    name="vote",
    template="comments/vote.html",
    do=cast_vote,
    undo=take_vote_back,
    is_done=lambda comment, readers: comment.public_id in voted_comment_ids(article=comment.article, readers=readers),
)
MUTE = Act(
    name="mute",
    template="comments/mute.html",
    do=mute_author,
    undo=unmute_author,
    is_done=lambda comment, readers: comment.public_id in muted_comment_ids(article=comment.article, readers=readers),
)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def vote(request: HttpRequest, public_id: str) -> HttpResponse:
    """Find a comment worth reading, or take that back."""
    return _answer(request, public_id, VOTE)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def mute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read nothing more by the author of a comment, or read them again."""
    return _answer(request, public_id, MUTE)


def _answer(request: HttpRequest, public_id: str, act: Act) -> HttpResponse:
    """The page of an act; or the act itself, then back to where its button was.

    The button in the thread is the same for everybody, so a second press is not taken for the opposite: it leads to the
    page, whose own button says what it does (`take_back`).
    """
    comment = get_published_comment_or_404(public_id)
    identity = request_identity(request, site=comment.site)
    with translation.override(interface_language(comment.article.language)):
        if request.method != "POST":
            return _page(request, comment, act, identity)
        takes_back = "take_back" in request.POST
        if not takes_back and act.is_done(comment, authors_of(identity, site=comment.site)):
            return _see_other(reverse(f"comments:{act.name}", args=[public_id]))
        try:
            done = (act.undo if takes_back else act.do)(comment=comment, identity=identity)
        except CommentError as error:
            return _page(request, comment, act, identity, error=error)
    response = _see_other(f"{_way_back(request, comment)}#comment-{public_id}")
    if done.reader is not None and done.reader.kind == AuthorKind.GUEST:
        set_author_cookie(response, done.reader, secure=request.is_secure())
    return response


def _page(
    request: HttpRequest, comment: Comment, act: Act, identity: Identity, *, error: CommentError | None = None
) -> HttpResponse:
    context = {
        "comment": comment,
        "site": comment.site,
        "is_done": act.is_done(comment, authors_of(identity, site=comment.site)),
        "next": _way_back(request, comment),
        "refusal": linked_sentence(error) if error else "",
    }
    response = render(request, act.template, context, status=_status_code(error))
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(int(error.retry_after.total_seconds()))
    return response


def _way_back(request: HttpRequest, comment: Comment) -> str:
    return way_back(request, reverse("comments:permalink", args=[comment.public_id]))


def _status_code(error: CommentError | None) -> int:
    match error:
        case None:
            return 200
        case TooManyRequestsError():
            return 429
        case RestrictedError():
            return 403
        case DiscussionClosedError():
            return 409
    return 422


def _see_other(address: str) -> HttpResponse:
    """A redirect that is followed by GET, whatever came before."""
    response = HttpResponseRedirect(address)
    response.status_code = _SEE_OTHER
    return response
