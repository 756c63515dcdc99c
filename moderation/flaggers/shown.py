"""What a page shows of a text, with the way back to the source: Markdown takes its marks away, also from within words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from comments.markdown import SHOWN_TARGET, CommentMarkdown
from comments.markup import is_affordable
from moderation.flaggers.spelling import Traced

if TYPE_CHECKING:
    from markdown_it.token import Token

# Shows nothing, stands in no text that has been cleaned, and disappears when a text is folded.
FILLER: Final = "\u2060"

# Without any of them a page shows all of a text; the quotation and list marks at the start of a line are in no word.
_MARKS = re.compile(r"[*_~`\[\\]")
_LABEL_END = re.compile(r"[*_~`]*+\]\(")
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# A comment is looked at by several flaggers, one after the other.
_TEXTS_KEPT: Final = 32

_lock = threading.Lock()
_markdown = CommentMarkdown()
# Joined, what a backslash stood in would no longer be a stretch of the source.
_markdown.core.ruler.disable("text_join")


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of the page: its address, and the stretch of the source that readers see of it."""

    address: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shown(Traced):
    """The words of the page, its lines and paragraphs apart, the links among them that Markdown may have made, the stretches of the
    source that are code, with its marks, and the places in the text of addresses that the page adds to links."""

    links: tuple[PageLink, ...] = ()
    code: tuple[tuple[int, int], ...] = ()
    added: frozenset[int] = frozenset()


@lru_cache(maxsize=_TEXTS_KEPT)
def shown(source: str) -> Shown:
    """What the page shows of a cleaned text. Linear; where there is no mark of Markdown it is the text itself."""
    if not _MARKS.search(source) or not is_affordable(source):
        return Shown(source, range(len(source)))
    with _lock:
        tokens = _markdown.parse(source)
    page = _Tracing(source)
    for token in tokens:
        if token.type == "inline":
            page.add_block(token.children or [])
    text = "".join(page.parts)
    return Shown(text, tuple(page.origins), tuple(page.links), tuple(page.code), frozenset(page.added))


def unmarked(source: str) -> str:
    """The text with a FILLER in place of each mark that Markdown takes out of a word, every other character where it was."""
    page = shown(source)
    if page.text == source:
        return source
    chars = list(source)
    for at in range(1, len(page.text)):
        before, after = page.origins[at - 1] + 1, page.origins[at]
        if before < after and page.text[at - 1].isalnum() and page.text[at].isalnum():
            chars[before:after] = FILLER * (after - before)
    return "".join(chars)


def own_words(source: str, *, with_addresses: bool = False) -> str:
    """The author's own words, each character where it was: quoted lines, code and (unless they are asked for) addresses blanked
    out, a FILLER in place of each mark that Markdown takes out of a word.

    Code is what the page shows as code; a word that is partly code is a word.
    """
    text = unmarked(source)
    chars = list(without_quoted_lines(text))
    for start, end in shown(source).code:
        if FILLER not in (text[start], text[end - 1]):
            chars[start:end] = " " * (end - start)
    own = "".join(chars)
    return own if with_addresses else _blank_out(_ADDRESS, own)


def without_quoted_lines(text: str) -> str:
    """The text with quoted lines blanked out, each character where it was."""
    return _blank_out(_QUOTED_LINE, text)


def _blank_out(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


class _Tracing:
    """Finds one stretch of the page after the other in the source, never behind the place where it stands there."""

    def __init__(self, source: str) -> None:
        self.parts: list[str] = []
        self.origins: list[int] = []
        self.links: list[PageLink] = []
        self.code: list[tuple[int, int]] = []
        self.added: set[int] = set()
        self._source = source
        # Within code a line's end is shown as a space.
        self._flat = source.replace("\n", " ")
        self._at = 0

    def add_block(self, children: Iterable[Token]) -> None:
        if self.parts:
            self._add("\n\n", -1)
        address, opening = "", 0
        for token in children:
            if token.type == "link_open":
                address, opening = str(token.attrs["href"]), len(self.origins)
            elif token.type == "link_close":
                self.links.append(PageLink(address, self.origins[opening], self.origins[-1] + 1))
                self._pass_destination()
            elif token.type in ("softbreak", "hardbreak"):
                self._add("\n", -1)
            elif token.type == "code_inline":
                self._add_code(token)
            elif token.info == SHOWN_TARGET:
                self.added.update(range(len(self.origins), len(self.origins) + len(token.content)))
                self._add(token.content, -1)
            else:
                self._add(token.content, self._flat.find(token.content, self._at))

    def _add(self, content: str, start: int) -> None:
        """Content that stands at `start`; -1 for what the page shows and the source does not have."""
        self.parts.append(content)
        if start < 0:
            self.origins += [min(self._at, len(self._source) - 1)] * len(content)
        else:
            self._at = start + len(content)
            self.origins += range(start, self._at)

    def _add_code(self, token: Token) -> None:
        start = max(self._at, self._source.find(token.markup, self._at))
        self._at = start + len(token.markup)
        closing = re.compile(f"(?<!`){token.markup}(?!`)").search(self._source, self._at)
        end = closing.end() if closing else self._at
        self._add(token.content, self._flat.find(token.content, self._at, end))
        self._at = end
        self.code.append((start, end))

    def _pass_destination(self) -> None:
        if opening := _LABEL_END.match(self._source, self._at):
            self._at = max(opening.end(), self._source.find(")", opening.end()))
