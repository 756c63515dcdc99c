"""Comment text to safe HTML, and to plain text. The only module that knows the sanitisers.

A small part of Markdown: paragraphs, line breaks, *emphasis*, **strong**, ~~struck~~, `code`, > quotes, lists, links.
HTML that somebody types, its entities (&auml;) included, is shown as typed, and so is a single star within a word: "Leser*innen".
Between the text and the page stand, one behind the other,

1. markdown-it-py with raw HTML off and link rules of our own,
2. the sanitisers named in the setting COMMENTS_SANITIZERS (bleach, then nh3; removing a name removes that wall),
3. `find_fault`, which reads the finished HTML with another parser and trusts none of the others.

Quotation marks of the text are written `&quot;`. So no words can pass for an attribute of the page around them, in which
prepared HTML is completed by searching for attributes of ours.

Text that would cost too much, that loses everything visible, or whose HTML is found at fault is shown as plain paragraphs.
Whoever shows the HTML puts it inside an element with dir="auto": the text may run in either direction.
"""

from __future__ import annotations

import logging
import re
import threading
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import bleach.sanitizer
import nh3
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.safestring import SafeString, mark_safe

from comments.addresses import is_web_address
from comments.markdown import LINK_REL, CommentMarkdown
from comments.text import balance_bidi, clean_body, is_visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it.token import Token

logger = logging.getLogger(__name__)

# Raise it when the same text would give other HTML than before. It is stored with each text, so older HTML can be found.
RENDER_VERSION: Final = 5

TAGS: Final = frozenset({"p", "br", "a", "em", "strong", "s", "code", "blockquote", "ul", "ol", "li"})
_INLINE: Final = frozenset({"a", "em", "strong", "s", "code"})
_DEFAULT_SANITIZERS: Final = ("bleach", "nh3")

# Every element costs the sanitisers 50 to 100 microseconds, so the number of elements a text can make is limited:
# 350 lines, 350 emphasised words or 87 links, several times what people write in a comment of the greatest length.
_MARKUP_BUDGET: Final = 700
_MARKUP_LENGTH: Final = 20_000

_TAG = re.compile(
    rf'</?(?:{"|".join(sorted(TAGS - {"br"}))})>|<br>|<ol start="[0-9]{{1,9}}">|<a href="[^"<>\s]+" rel="{LINK_REL}">'
)
_TAG_OR_QUOTE = re.compile(r'<[^<>]*>|"')


def render(source: str) -> SafeString:
    """Return the HTML of a comment: listed elements only, links to web pages only, nothing that runs or loads.

    Defined for every string; text that is not normalised is cleaned first. Never raises, except ImproperlyConfigured for
    a wrong COMMENTS_SANITIZERS. At most about 50 ms for a comment of the greatest length.
    """
    source = clean_body(source)
    if not is_affordable(source):
        return _render_plain(source)
    html: str = _workshop.markdown.render(source)
    for wall in _chosen_walls():
        html = wall(html)
    html = _escape_quotes(html.strip())
    fault = find_fault(html)
    if fault:
        logger.warning("Rendered text did not pass the final check (%s); it is shown as plain text.", fault)
    if fault or not _shows_something(html):
        return _render_plain(source)
    return mark_safe(html)  # noqa: S308  what this module is for


def to_plain(source: str) -> str:
    """Return a comment as plain text for mails and feeds: one line per paragraph, markup removed, of links their text alone.

    List items keep their number or a dash, quoted paragraphs the "> " mails use.
    """
    source = clean_body(source)
    if not is_affordable(source):
        return source
    text = clean_body("\n".join(_plain_lines(_workshop.markdown.parse(source))))
    return text if any(map(is_visible, text)) else source


def find_fault(html: str) -> str | None:
    """Return what is wrong with rendered HTML in a few words, or None when it holds only what this module may produce."""
    words = _TAG.sub("", html)
    if "<" in words:
        return "tag"
    if '"' in words:
        return "quotation mark"
    check = _OutputCheck()
    try:
        check.feed(html)
        check.close()
    except _FaultError as fault:
        return str(fault)
    if check.open_elements:
        return "element left open"
    text = "".join(check.text)
    return "direction left open" if balance_bidi(text) != text else None


