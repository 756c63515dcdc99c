"""What a browser would see of the embedding in a page: tags in comments, templates and <noscript> are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

ELEMENT = "marginalia-comments"
INERT_TAGS = {"template", "noscript"}
_SCRIPT_PATH = re.compile(r"/embed/v[0-9][0-9.]*\.js")
_LOADED_ADDRESS = re.compile(r"https?://[^\s\"'<>]+/embed/v[0-9][0-9.]*\.js")


@dataclass(frozen=True, slots=True)
class ScriptTag:
    """A script tag that looks like ours, or a script in the page that loads ours; `address` is absolute."""

    address: str
    kind: str
    nonce: str
    has_integrity: bool
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class ElementTag:
    """A <marginalia-comments>; attributes that are missing are empty. `url` is absolute."""

    site: str
    key: str
    url: str
    isolation: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class EmbedPage:
    """A page as far as embedding goes. `policies` are Content-Security-Policies, of headers and of meta tags."""

    address: str
    scripts: tuple[ScriptTag, ...]
    elements: tuple[ElementTag, ...]
    canonicals: tuple[str, ...]
    policies: tuple[str, ...]
    has_other_uses: bool

    @property
    def canonical(self) -> str:
        """What the page calls its address, or an empty string."""
        return self.canonicals[0] if self.canonicals else ""

    def address_of(self, element: ElementTag) -> str:
        """The address the comments of an element are kept for."""
        return element.url or self.canonical or urldefrag(self.address).url


def read_page(*, address: str, html: str, policies: tuple[str, ...] = ()) -> EmbedPage:
    """The page at an absolute address; `policies` are the values of its Content-Security-Policy headers. Never raises."""
    parser = _Reader(address)
    parser.feed(html)
    parser.close()
    split = [part.strip() for policy in policies for part in policy.split(",")]
    return EmbedPage(
        address=address,
        scripts=tuple(parser.scripts),
        elements=tuple(parser.read_elements()),
        canonicals=tuple(dict.fromkeys(parser.canonicals)),
        policies=tuple(filter(None, (*split, *parser.policies))),
        has_other_uses=parser.has_other_uses,
    )


class _Reader(HTMLParser):
    """Collects; whatever a broken page holds, it goes on."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.base = address
        self.scripts: list[ScriptTag] = []
        self.canonicals: list[str] = []
        self.policies: list[str] = []
        self.has_other_uses = False
        self._elements: list[dict[str, str]] = []
        self._open: list[int] = []
        self._closed: set[int] = set()
        self._inert: list[str] = []
        self._script: dict[str, str] | None = None

    def read_elements(self) -> list[ElementTag]:
        return [
            ElementTag(
                site=found.get("site", "").strip(),
                key=found.get("article", "").strip(),
                url=self._join(found.get("url", "")),
                isolation=found.get("isolation", "").strip().lower(),
                is_closed=number in self._closed,
            )
            for number, found in enumerate(self._elements)
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # "/>" closes nothing in HTML: what follows becomes the content of an element of ours.
        self.handle_starttag(tag, attrs)
        if tag == ELEMENT and self._open:
            self._open.pop()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, str] = {}
        for name, value in attrs:
            found.setdefault(name, value or "")  # of two attributes of a name, browsers keep the first
        if tag in INERT_TAGS:
            self._inert.append(tag)
        elif not self._inert:
            self._look(tag, found)

    def handle_data(self, data: str) -> None:
        address = _LOADED_ADDRESS.search(data) if self._script is not None else None
        if address and self._script is not None:
            kind, nonce = _kind_and_nonce(self._script)
            self.scripts.append(ScriptTag(address[0], kind, nonce, has_integrity=False, is_inline=True))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None
        if self._inert and tag == self._inert[-1]:
            self._inert.pop()
        elif tag == ELEMENT and self._open and not self._inert:
            self._closed.add(self._open.pop())

    def _look(self, tag: str, found: dict[str, str]) -> None:
        self.has_other_uses |= "data-marginalia-count" in found or tag == "marginalia-comment"
        if tag == ELEMENT:
            self._open.append(len(self._elements))
            self._elements.append(found)
        elif tag == "script":
            self._look_at_script(found)
        elif tag == "base" and found.get("href"):
            self.base = self._join(found["href"])
        elif tag == "link" and "canonical" in found.get("rel", "").lower().split() and found.get("href"):
            self.canonicals.append(self._join(found["href"]))
        elif tag == "meta" and found.get("http-equiv", "").lower() == "content-security-policy":
            self.policies += [part.strip() for part in found.get("content", "").split(",")]

    def _look_at_script(self, found: dict[str, str]) -> None:
        address = self._join(found.get("src", ""))
        if not address:
            self._script = found
        elif _SCRIPT_PATH.search(_path(address)):
            kind, nonce = _kind_and_nonce(found)
            self.scripts.append(ScriptTag(address, kind, nonce, has_integrity=bool(found.get("integrity"))))

    def _join(self, address: str) -> str:
        """Absolute, or an empty string where there is nothing to join."""
        try:
            return urljoin(self.base, address.strip()) if address.strip() else ""
        except ValueError:
            return address.strip()


def _kind_and_nonce(found: dict[str, str]) -> tuple[str, str]:
    return found.get("type", "").strip().lower(), found.get("nonce", "")


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
