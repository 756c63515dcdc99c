"""One published comment on its own, to be quoted on any page: the same for everybody."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.access import get_published_comment_or_404
from comments.api.public import Freshness, PublicResponse, absent, is_confirmed, make_etag
from comments.conf import settings
from comments.enums import Badge
from comments.models import Article, Comment
from comments.prepared import interface_language

FRESHNESS = Freshness(max_age=60, stale_while_revalidate=300)
HTML = "text/html; charset=utf-8"


@require_safe
def comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """A comment as HTML to be put into any page, its interface in the language `lang` or else in the article's. 1 query."""
    try:
        found = get_quotable_comment_or_404(public_id)
    except Http404:
        return absent()
    language = interface_language(request.GET.get("lang") or found.article.language)
    content = render_single(found, language=language).encode()
    etag = make_etag("comment", hashlib.sha256(content).hexdigest())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, language=language, status=304)
    return PublicResponse(content, etag=etag, freshness=FRESHNESS, content_type=HTML, language=language)


def get_quotable_comment_or_404(public_id: str) -> Comment:
    """A comment that everybody may read, together with the title of its article. With article, author and site. 1 query."""
    found = get_published_comment_or_404(public_id)
    if not found.article.is_confirmed:
        raise Http404(_("There is nothing here."))
    return found


def render_single(comment: Comment, *, language: str, template: str = "comments/_single_comment.html") -> str:
    """A published comment (with its article) away from its thread, every address complete. No query."""
    with translation.override(language):
        article: Article = comment.article
        context = {
            "comment": comment,
            "article": article,
            "badge_label": Badge(comment.author_badge).label if comment.author_badge else "",
            "base": settings.base_url,
            "language": language,
        }
        return render_to_string(template, context).strip()
