"""The pictures of icons.svg as HTML: inside the page, since browsers fetch no part of a drawing from another origin."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

_FILE = Path(__file__).parent / "static" / "comments" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([a-z]+)" [^>]*>(.*?)</symbol>')


@cache
def icon_html(name: str) -> SafeString:
    """The picture of this name, in the colour and about the size of the text around it. Raises KeyError."""
    drawing = _drawings()[name]
    return mark_safe(  # noqa: S308 - a file of ours
        f'<svg class="mg-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{drawing}</svg>'
    )


@cache
def _drawings() -> dict[str, str]:
    return dict(_SYMBOL.findall(_FILE.read_text(encoding="utf-8")))
