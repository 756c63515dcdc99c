"""Links: too many of them, or one that hides where it leads.

What counts as an address is what `comments.markup` links: http and https with their scheme, bare or in Markdown, where it may
be disguised by backslashes and entities. Besides those that start with "www." or with the name of a known shortener and a slash,
which are no links on the page but are meant as such.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from comments.addresses import web_address
from comments.screening import Finding, ScreeningInput, Span
from moderation.conf import settings
from moderation.enums import Action
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.letters import SMALL_CAPITALS
from moderation.flaggers.shown import PageLink, shown

_MANY = gettext_noop("Contains %(count)s links to other sites.")
_SHORTENED = gettext_noop("Contains a shortened link, which hides where it leads: %(host)s")
_NUMBER = gettext_noop("Contains a link to a number instead of a name: %(host)s")
_IMITATION = gettext_noop("Contains a link that looks like another one: %(host)s")
_LINK_LABEL = gettext_noop("Link")
_SHORTENED_LABEL = gettext_noop("Shortened link")
_NUMBER_LABEL = gettext_noop("Link to a number")
_IMITATION_LABEL = gettext_noop("Look-alike link")

_SHORTENER_NAMES: Final = """
    adf.ly amzn.to bit.do bit.ly bitly.com bl.ink buff.ly chng.it clck.ru cli.gs cutt.ly dlvr.it fb.me goo.gl hyperurl.co
    is.gd j.mp kurzelinks.de kutt.it link.ly lnk.bio lnkd.in ogy.de ow.ly qr.ae rb.gy rebrand.ly s.id short.io shorte.st
    shorturl.at shrtco.de soo.gd spoo.me t.co t.ly t1p.de t2m.io tiny.cc tiny.one tinyurl.com tr.im u.nu urlz.fr v.gd
    vu.fr x.co zpr.io
"""
SHORTENERS: Final = frozenset(_SHORTENER_NAMES.split())

_START = re.compile(
    r"(?<![A-Za-z0-9+.\-])(?:https?://|www\.(?=[^\s.])|(?<![\w@/])(?P<bare>[a-z0-9]{1,12}+\.[a-z]{2,4}+)/(?=[^\s/]))",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS_CHARACTERS = re.compile('[^\\s<>"`|\\\\^\u00ab\u00bb\u2018-\u201f\u2039\u203a]*+')
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_NOT_AT_THE_END: Final = ".,;:!?'*_~\u2026([{"
# Whatever stands before the last @ names no host (https://url.spec.whatwg.org/#authority-state).
_HOST = re.compile(r"(?:https?://)?(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_NUMBER_HOST = re.compile(r"\[.*\]|(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+))*", re.IGNORECASE)
# Alphabets with letters that pass for Latin ones, and the small letters of them that are drawn exactly like Latin ones.
_IMITATING: Final = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_DRAWN_ALIKE: Final = frozenset(
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf"
    "\u03bf\u03b1\u03bd\u03c1\u03c5\u03b9\u0570\u0578\u057d\u0585"
)
# Latin to Unicode and of no language: small capitals, the a and g of phonetic script, and a j without its dot.
_OF_NO_LANGUAGE: Final = frozenset([*map(chr, SMALL_CAPITALS), "\u0237", "\u0251", "\u0261"])
# The dotless i is a letter of Turkish, where a reader looks for it.
_DOTLESS_I, _TURKISH = "\u0131", "tr"

_LABEL_LENGTH: Final = 63
_HOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text; `host` in small letters, Punycode read, without "www." and port. `names_somebody`: user@host."""

    start: int
    end: int
    address: str
    host: str
    names_somebody: bool


class LinksFlagger:
    """Counts links and looks at their hosts; inline, linear."""

    name = "links"
    version = "5"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()
    decides = (Action.REJECT,)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """The gravest thing about the links; all of them are marked."""
        links = [link for link in find_links(comment.body) if not is_own_host(link.host, site.own_hosts)]
        spans = [Span(link.start, link.end, _label(link)) for link in links]
        for label, message, score in _CONCERNS:
            for link in links:
                if _label(link) == label:
                    parameters = {"host": link.host[:_HOST_SHOWN]}
                    return flagged(self, message, parameters, score=score, clause="no-advertising", spans=spans)
        count = len({_place(link.address) for link in links})
        if count > settings.links_allowed:
            score = min(1.0, 0.4 + count / 10)
            return flagged(self, _MANY, {"count": count}, score=score, clause="no-advertising", spans=spans)
        return clear(self)


