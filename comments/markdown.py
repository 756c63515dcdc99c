"""The part of Markdown that comments have, as a markdown-it parser whose rules lose no word and link to web pages only."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from comments.addresses import is_web_address, web_address
from comments.text import is_hidden, is_visible

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.utils import OptionsDict

LINK_REL: Final = "nofollow ugc noopener noreferrer"
# The `info` of a text token that shows where a link leads in place of what was typed.
SHOWN_TARGET: Final = "target"

# markdown-it drops what is nested deeper than _NESTING_LIMIT; before that is reached, the rest becomes one paragraph.
_NESTING_LIMIT: Final = 12
_DEEPEST_BLOCK: Final = 8

_SCHEME_BEFORE = re.compile(r"(?<![A-Za-z0-9+.\-])https?\Z", re.IGNORECASE)
_ADDRESS_CHARACTERS = re.compile('[^\\s<>"`|\\\\^\u00ab\u00bb\u2018-\u201f\u2039\u203a]+')
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_NOT_AT_THE_END = ".,;:!?'*_~\u2026([{"
# Endings by which a label that is one word is the name of a host, not of a file or a program: those of countries, and the common ones.
_ENDINGS: Final = (
    "[a-z]{2}|com|org|net|info|biz|name|edu|gov|news|online|shop|site|store|blog|live|media|press|email|cloud|berlin|hamburg"
    "|koeln|cologne|bayern|nrw|ruhr|saarland|wien|tirol|swiss|app|dev|top|xyz|club"
)
_LABEL_ADDRESS = re.compile(
    r"\s*(?:(?:https?://|www\.)(?P<marked>[^\s/?#:]+)"
    rf"|(?P<bare>[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS}))\.?(?::[0-9]+)?(?:[/?#]\S*)?\s*\Z)",
    re.IGNORECASE,
)
_NO_LINK: Final = -1


class CommentMarkdown(MarkdownIt):
    """Emphasis, strong, struck, code, quotes, lists, links and line breaks; raw HTML is text. Not to be shared by threads."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "breaks": True, "maxNesting": _NESTING_LIMIT})
        self.enable(["emphasis", "strikethrough", "backticks", "list", "blockquote", "link", "autolink"])
        # Not "entity": "&auml;" is shown as it was typed, so that nobody writes what readers see and checks do not.
        self.enable(["newline", "escape"])
        self.inline.ruler.at("emphasis", _mark_emphasis)
        # Bare addresses are found by a rule of our own in place of the library's: it takes time in proportion to the text,
        # keeps no state, and leaves an address that may not be a link alone to its end.
        self.inline.ruler.at("linkify", _link_bare_address)
        self.inline.ruler.enable("linkify")
        self.block.ruler.before("blockquote", "deep_text", _flatten_deep_block)
        self.core.ruler.before("text_join", "guard", _guard_inline)
        self.add_render_rule("text", _render_text)

    def normalizeLink(self, url: str) -> str:  # noqa: N802  named by the library, as are the next two
        """Return the address in the one form that may be linked, "" where no link may be."""
        return web_address(url) or ""

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """Return an address as it was typed: decoding it could bring hidden characters back."""
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Whether `normalizeLink` found an address that may be linked."""
        return is_web_address(url)


def _mark_emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """As the library's rule, but a single star within a word is a star: "Leser*innen und Autor*innen"."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    found = state.scanDelims(state.pos, canSplitWord=state.src.startswith("**", state.pos))
    for _number in range(found.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(marker), found.length, token, end=-1, open=found.can_open, close=found.can_close)
        )
    state.pos += found.length
    return True


def _link_bare_address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME_BEFORE.search(state.src[max(0, state.pos - 6) : state.pos])
    # A backslash before the address has taken its first letter: the writer wants no link.
    if scheme is None or not (silent or state.pending.endswith(scheme[0])):
        return False
    written = scheme[0] + "://" + _cut_address(state.src, state.pos + 3, state.posMax)
    if not silent:
        address = web_address(written)
        state.pending = state.pending.removesuffix(scheme[0])
        if address is None:
            state.pending += written
        else:
            state.push("link_open", "a", 1).attrs = {"href": address}
            state.push("text", "", 0).content = written
            state.push("link_close", "a", -1)
    state.pos += len(written) - len(scheme[0])
    return True


def _cut_address(text: str, start: int, end: int) -> str:
    """Return the address that begins at `start`, without closing brackets and punctuation that belong to the sentence."""
    match = _ADDRESS_CHARACTERS.match(text, start, end)
    address = match[0] if match else ""
    opened: list[str] = []
    for at, char in enumerate(address):
        if char in _BRACKETS.values():
            opened.append(char)
        elif char in _BRACKETS and (not opened or opened.pop() != _BRACKETS[char]):
            address = address[:at]
            break
    return address.rstrip(_NOT_AT_THE_END)


def _flatten_deep_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    if silent or state.level < _DEEPEST_BLOCK:
        return False
    after = first + 1
    while after < last and (state.isEmpty(after) or state.sCount[after] >= state.blkIndent):
        after += 1
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(first, after, state.blkIndent, keepLastLF=False).strip()
    inline.children = []
    state.push("paragraph_close", "p", -1)
    state.line = after
    return True


def _guard_inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = _guarded(token.children)


def _guarded(children: list[Token]) -> list[Token]:
    """Return inline tokens in which no link is inside a link, and each link shows where it leads.

    A link without an address becomes its text; one without text, or whose text names another host, shows its address.
    """
    kept: list[Token] = []
    openings: list[int] = []
    for token in children:
        if token.type == "link_open":
            is_link = bool(token.attrs.get("href")) and all(at == _NO_LINK for at in openings)
            openings.append(len(kept) if is_link else _NO_LINK)
            if not is_link:
                continue
            token.attrs = {"href": token.attrs["href"], "rel": LINK_REL}
        elif token.type == "link_close":
            opening = openings.pop()
            if opening == _NO_LINK:
                continue
            _show_target(kept, opening)
        kept.append(token)
    return kept


def _show_target(tokens: list[Token], opening: int) -> None:
    address = str(tokens[opening].attrs["href"])
    label = "".join(token.content for token in tokens[opening + 1 :])
    claimed = _LABEL_ADDRESS.match("".join(char for char in label if not is_hidden(char)))
    host = (claimed["marked"] or claimed["bare"]) if claimed else ""
    if any(map(is_visible, label)) and (not host or _host_of(f"http://{host}") == _host_of(address)):
        return
    text = Token("text", "", 0)
    text.content, text.info = address, SHOWN_TARGET
    tokens[opening + 1 :] = [text]


def _host_of(written: str) -> str:
    return (urlsplit(web_address(written) or "").hostname or "").removeprefix("www.")


def _render_text(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: MutableMapping[str, Any]
) -> str:
    # Quotation marks need no escaping between tags, and each escape costs the sanitisers time.
    return escape(tokens[at].content, quote=False)
