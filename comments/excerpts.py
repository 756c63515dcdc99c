"""A published comment in words alone: for search engines, previews, lists and mails, where no markup may stand."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from comments.text import balance_bidi, clean_line

if TYPE_CHECKING:
    from comments.models import Comment

EXCERPT_LENGTH = 200
_LINE_END = re.compile(r"</(?:p|li|blockquote)>|<br>")
# Stored text has no ">" inside its tags: what may be in a link is percent-encoded.
_TAG = re.compile(r"<[^>]*>")

# What mail programs make a link of though nobody marked it as one.
_COLON = re.compile(
    r":(?=//)|(?<=\bmailto):|(?<=\b(?:tel|sms|sip|geo)):|(?<=\b(?:data|news|xmpp|sips)):", re.IGNORECASE
)
_AT = re.compile(r"(?<=\S)@(?=\S)")
# Before the end of a domain: two letters at least, so that "z.B." stays as it is. U+3002 is also a full stop.
_HOST_DOT = re.compile(r"(?<=[^\s.])(?:[.\u2024\uff0e\uff61](?=[^\W\d_][^\s.,;:!?)\"'»“”])|\u3002(?=[A-Za-z]{2}))")
_HOST_NUMBER = re.compile(r"(?<!\d)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?!\d)")


def plain_text(public_html: str) -> str:
    """The words of a published text, paragraphs and list items on lines of their own. Not HTML: escape it like any text."""
    text = unescape(_TAG.sub("", _LINE_END.sub("\n", public_html)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def excerpt(public_html: str, length: int = EXCERPT_LENGTH) -> str:
    """The beginning of a published text on one line, at most `length` characters and whole words where that is possible."""
    text = plain_text(public_html).replace("\n", " ")
    return balance_bidi(_shorten(text, length))


def without_links(text: str) -> str:
    """A text on one line in which no mail program finds an address to make a link of; what it says can still be read.

    "https://evil.example" becomes "https[:]//evil[.]example", "a@evil.example" becomes "a[at]evil[.]example".
    """
    text = _COLON.sub("[:]", clean_line(text))
    text = _HOST_DOT.sub(lambda match: f"[{match[0]}]", _AT.sub("[at]", text))
    return _HOST_NUMBER.sub(r"\1[.]\2[.]\3[.]\4", text)


def first_lines(comment: Comment) -> str:
    """The beginning of a published comment, to show what is being answered."""
    return excerpt(comment.public_html)


def quote_lines(text: str) -> str:
    """Plain text as a Markdown quotation, each line a paragraph of it, with room below for the answer; empty for none."""
    return "\n>\n".join(f"> {line}" for line in text.splitlines()) + "\n\n" if text else ""


def _shorten(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    last_space = kept.rfind(" ")
    # A very long word is cut where it is too long; no word is given up for less than half of the text.
    if text[length - 1] != " " and last_space > length // 2:
        kept = kept[:last_space]
    return kept.rstrip(" ,;:–—-") + "…"
