"""Whether a Content-Security-Policy lets an address in. https://www.w3.org/TR/CSP3/#match-url-to-source-list"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
# Which directive is asked when the one before is not there.
FALLBACKS = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}
_SOURCE = re.compile(
    r"(?:([a-z][a-z0-9+.-]*)://)?(\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::([0-9]{1,5}|\*))?(/.*)?", re.I
)

Directives = dict[str, list[str]]


def read_policy(policy: str) -> Directives:
    """Directive to sources; of a directive that stands twice, the first."""
    directives: Directives = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        if name:
            directives.setdefault(name.lower(), sources)
    return directives


def sources_for(directives: Directives, kind: str) -> tuple[str, list[str]] | None:
    """The directive that decides about a kind of load, with its sources; None when the policy says nothing of it."""
    return next(((name, directives[name]) for name in FALLBACKS[kind] if name in directives), None)


def is_let_in(address: str, sources: list[str], *, page: str, nonce: str = "") -> bool:
    """Whether the sources let this address in on this page; `nonce` is the script tag's."""
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if "'strict-dynamic'" in sources and any(re.match("'(nonce|sha256|sha384|sha512)-", one) for one in sources):
        return False  # then browsers pass over every host
    return any(_matches(address, source, page) for source in sources)


def is_inline_let_in(sources: list[str], *, nonce: str = "") -> bool:
    """Whether a script inside the page may run. A hash is believed: it may be that of this script."""
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if any(one.startswith(("'sha256-", "'sha384-", "'sha512-")) for one in sources):
        return True
    has_nonce = any(one.startswith("'nonce-") for one in sources)
    return "'unsafe-inline'" in sources and not has_nonce and "'strict-dynamic'" not in sources


def with_source(name: str, sources: list[str], origin: str) -> str:
    """The directive with one more source: a line to paste."""
    kept = [one for one in sources if one.lower() != "'none'"]
    return " ".join([name, *kept, origin])


def _matches(address: str, source: str, page: str) -> bool:
    target, here = urlsplit(address), urlsplit(page)
    if source.lower() == "'self'":
        return (target.scheme, target.netloc) == (here.scheme, here.netloc)
    if source == "*":
        return target.scheme in DEFAULT_PORTS
    if re.fullmatch(r"[a-z][a-z0-9+.-]*:", source, re.I):
        return _scheme_fits(source[:-1].lower(), target.scheme)
    match = _SOURCE.fullmatch(source)
    if match is None:
        return False
    scheme, host, port, path = match.groups()
    return (
        _scheme_fits((scheme or here.scheme).lower(), target.scheme)
        and _host_fits(host.lower(), target.hostname or "")
        and _port_fits(port, target.scheme, target.port)
        and _path_fits(path or "", target.path)
    )


def _scheme_fits(wanted: str, scheme: str) -> bool:
    return scheme == wanted or (wanted == "http" and scheme == "https")


def _host_fits(wanted: str, host: str) -> bool:
    if wanted == "*":
        return True
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def _port_fits(wanted: str | None, scheme: str, port: int | None) -> bool:
    actual = port or DEFAULT_PORTS.get(scheme)
    if wanted is None:
        return actual == DEFAULT_PORTS.get(scheme)
    return wanted == "*" or int(wanted) == actual or (int(wanted) == 80 and scheme == "https" and actual == 443)


def _path_fits(wanted: str, path: str) -> bool:
    if wanted in {"", "/"}:
        return True
    return path.startswith(wanted) if wanted.endswith("/") else path == wanted
