"""The desk's styles and script: the bytes in the best encoding that the browser takes."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from moderation.assets import desk_asset

FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def asset(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    """One of the two files. Under the digest of another release it is the present one, and is not kept."""
    try:
        built = desk_asset(kind)
    except KeyError as error:
        raise Http404(kind) from error
    accepted = request.headers.get("Accept-Encoding", "")
    known = {"br": built.brotli, "gzip": built.gzip}
    encoding = next((name for name in known if re.search(rf"\b{name}\b(?!;q=0(?:\.0*)?(?:,|$))", accepted)), "")
    response = HttpResponse(known.get(encoding, built.content), content_type=built.content_type)
    response.headers["Cache-Control"] = FOR_GOOD if digest == built.digest else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response
