"""Snippets of the how-to pages, exactly as a reader copies them."""

from __future__ import annotations

import re
import textwrap
from functools import cache

from config.env import PROJECT_DIR

COMMENTS, NEWS = "https://comments.example", "https://news.example"


@cache
def snippets(name: str) -> list[tuple[str, str, str]]:
    """Heading, language and text of each snippet of docs/how-to/<name>.md, in their order."""
    found = []
    heading = ""
    text = (PROJECT_DIR / f"docs/how-to/{name}.md").read_text(encoding="utf-8")
    for match in re.finditer(r"^#+ ([^\n]+)$|^( *)```(\w+)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        if match[1]:
            heading = match[1]
        else:
            found.append((heading, match[3], textwrap.dedent(match[4])))
    return found


def snippet(heading: str, language: str, number: int = 0, *, name: str = "embed-in-ten-minutes") -> str:
    """One of them, by the heading it stands under."""
    return [text for at, kind, text in snippets(name) if (at, kind) == (heading, language)][number]
