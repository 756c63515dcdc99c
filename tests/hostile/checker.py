"""Reads rendered HTML the way a suspicious stranger would: knows nothing of how it was made."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

ELEMENTS = {"p", "br", "a", "em", "strong", "s", "code", "blockquote", "ul", "ol", "li"}
ATTRIBUTES = {("a", "href"), ("a", "rel"), ("ol", "start")}
REL = "nofollow ugc noopener noreferrer"
_LOOKS_LIKE_MARKUP = re.compile(r"<[^\s<>]+[^<>]*>?")
# What browsers ignore before they read the scheme of an address, and inside it.
_IGNORED_IN_A_SCHEME = re.compile("[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if (tag, name) not in ATTRIBUTES:
                self.faults.append(f"attribute {tag}.{name}")
            elif name == "href":
                self._check_address(value or "")
            elif name == "rel" and value != REL:
                self.faults.append(f"rel {value}")
            elif name == "start" and not re.fullmatch(r"[0-9]{1,9}", value or ""):
                self.faults.append(f"start {value}")

    def _check_address(self, address):
        address = _IGNORED_IN_A_SCHEME.sub("", address)
        if not re.match(r"https?://[^/\\]", address, re.IGNORECASE):
            self.faults.append(f"address {address[:40]!r}")
            return
        try:
            parts = urlsplit(address)
        except ValueError:
            self.faults.append("unreadable address")
            return
        if "@" in parts.netloc or "\\" in address or "." not in (parts.hostname or ""):
            self.faults.append(f"host {parts.netloc!r}")

    def handle_comment(self, data):
        self.faults.append("comment")

    def handle_decl(self, decl):
        self.faults.append("declaration")

    def handle_pi(self, data):
        self.faults.append("processing instruction")

    def unknown_decl(self, data):
        self.faults.append("marked section")


def faults_in(html: str) -> list[str]:
    """Return everything that has no business in a comment: elements, attributes, addresses, half-written tags."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    half_written = [
        f"markup {match[0][:40]!r}"
        for match in _LOOKS_LIKE_MARKUP.finditer(html)
        if not re.fullmatch(r"</?[a-z]+(?: [a-z]+=\"[^\"<>]*\")*>", match[0])
    ]
    return reader.faults + half_written
