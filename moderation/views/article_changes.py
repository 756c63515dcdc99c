"""What the articles' pages do: each answers with 303 back to the page, or with the page and why it was not done."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comments.enums import ArticleMode
from comments.exceptions import CommentError
from comments.models import Article, Comment
from comments.services.article_moves import Moved
from moderation.access import get_article_change_or_404, get_article_or_404, get_comment_or_404
from moderation.articles import offered_articles
from moderation.exceptions import ArticleChangedError, NotAllowedError
from moderation.forms_articles import ClosingForm, DaysForm, KeyForm, ModeForm, NoteForm, RuleForm, TargetForm
from moderation.queue import read_item
from moderation.services import articles as services
from moderation.views.answers import HttpResponseSeeOther, desk_url
from moderation.views.articles import render_article, render_articles
from moderation.views.desk import Refusal, desk_action, desk_page, open_desk, render_desk, signed_in

Change = Callable[[Article, forms.Form, AbstractBaseUser], None]


def _change_closing(article: Article, form: forms.Form, user: AbstractBaseUser) -> None:
    moment = form.moment() if isinstance(form, ClosingForm) else None
    services.change_closing(article=article, closes_at=moment, user=user)


# What can be changed on the page of an article, by the last part of the address.
CHANGES: dict[str, tuple[type[forms.Form], Change]] = {
    "mode": (
        ModeForm,
        lambda article, form, user: services.change_mode(
            article=article, mode=ArticleMode(form.cleaned_data["mode"]), user=user
        ),
    ),
    "closing": (ClosingForm, _change_closing),
    "note": (
        NoteForm,
        lambda article, form, user: services.change_note(article=article, note=form.cleaned_data["note"], user=user),
    ),
    "rule": (
        RuleForm,
        lambda article, form, user: services.change_rule(article=article, user=user, **form.cleaned_data),
    ),
    "key": (
        KeyForm,
        lambda article, form, user: services.change_key(article=article, key=form.cleaned_data["key"], user=user),
    ),
}


@desk_action
def change_article(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Change how the discussion of an article is run; then 303 to its page."""
    article = get_article_or_404(request.user, pk)
    if what not in CHANGES:
        raise Http404
    form_class, change = CHANGES[what]
    form = form_class(request.POST)
    if not form.is_valid():
        return render_article(request, article, refusal=_incomplete(form), refused=what)
    try:
        change(article, form, signed_in(request))
    except CommentError as error:
        stored = get_article_or_404(request.user, pk)
        return render_article(request, stored, refusal=_refusal(error), refused=what)
    return HttpResponseSeeOther(_address(article, what))


@desk_action
def change_days(request: HttpRequest) -> HttpResponse:
    """Let the discussions of a site end so many days after their articles; then 303 to the list."""
    desk = open_desk(request)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return render_articles(request, refusal=_incomplete(form))
    try:
        services.change_closing_days(site=desk.site, days=form.cleaned_data["days"], user=signed_in(request))
    except CommentError as error:
        return render_articles(request, refusal=_refusal(error))
    return HttpResponseSeeOther(f"{reverse('moderation:articles')}?site={desk.site.slug}")


