"""The widget's script, and the page for publishers who want it in a frame."""

from __future__ import annotations

import json
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from comments.access import get_site_or_404
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.conf import settings
from comments.embed_script import VERSION, EmbedScript, embed_script
from comments.origins import canonical_origin

MOVING = Freshness(max_age=300, stale_while_revalidate=86_400)
FOR_GOOD = "public, max-age=31536000, immutable"
_CONTENT_TYPE = "text/javascript; charset=utf-8"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_THEMES = frozenset({"light", "dark", "auto"})
_PASSED_ON = ("url", "title", "sort")


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script under the address that always means the newest of version 1; kept for five minutes."""
    return _script_response(request, embed_script())


@require_safe
def versioned_script(request: HttpRequest, version: str) -> HttpResponse:
    """The script of exactly one release; kept for good. Raises Http404 for one there never was."""
    try:
        built = embed_script(version)
    except FileNotFoundError as error:
        raise Http404(version) from error
    response = _script_response(request, built)
    response.headers["Cache-Control"] = FOR_GOOD
    return response


@require_safe
def script_facts(_request: HttpRequest) -> HttpResponse:
    """Which release this is, its address and what to write into `integrity`, for publishers who pin it."""
    address = f"{settings.base_url}/embed/v{VERSION}.js"
    facts = {"version": VERSION, "src": address, "integrity": embed_script().integrity}
    content = json.dumps(facts).encode()
    return PublicResponse(content, etag=make_etag("script", facts), freshness=MOVING, content_type="application/json")


@require_safe
def frame(request: HttpRequest, site: str, key: str) -> HttpResponseBase:
    """The discussion as a page to be framed by one of the site's own origins, and by no other. 1 query.

    `origin` is the page around it: the height is told to nobody else. Raises Http404 for an origin that is not the site's.
    """
    origins = get_site_or_404(site).origins
    origin = request.GET.get("origin", "")
    if canonical_origin(origin) != origin or origin not in origins:
        raise Http404(origin)
    language = request.GET.get("lang", "")
    theme = request.GET.get("theme", "")
    context = {
        "site": site,
        "key": key,
        "origin": origin,
        "language": language if _LANGUAGE.fullmatch(language) else "de",
        "theme": theme if theme in _THEMES else "",
        "attributes": {name: request.GET[name] for name in _PASSED_ON if request.GET.get(name)},
    }
    response = render(request, "comments/frame.html", context)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {' '.join(origins)}"
    )
    response.xframe_options_exempt = True
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _script_response(request: HttpRequest, built: EmbedScript) -> HttpResponse:
    """The bytes in the best encoding the caller takes."""
    accepted = request.headers.get("Accept-Encoding", "")
    known = {"br": built.brotli, "gzip": built.gzip}
    encoding = next((name for name in known if re.search(rf"\b{name}\b(?!;q=0(?:\.0*)?(?:,|$))", accepted)), "")
    etag = make_etag("script", built.integrity, encoding)
    is_known = is_confirmed(request, etag)
    content = b"" if is_known else known.get(encoding, built.content)
    response = PublicResponse(
        content, etag=etag, freshness=MOVING, content_type=_CONTENT_TYPE, status=304 if is_known else 200
    )
    if encoding and not is_known:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
