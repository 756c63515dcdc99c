"""Origins of web pages, compared as what they are: scheme, host and port."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def canonical_origin(address: str) -> str | None:
    """The origin of an http(s) address as "scheme://host" or "scheme://host:port"; None when it has none to trust.

    Refused: other schemes, user names, backslashes, white space and control characters anywhere, hosts that are not plain
    DNS names or IPv4 addresses after IDNA encoding, a trailing dot, a broken port. Browsers and servers disagree on such
    addresses, and every disagreement is a way around a list of origins.
    """
    if _UNSAFE.search(address.split("?", 1)[0].split("#", 1)[0]):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode("ascii").lower()
    except ValueError:  # UnicodeError is one, too
        return None
    if (
        "@" in parts.netloc
        or parts.scheme not in DEFAULT_PORTS
        or not all(_LABEL.fullmatch(label) for label in host.split("."))
    ):
        return None
    if port in (None, DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def is_from_origins(address: str, origins: list[str]) -> bool:
    """Whether an address lies on one of the (canonical) origins."""
    origin = canonical_origin(address)
    return origin is not None and origin in origins