class _FaultError(Exception):
    """The reason why HTML is refused; never any of its text, since it goes to the log."""


class _OutputCheck(HTMLParser):
    """Reads finished HTML; raises _FaultError at the first thing that is not listed, keeps the text with its line breaks."""

    ATTRIBUTES: Final = {"a": ["href", "rel"], "ol": ["start"]}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_elements: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise _FaultError("element")
        names = [name for name, _ in attrs]
        if names and names != self.ATTRIBUTES.get(tag):
            raise _FaultError("attribute")
        if tag == "a" and ("a" in self.open_elements or not is_web_address(dict(attrs).get("href") or "")):
            raise _FaultError("link")
        if tag != "br":
            self.open_elements.append(tag)
        if tag not in _INLINE:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if not self.open_elements or self.open_elements.pop() != tag:
            raise _FaultError("end tag")
        if tag not in _INLINE:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise _FaultError("self-closing tag")

    def handle_comment(self, data: str) -> None:
        raise _FaultError("comment")

    def handle_decl(self, decl: str) -> None:
        raise _FaultError("declaration")

    def handle_pi(self, data: str) -> None:
        raise _FaultError("processing instruction")

    def unknown_decl(self, data: str) -> None:
        raise _FaultError("declaration")


class _Workshop(threading.local):
    """The parsers. bleach and markdown-it keep state while they work, so each thread has its own."""

    def __init__(self) -> None:
        self.markdown = CommentMarkdown()
        # Every sanitiser by its name in COMMENTS_SANITIZERS.
        self.walls: dict[str, Callable[[str], str]] = {
            "bleach": bleach.sanitizer.Cleaner(
                tags=TAGS,
                attributes={"a": ["href", "rel"], "ol": ["start"]},
                protocols={"http", "https"},
                strip=True,
            ).clean,
            "nh3": nh3.Cleaner(
                tags=set(TAGS),
                attributes={"a": {"href"}, "ol": {"start"}},
                url_schemes={"http", "https"},
                url_relative="deny",
                link_rel=LINK_REL,
            ).clean,
        }


_workshop = _Workshop()


def _chosen_walls() -> list[Callable[[str], str]]:
    names = getattr(settings, "COMMENTS_SANITIZERS", _DEFAULT_SANITIZERS)
    if not names or not set(names) <= set(_workshop.walls):
        raise ImproperlyConfigured(
            f"COMMENTS_SANITIZERS must name one or more of {sorted(_workshop.walls)}, not {names!r}."
        )
    return [_workshop.walls[name] for name in names]


def is_affordable(source: str) -> bool:
    """Whether a cleaned text has so little markup that it is rendered as such; other text is shown as plain paragraphs."""
    cost = sum(map(source.count, "*_~`[]<>&\\")) + 2 * source.count("\n") + 8 * source.count("://")
    return cost <= _MARKUP_BUDGET and len(source) <= _MARKUP_LENGTH


def _shows_something(html: str) -> bool:
    return any(map(is_visible, unescape(_TAG.sub("", html))))


def _escape_quotes(html: str) -> str:
    """HTML with every quotation mark outside its tags as a reference; what is no tag of ours is left to `find_fault`."""
    return _TAG_OR_QUOTE.sub(lambda found: "&quot;" if found[0] == '"' else found[0], html)


def _render_plain(source: str) -> SafeString:
    """Return cleaned text as paragraphs, character for character, without a link or any other markup."""
    paragraphs = (escape(text, quote=False).replace('"', "&quot;") for text in re.split("\n\n+", source) if text)
    return mark_safe("\n".join(f"<p>{text.replace(chr(10), '<br>' + chr(10))}</p>" for text in paragraphs))  # noqa: S308


def _plain_lines(tokens: Sequence[Token]) -> Iterator[str]:
    quotes = 0
    marker = ""
    for token in tokens:
        if token.tag == "blockquote":
            quotes += token.nesting
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline":
            yield "> " * quotes + marker + "".join(map(_plain_inline, token.children or []))
            marker = ""


def _plain_inline(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
