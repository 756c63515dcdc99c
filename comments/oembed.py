"""oEmbed (https://oembed.com): a page that knows the permalink of a comment asks here for what to show in its place."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.api.public import PublicResponse, is_confirmed, make_etag
from comments.conf import settings
from comments.embed_comment import FRESHNESS, get_quotable_comment_or_404, render_single
from comments.excerpts import plain_text
from comments.models import Comment
from comments.models.identifiers import PUBLIC_ID_PATTERN
from comments.origins import canonical_origin
from comments.prepared import interface_language

WIDTH, MIN_WIDTH = 600, 200
# For the estimate of the height, in pixels: a line of text, a letter in it, and everything around the text.
_LINE, _LETTER, _AROUND = 27, 8, 96
_IDENTIFIER = re.compile(rf".*/({PUBLIC_ID_PATTERN})/", re.DOTALL)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """How to show the comment whose permalink is `url`: JSON of the type `rich`, for everybody. 1 query.

    404 for every other address and for a comment that is not published, 501 for a format other than JSON.
    """
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=HTTPStatus.NOT_IMPLEMENTED)
    comment = get_quotable_comment_or_404(_public_id(request.GET.get("url", "")))
    language = interface_language(comment.article.language)
    width = _width(request.GET.get("maxwidth", ""))
    height = _at_most(_estimate_height(comment, width), request.GET.get("maxheight", ""))
    answer = _answer(comment, language) | {"width": width, "height": height}
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    etag = make_etag("oembed", text)
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, language=language, status=304)
    return PublicResponse(text.encode(), etag=etag, freshness=FRESHNESS, language=language)


def _answer(comment: Comment, language: str) -> dict[str, object]:
    site = comment.site
    with translation.override(language):
        title = _("%(name)s on “%(title)s”") % {"name": comment.author_name, "title": comment.article.title}
    return {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "author_name": comment.author_name,
        "provider_name": site.name,
        "provider_url": site.home_url or settings.base_url,
        "cache_age": FRESHNESS.max_age,
        "html": render_single(comment, language=language, template="comments/_quoted_comment.html"),
    }


def _public_id(address: str) -> str:
    """The identifier in a permalink of ours. Raises Http404 for every other address; what follows ? or # does not count."""
    is_ours = canonical_origin(address) == canonical_origin(settings.base_url)
    path = urlsplit(address).path if is_ours else ""
    found = _IDENTIFIER.fullmatch(path)
    if found is None or path != reverse("comments:permalink", args=[found[1]]):
        raise Http404(_("There is nothing here."))
    return found[1]


def _width(asked: str) -> int:
    return max(_at_most(WIDTH, asked), MIN_WIDTH)


def _at_most(value: int, asked: str) -> int:
    """The value, or what was asked for if that is a smaller number; nonsense counts as nothing."""
    return min(value, int(asked)) if re.fullmatch("[1-9][0-9]{0,4}", asked) else value


def _estimate_height(comment: Comment, width: int) -> int:
    """About how many pixels high the comment will be: no server can measure the letters of a page it does not see."""
    per_line = width // _LETTER
    lines = sum(1 + len(line) // per_line for line in plain_text(comment.public_html).split("\n"))
    return _AROUND + _LINE * lines
