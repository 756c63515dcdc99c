"""The discussion as one piece of HTML for pages elsewhere: the same for everybody, with every address complete."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from comments.conf import settings
from comments.discussion import Asked, build_public_discussion
from comments.models import Article
from comments.structured_data import structured_data
from comments.threads import read_page

# Attributes of ours that hold a path. A reader's words hold no such string: their quotation marks are escaped.
_PATH = re.compile(r'\b(href|action|formaction|data-mg-page)="/(?!/)')
_THIS_PAGE = re.compile(r'\bhref="\?')


@dataclass(frozen=True, slots=True)
class FragmentOptions:
    """What a page asks for: the thread alone, the structured data for search engines, no snippets of it in their results."""

    thread_only: bool = False
    with_structured_data: bool = False
    without_snippets: bool = False


def render_fragment(article: Article, asked: Asked, *, language: str, options: FragmentOptions) -> str:
    """The discussion of an article, which need not be stored yet, as everybody sees it. At most 7 queries."""
    page = reverse("comments:discussion", args=[article.site.slug, article.key])
    with translation.override(language):
        discussion = build_public_discussion(article, asked, page_path=page)
        name = "_thread.html" if options.thread_only else "_discussion.html"
        context = {
            "discussion": discussion,
            "article": article,
            "site": article.site,
            "without_snippets": options.without_snippets or article.site.is_kept_from_snippets,
        }
        html = render_to_string(f"comments/{name}", context)
        if options.with_structured_data and article.is_confirmed:
            first_page = read_page(article, sort=asked.sort)
            html += structured_data(article, first_page, is_kept_from_snippets=options.without_snippets)
    return complete_addresses(html, page_path=page)


def complete_addresses(html: str, *, page_path: str = "") -> SafeString:
    """HTML of ours with each address from scheme to end; those that only have parameters lead to `page_path`."""
    base = settings.base_url
    html = _THIS_PAGE.sub(f'href="{base}{page_path}?', html)
    return SafeString(_PATH.sub(rf'\1="{base}/', html))
