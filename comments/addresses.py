"""Which addresses a comment may link to: ordinary web pages, spelled so that every browser reads them alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

_ADDRESS_LIMIT = 2_000
_HOST_LIMIT = 253

_SPLIT = re.compile(r"(https?)://([^/?#:@\\]+)((?::[0-9]{1,5})?(?:[/?#].*)?)", re.IGNORECASE | re.DOTALL)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_CANONICAL = re.compile(
    rf"https?://((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9]))(?::([1-9][0-9]{{0,4}}))?(?:[/?#](?:[!#$&-;=?-\[\]_a-z~]|%[0-9a-f]{{2}})*)?",
    re.IGNORECASE,
)
_STEERS_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def web_address(raw: str) -> str | None:
    """Return the address as plain ASCII (host in Punycode, the rest percent-encoded), or None where no link should be.

    Accepted are http and https with a host name that has a dot and is no number, without user name or password, with a port
    up to 65535, without characters that are invisible or steer the direction of text. Never raises.
    """
    match = _SPLIT.fullmatch(raw) if len(raw) <= _ADDRESS_LIMIT else None
    if match is None or not all(map(_may_be_written, raw)):
        return None
    scheme, host, rest = match.groups()
    try:
        ascii_host = ".".join(map(_ascii_label, host.split(".")))
    except ValueError:
        return None
    # What is percent-encoded stays as it is; quote() leaves letters, digits and "_.-~" alone.
    ascii_rest = quote(_STRAY_PERCENT.sub("%25", rest), safe="%!#$&'()*+,/:;=?@[]")
    address = f"{scheme.lower()}://{ascii_host}{ascii_rest}"
    return address if is_web_address(address) else None


def is_web_address(address: str) -> bool:
    """Whether an address has exactly the form `web_address` returns: read by a pattern of our own and by the standard library."""
    match = _CANONICAL.fullmatch(address)
    if match is None or len(match[1]) > _HOST_LIMIT or int(match[2] or 0) > 65_535:
        return False
    try:
        parts = urlsplit(address)
        labels = [_is_honest_label(label) for label in match[1].split(".")]
    except ValueError:
        return False
    hidden = _STEERS_DIRECTION.search(unquote(address)) is not None
    return (
        not hidden
        and parts.scheme in {"http", "https"}
        and parts.hostname == match[1].lower()
        and parts.username is None
        and all(labels)
    )


def _may_be_written(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"} and char not in '\\"<>'


@lru_cache(maxsize=1024)
def _ascii_label(label: str) -> str:
    """Return one part of a host name in Punycode; ValueError (of which UnicodeError is one) when it cannot be one."""
    label = unicodedata.normalize("NFC", label.lower())
    if label.isascii():
        return label
    if len(label) > 63 or not all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in label):
        raise ValueError
    return "xn--" + label.encode("punycode").decode("ascii")


@lru_cache(maxsize=1024)
def _is_honest_label(label: str) -> bool:
    """Whether a part of a host name is what it claims to be; ValueError when it is no Punycode although it says so."""
    if not label.lower().startswith("xn--"):
        return True
    decoded = label[4:].encode("ascii").decode("punycode")
    return all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in decoded)
