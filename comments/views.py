"""The reader's pages: a discussion, posting to it, where one's own comment stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings as django_settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from comments.access import (
    find_discussion,
    get_comment_by_status_token_or_404,
    get_published_comment_or_404,
    get_site_or_404,
    set_author_cookie,
)
from comments.discussion import Reader, build_discussion, make_form, read_reader
from comments.discussion_links import host_path
from comments.enums import ArticleMode, AuthorKind, Status
from comments.exceptions import (
    CommentError,
    DiscussionClosedError,
    EditWindowOverError,
    IllegalTransitionError,
    RestrictedError,
    StaleDecisionError,
    TooManyRequestsError,
)
from comments.forms import CommentForm, ReviseForm, linked_sentence
from comments.models import Article, Comment
from comments.my_comments import read_my_comments
from comments.notices import give_notice
from comments.origins import is_from_origins
from comments.prepared import interface_language, is_on_first_page
from comments.services.identity import Identity, make_status_token
from comments.services.posting import Posted, post_comment, preview_text, revise_comment, withdraw_comment
from comments.status_page import build_status_page
from comments.throttling import client_network

View = Callable[..., HttpResponse]

_CONFLICTS = (DiscussionClosedError, EditWindowOverError, IllegalTransitionError, StaleDecisionError)
_SEE_OTHER = 303


def private(view: View) -> View:
    """Nobody but this reader may keep the answer, not even this reader's own browser."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


