"""The newspaper's two pages, as any host of the comment system would write them, and the way to the demo's other site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from comments.commentable import prefetch_counts
from demo.models import Article
from demo.newspaper import newspaper, section_anchor

TEASERS = 6


# The switch of the language gives each reader a cookie of their own.
@require_safe
@cache_control(private=True, no_cache=True)
def front(request: HttpRequest) -> HttpResponse:
    """The newest articles with their counts, in the reader's language, and what readers say. 4 queries, 5 for who is signed in."""
    articles = list(Article.objects.newest_first()[:TEASERS])
    prefetch_counts(articles)
    # An id stands once on a page, so only the first teaser of a section bears its anchor.
    first_of_section = {article.section: article for article in reversed(articles)}
    anchors = {article.pk: section_anchor(section) for section, article in first_of_section.items()}
    teasers = [(article, anchors.get(article.pk, "")) for article in articles]
    context = {"newspaper": newspaper(), "today": timezone.localdate(), "teasers": teasers}
    return render(request, "demo/front.html", context)


# The discussion shows readers their own waiting comments; no cache may keep that for somebody else.
@require_safe
@cache_control(private=True, no_store=True)
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article with its discussion, all of it in the language of the article."""
    found = get_object_or_404(Article, slug=slug)
    context = {"newspaper": newspaper(), "today": timezone.localdate(), "article": found}
    with override(found.language):
        response = render(request, "demo/article.html", context)
        response.headers["Content-Language"] = found.language
    return response


@require_safe
@cache_control(private=True, no_cache=True)
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Leads to the club's pages on their own origin, or says how to serve them. No query."""
    if settings.ELSEWHERE_URL:
        return redirect(f"{settings.ELSEWHERE_URL}/")
    context = {"newspaper": newspaper(), "today": timezone.localdate(), "base_url": settings.BASE_URL}
    return render(request, "demo/elsewhere.html", context)
