from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.enums import ArticleMode
from comments.models import Article
from comments.services.article_settings import NOTE_LIMIT
from comments.skeleton import absolute_time
from moderation.access import get_article_or_404
from moderation.articles import (
    count_waiting,
    mode_sentences,
    offered_articles,
    read_articles,
    read_highlights,
    read_log,
    read_sections,
)
from moderation.enums import ArticleChangeKind
from moderation.forms_articles import MOMENT_FORMAT, ArticlesForm
from moderation.models import ArticleChange, ArticleRule
from moderation.services.articles import may_be_undone
from moderation.views.desk import Refusal, desk_page, open_desk


@dataclass(frozen=True, slots=True)
class LogLine:
    """A change of a discussion in words."""

    change: ArticleChange
    sentence: str
    user_name: str
    may_be_undone: bool


@desk_page
@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """The articles of a site with how their discussions are run. 3 queries besides the desk's, however many."""
    return render_articles(request)


def render_articles(request: HttpRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    """The list; also the answer to a refused change of what holds for all of it."""
    desk = open_desk(request)
    filters, before = ArticlesForm(request.GET).read()
    context = {
        "site": desk.site,
        "desk": desk,
        "filters": filters,
        "page": read_articles(desk.site, filters, before),
        "sections": read_sections(desk.site),
        "modes": ArticleMode,
        "refusal": refusal,
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "moderation/articles.html", context, status=status)


@desk_page
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article: how its discussion is run, what is put forward in it, what was changed. 5 queries besides the desk's."""
    return render_article(request, get_article_or_404(request.user, pk))


def render_article(
    request: HttpRequest, article: Article, *, refusal: Refusal | None = None, refused: str = ""
) -> HttpResponse:
    """The page of an article; also the answer to a change that was refused: `refused` names it, and what was typed stays."""
    desk = open_desk(request, article.site)
    rule = ArticleRule.objects.filter(article=article).first()
    as_site = Article(site=article.site, created_at=article.created_at, published_at=article.published_at).ends_at
    context = {
        "site": desk.site,
        "desk": desk,
        "article": article,
        "modes": mode_sentences(),
        "waiting": count_waiting(article.site, [article.pk]).get(article.pk, 0),
        "rule": rule or ArticleRule(),
        "as_site": as_site,
        "closes_at": timezone.localtime(article.closes_at).strftime(MOMENT_FORMAT) if article.closes_at else "",
        "note_limit": NOTE_LIMIT,
        "note": request.POST.get("note", "") if refused == "note" else article.reader_note,
        "typed": (request.POST.get("key") or request.POST.get("target") or request.GET.get("target", ""))
        if refused
        else "",
        "highlights": read_highlights(article),
        "offered": offered_articles(article) if desk.may_rearrange_articles else [],
        "log": [_line(change) for change in read_log(article)],
        "refusal": refusal,
        "refused": refused,
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "moderation/article.html", context, status=status)


def _line(change: ArticleChange) -> LogLine:
    user = change.user
    name = "" if user is None else user.get_full_name() or user.get_username()
    return LogLine(change, _sentence(change), name, may_be_undone(change))


def _sentence(change: ArticleChange) -> str:
    """What was changed, in the active language."""
    kind, details = ArticleChangeKind(change.kind), change.details
    before, after = details.get("before"), details.get("after")
    sentences: dict[ArticleChangeKind, Callable[[], str]] = {
        ArticleChangeKind.MODE: lambda: _mode_sentence(str(before), str(after)),
        ArticleChangeKind.CLOSING: lambda: (
            _("The discussion ends on %(moment)s.") % {"moment": _moment(str(after))}
            if after
            else _("The discussion ends as the site has it.")
        ),
        ArticleChangeKind.NOTE: lambda: (
            _("Note to readers: “%(note)s”") % {"note": after} if after else _("The note to readers was taken away.")
        ),
        ArticleChangeKind.RULE: lambda: _rule_sentence(list(after or [])),
        ArticleChangeKind.KEY: lambda: _("The key is now “%(after)s”, it was “%(before)s”.") % details,
        ArticleChangeKind.MERGED: lambda: (
            _("“%(title)s” (%(key)s) was merged into this article with %(count)d comments.") % details
        ),
        ArticleChangeKind.MOVED_HERE: lambda: (
            _("A conversation of %(count)d comments was moved here from “%(title)s”.") % details
        ),
        ArticleChangeKind.MOVED_AWAY: lambda: (
            _("A conversation of %(count)d comments was moved to “%(title)s”.") % details
        ),
    }
    return sentences[kind]() if kind in sentences else str(kind.label)


def _mode_sentence(before: str, after: str) -> str:
    names = {"before": ArticleMode(before).label, "after": ArticleMode(after).label}
    return _("Mode: “%(after)s” instead of “%(before)s”.") % names


def _rule_sentence(after: list[object]) -> str:
    labels = (_("Two people decide."), _("Names and votes are hidden until the decision."))
    chosen = [label for label, is_on in zip(labels, after, strict=False) if is_on]
    return " ".join(chosen) or _("No rule of its own on the desk.")


def _moment(text: str) -> str:
    return absolute_time(datetime.datetime.fromisoformat(text), get_language() or "en")