# From grave to harmless: label, message, score.
_CONCERNS: Final = (
    (_IMITATION_LABEL, _IMITATION, 0.9),
    (_NUMBER_LABEL, _NUMBER, 0.8),
    (_SHORTENED_LABEL, _SHORTENED, 0.6),
)


def find_links(text: str) -> list[Link]:
    """Every address of a text, in order: those that are written out, and those that the page links and the source disguises."""
    written = list(_written_links(text))
    if not (linked := shown(text).links):
        return written
    written = [link for link in written if not _goes_on(link, text, linked)]
    addresses = {web_address(link.address) for link in written}
    hidden = (
        Link(link.start, link.end, link.address, _readable(urlsplit(link.address).hostname or ""), names_somebody=False)
        for link in linked
        if link.address not in addresses
    )
    return sorted([*written, *hidden], key=lambda link: link.start)


def _goes_on(link: Link, text: str, linked: tuple[PageLink, ...]) -> bool:
    """Whether a backslash ends an address that goes on behind it on the page, and which nothing there leads to by itself."""
    if not text.startswith("\\", link.end):
        return False
    address = web_address(link.address) or link.address.casefold()
    pages = {one.address for one in linked}
    return address not in pages and any(one.startswith(address) for one in pages)


def _place(address: str) -> str:
    """Where an address leads, however it is spelled."""
    whole = address if _SCHEME.match(address) else f"https://{address}"
    return _SCHEME.sub("", web_address(whole) or whole, count=1).removeprefix("www.").rstrip("/")


def _written_links(text: str) -> Iterator[Link]:
    end = 0
    for match in _START.finditer(text):
        if match.start() < end or (match["bare"] and match["bare"].lower() not in SHORTENERS):
            continue
        address = match[0] + _cut(text, match.end())
        end = match.start() + len(address)
        host = _HOST.match(address)
        if host is not None and host[1]:
            yield Link(match.start(), end, address, _readable(host[1]), "@" in address[: host.end(1)])


def _cut(text: str, start: int) -> str:
    """The rest of an address, without closing brackets and punctuation that belong to the sentence around it."""
    match = _ADDRESS_CHARACTERS.match(text, start)
    address = match[0] if match else ""
    opened: list[str] = []
    for at, char in enumerate(address):
        if char in _BRACKETS.values():
            opened.append(char)
        elif char in _BRACKETS and (not opened or opened.pop() != _BRACKETS[char]):
            address = address[:at]
            break
    return address.rstrip(_NOT_AT_THE_END)


def _readable(host: str) -> str:
    labels = [_decoded(label) for label in host.lower().rstrip(".").split(".")]
    return ".".join(labels).removeprefix("www.")


def _decoded(label: str) -> str:
    if not label.startswith("xn--") or not label.isascii() or len(label) > _LABEL_LENGTH:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def _label(link: Link) -> str:
    if link.names_somebody or _is_imitation(link.host):
        return _IMITATION_LABEL
    if _NUMBER_HOST.fullmatch(link.host):
        return _NUMBER_LABEL
    return _SHORTENED_LABEL if link.host in SHORTENERS else _LINK_LABEL


def _is_imitation(host: str) -> bool:
    """Whether a part of a host name mixes Latin with a similar alphabet, or is made of such letters only before an ending in
    Latin ones: who reads an ending in Cyrillic reads all of it so. Or whether it has an i without its dot, unless it is Turkish."""
    labels = host.split(".")
    if _DOTLESS_I in host and labels[-1] != _TURKISH:
        return True
    return any(_is_mixed(label) or (labels[-1].isascii() and _is_drawn_alike(label)) for label in labels)


def _is_mixed(label: str) -> bool:
    letters = [char for char in label if char.isalpha()]
    return 0 < sum(map(_is_foreign, letters)) < len(letters)


def _is_drawn_alike(label: str) -> bool:
    letters = [char for char in label if char.isalpha()]
    return bool(letters) and _DRAWN_ALIKE.issuperset(letters)


def _is_foreign(char: str) -> bool:
    return char in _OF_NO_LANGUAGE or unicodedata.name(char, "").split(" ")[0] in _IMITATING


def is_own_host(host: str, own_hosts: frozenset[str]) -> bool:
    """Whether a host name, as that of a Link, belongs to the site."""
    # Origins have Punycode as browsers send them, and the hosts of links are read.
    return any(host == own or host.endswith(f".{own}") for own in map(_readable, own_hosts))