@desk_action
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what was changed; then 303 to the article."""
    change = get_article_change_or_404(request.user, pk)
    article = get_article_or_404(request.user, change.article_id or 0)
    try:
        services.undo_article_change(change=change, user=signed_in(request))
    except CommentError as error:
        return render_article(request, article, refusal=_refusal(error), refused="log")
    return HttpResponseSeeOther(_address(article, "log"))


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def merge_article(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what merging an article into another will do (GET), then do it (POST) and 303 to the other."""
    source = get_article_or_404(request.user, pk)
    form = TargetForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return render_article(request, source, refusal=_incomplete(form), refused="merge")
    user = signed_in(request)
    try:
        target = services.find_target(source.site, form.cleaned_data["target"])
        if request.method == "POST":
            services.merge(source=source, target=target, user=user)
            return HttpResponseSeeOther(_address(target, "log"))
        planned = services.preview_merge(source=source, target=target, user=user)
    except CommentError as error:
        return render_article(request, source, refusal=_refusal(error), refused="merge")
    desk = open_desk(request, source.site)
    context = {"site": desk.site, "desk": desk, "source": source, "target": target, "planned": planned}
    return render(request, "moderation/article_merge.html", context)


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def move_conversation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask where a conversation goes, say what moving it will do (GET), then do it (POST) and 303 to the other article."""
    root = get_comment_or_404(request.user, public_id)
    form = TargetForm(request.POST if request.method == "POST" else request.GET or None)
    user = signed_in(request)
    planned: Moved | None = None
    target: Article | None = None
    refusal: Refusal | None = None
    try:
        if form.is_valid():
            target = services.find_target(root.site, form.cleaned_data["target"])
            if request.method == "POST":
                services.move(root=root, target=target, user=user)
                return HttpResponseSeeOther(_address(target, "log"))
            planned = services.preview_move(root=root, target=target, user=user)
        elif form.is_bound:
            refusal = _incomplete(form)
    except CommentError as error:
        refusal = _refusal(error)
    return _move_page(request, root, target, planned, refusal)


def _move_page(
    request: HttpRequest, root: Comment, target: Article | None, planned: Moved | None, refusal: Refusal | None
) -> HttpResponse:
    desk = open_desk(request, root.site)
    if refusal is None and not desk.may_rearrange_articles:
        refusal = _refusal(NotAllowedError(_("Your role on this site does not allow this.")))
    context = {
        "site": desk.site,
        "desk": desk,
        "comment": root,
        "target": target,
        "planned": planned,
        "typed": request.GET.get("target", request.POST.get("target", "")),
        "offered": offered_articles(root.article),
        "refusal": refusal,
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "moderation/conversation_move.html", context, status=status)


@desk_action
def pin_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Pin a comment, or (without "on") unpin it; then 303 to its card, or to its article's page."""
    comment = get_comment_or_404(request.user, public_id)
    is_pinned = bool(request.POST.get("on"))
    user = signed_in(request)
    return _put_forward(request, comment, lambda: services.pin(comment=comment, is_pinned=is_pinned, user=user))


@desk_action
def feature_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a comment the editors' choice, or (without "on") no longer; then as for a pin."""
    comment = get_comment_or_404(request.user, public_id)
    is_featured = bool(request.POST.get("on"))
    user = signed_in(request)
    return _put_forward(request, comment, lambda: services.feature(comment=comment, is_featured=is_featured, user=user))


def _put_forward(request: HttpRequest, comment: Comment, step: Callable[[], None]) -> HttpResponse:
    desk = open_desk(request, comment.site)
    is_from_article = "article" in request.POST
    try:
        step()
    except CommentError as error:
        if is_from_article:
            article = get_article_or_404(request.user, comment.article_id)
            return render_article(request, article, refusal=_refusal(error), refused="highlights")
        return render_desk(request, desk, item=read_item(comment), refusal=_refusal(error))
    if is_from_article:
        return HttpResponseSeeOther(_address(comment.article, "highlights"))
    return HttpResponseSeeOther(desk_url(desk, comment=comment.public_id))


def _refusal(error: CommentError) -> Refusal:
    statuses: dict[type[CommentError], HTTPStatus] = {
        NotAllowedError: HTTPStatus.FORBIDDEN,
        ArticleChangedError: HTTPStatus.CONFLICT,
    }
    return Refusal(str(error.message), status=statuses.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY))


def _incomplete(form: forms.Form) -> Refusal:
    messages = [str(message) for errors in form.errors.values() for message in errors]
    return Refusal(messages[0])


def _address(article: Article, part: str) -> str:
    return f"{reverse('moderation:article', args=[article.pk])}#{part}"