@require_safe
@private
def discussion(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """The discussion of an article as a page of its own. What is hidden, like what is not there, has yet to begin: links
    of pages elsewhere lead here before anybody has written."""
    article = find_discussion(site, key)
    if article is None:
        return render(request, "comments/discussion_to_come.html", {"site": get_site_or_404(site)}, status=404)
    return _discussion_page(request, article)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def post(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Take a comment from the form. A refused one is shown again with everything that was typed."""
    article = find_discussion(site, key)
    if article is None:
        raise Http404
    if request.method != "POST":
        # The links of a page shown after a refusal, or its being loaded again.
        return redirect(_discussion_address(article, query=request.GET.urlencode()))
    reader = read_reader(request, article.site)
    with translation.override(interface_language(article.language)):
        if "preview" in request.POST:
            return _preview_page(request, article, reader)
        form = make_form(article, reader, data=request.POST)
        if not form.is_valid() and article.takes_comments:
            return _discussion_page(request, article, form=form, status=422)
        try:
            posted = post_comment(article=article, identity=reader.identity, draft=form.draft(article))
        except CommentError as error:
            form.refuse(error)
            return _discussion_page(request, article, form=form, status=_status_code(error), error=error)
        return _after_post(request, article, posted, form=form, identity=reader.identity)


@require_safe
def permalink(request: HttpRequest, public_id: str) -> HttpResponse:
    """To the comment on its article, or to its conversation where the article does not show it at first."""
    comment = get_published_comment_or_404(public_id)
    article = comment.article
    article.site = comment.site
    fragment = f"comment-{comment.public_id}"
    address = host_path(article.url, request)
    if not address and is_from_origins(article.url, article.site.origins):
        address = article.url
    if address and is_on_first_page(article, comment):
        return redirect(f"{address.partition('#')[0]}#{fragment}")
    return redirect(_discussion_address(article, query=f"comment={comment.public_id}", fragment=fragment))


@require_safe
@private
def my_comments(request: HttpRequest) -> HttpResponse:
    """Everything that the reader wrote, newest first, and where it stands: of an account, else of this browser's guest."""
    return render(request, "comments/my_comments.html", {"page": read_my_comments(request)})


@require_safe
@private
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where a comment stands, for whoever holds its link: its author."""
    return _status_page(request, get_comment_by_status_token_or_404(token))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def revise(request: HttpRequest, token: str) -> HttpResponse:
    """Take a new text from the author."""
    comment = get_comment_by_status_token_or_404(token)
    if request.method != "POST":
        return redirect("comments:status", token)
    with translation.override(_author_language(request, comment)):
        form = ReviseForm(request.POST, comment=comment)
        if not form.is_valid():
            return _status_page(request, comment, form=form, status=422)
        try:
            revise_comment(comment=comment, network=client_network(request), **form.draft())
        except CommentError as error:
            return _refused_on_status_page(request, token, error, form=form)
        messages.success(request, _("Your new text has been stored and waits for approval."), fail_silently=True)
    return _see_other(reverse("comments:status", args=[token]))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take back a comment for its author. Asking twice is the page's business."""
    comment = get_comment_by_status_token_or_404(token)
    if request.method != "POST":
        return redirect("comments:status", token)
    with translation.override(_author_language(request, comment)):
        try:
            withdraw_comment(comment=comment)
        except CommentError as error:
            return _refused_on_status_page(request, token, error)
    return _see_other(reverse("comments:status", args=[token]))


@private
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid token, and give back what was typed in a form that has one. Names no comment."""
    del reason  # For developers; readers are told what they can do.
    try:
        match = resolve(request.path_info)
    except Resolver404:
        match = None
    view = match.view_name if match is not None else ""
    has_text = view in ("comments:post", "comments:revise")
    context = {
        "may_repeat": has_text or view in ("comments:follow", "comments:follow_site"),
        "has_text": has_text,
        "typed": _typed(request),
        "text": request.POST.get("body", ""),
    }
    return render(request, "403_csrf.html", context, status=403)


@private
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that what was sent could not be read, and how to get it back. Nothing here may read it once more."""
    if isinstance(exception, RequestDataTooBig):
        heading = _("This is too much at once")
        lead = _("Nothing was stored. Please shorten your text and send it again.")
    else:
        heading = _("We could not read this")
        lead = _("Nothing was stored. Please load the page again and repeat it.")
    return render(request, "400.html", {"heading": heading, "lead": lead}, status=400)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field that was sent, but the body and the token that failed."""
    return [(name, str(request.POST[name])) for name in request.POST if name not in ("body", "csrfmiddlewaretoken")]


def _discussion_page(
    request: HttpRequest,
    article: Article,
    *,
    form: CommentForm | None = None,
    status: int = 200,
    error: CommentError | None = None,
    preview: SafeString | None = None,
) -> HttpResponse:
    page_path = _discussion_address(article)
    with translation.override(interface_language(article.language)):
        built = build_discussion(request, article, form=form, page_path=page_path, preview=preview)
        context = {
            "discussion": built,
            "article": article,
            "site": article.site,
            "article_address": host_path(article.url, request) or article.url,
        }
        response = render(request, "comments/discussion.html", context, status=status)
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(int(error.retry_after.total_seconds()))
    return response


def _preview_page(request: HttpRequest, article: Article, reader: Reader) -> HttpResponse:
    """The page with everything that was typed still in its form, and the text as it would appear. Nothing is stored."""
    form = make_form(article, reader, typed=request.POST)
    try:
        shown = preview_text(request.POST.get("body", ""), network=reader.identity.network)
    except CommentError as error:
        form = make_form(article, reader, data=request.POST)
        form.refuse(error)
        return _discussion_page(request, article, form=form, status=_status_code(error), error=error)
    return _discussion_page(request, article, form=form, preview=shown)


def _discussion_address(article: Article, *, query: str = "", fragment: str = "") -> str:
    address = reverse("comments:discussion", args=[article.site.slug, article.key])
    return address + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _after_post(
    request: HttpRequest, article: Article, posted: Posted, *, form: CommentForm, identity: Identity
) -> HttpResponse:
    """Back to the article, where the comment is to be seen; a guest's browser is told which author it speaks for."""
    comment = posted.comment
    is_public = comment.status == Status.APPROVED
    # Only on this host does the reader's browser say who they are, so only here can they see what waits.
    address = (host_path(article.url, request) or _discussion_address(article)).partition("#")[0]
    if not is_public:
        give_notice(request, _("Thank you. Your comment waits for approval: until then only you can see it."))
    response = _see_other(f"{address}#{'comment' if is_public else 'own'}-{comment.public_id}")
    author = comment.author
    # Without the form's own nonce, somebody else in the same network may have sent the same words.
    is_theirs = posted.created or form.has_nonce or author == identity.author
    if author.kind == AuthorKind.GUEST and is_theirs:
        set_author_cookie(response, author, secure=request.is_secure())
    return response


def _status_page(
    request: HttpRequest,
    comment: Comment,
    *,
    form: ReviseForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    article = comment.article
    article.site = comment.site
    address = (
        "" if article.mode == ArticleMode.HIDDEN else host_path(article.url, request) or _discussion_address(article)
    )
    with translation.override(_author_language(request, comment)):
        page = build_status_page(comment, token=make_status_token(comment), article_address=address, form=form)
        context = {"page": page, "comment": comment, "site": comment.site, "refusal": refusal}
        response = render(request, "comments/status.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Not "no-referrer": browsers then send `Origin: null` with our own forms, which the CSRF check must refuse.
    response["Referrer-Policy"] = "same-origin"
    return response


def _refused_on_status_page(
    request: HttpRequest, token: str, error: CommentError, *, form: ReviseForm | None = None
) -> HttpResponse:
    """The status page as it is now, with the refusal above it and the text that was typed still in its form."""
    comment = get_comment_by_status_token_or_404(token)
    if form is not None:
        form.refuse(error)
        form.see_standing(comment)
    return _status_page(request, comment, form=form, refusal=linked_sentence(error), status=_status_code(error))


def _author_language(request: HttpRequest, comment: Comment) -> str:
    """The language somebody chose here, else the comment's: the link may come from a mail in that language."""
    if django_settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language() or comment.language
    return interface_language(comment.language)


def _status_code(error: CommentError) -> int:
    if isinstance(error, TooManyRequestsError):
        return 429
    if isinstance(error, RestrictedError):
        return 403
    return 409 if isinstance(error, _CONFLICTS) else 422


def _see_other(address: str) -> HttpResponse:
    """A redirect that is followed by GET, whatever came before."""
    response = HttpResponseRedirect(address)
    response.status_code = _SEE_OTHER
    return response
