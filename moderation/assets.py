"""The styles and the script of the desk, each as one file with its digest in the name: one request, kept for good."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.staticfiles import finders

FOLDER = Path(__file__).parent / "static" / "moderation"
# The styles of every page of ours, which the desk's stand on.
GROUND = ("comments/tokens.css", "comments/base.css", "comments/discussion.css", "comments/pages.css")
# The desk's own styles, later ones over earlier ones.
STYLES = ("frame", "list", "queues", "card", "decide", "together", "layout")
# A module imports only from those before it, so that one after the other they make one module.
MODULES = (
    "page", "texts", "list", "selection", "cards", "stage", "outbox", "decisions", "forms", "keys", "pulse", "main",
)  # fmt: skip
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, ready to be sent. `digest` stands in its address."""

    content: bytes
    brotli: bytes
    gzip: bytes
    digest: str
    content_type: str


def desk_asset(name: str) -> Asset:
    """The "css" or the "js" of the desk; packed once a process, while debugging once a change. Raises KeyError."""
    newest = max(path.stat().st_mtime_ns for path in _sources()[name]) if settings.DEBUG else 0
    return _pack(name, newest)


@cache
def _pack(name: str, _newest: int) -> Asset:
    texts = [path.read_text(encoding="utf-8") for path in _sources()[name]]
    content = (_one_module(texts) if name == "js" else "\n".join(texts)).encode()
    return Asset(
        content=content,
        brotli=brotli.compress(content, mode=brotli.MODE_TEXT, quality=9),
        gzip=gzip.compress(content, mtime=0),
        digest=hashlib.sha256(content).hexdigest()[:12],
        content_type=f"text/{'javascript' if name == 'js' else 'css'}; charset=utf-8",
    )


def _sources() -> dict[str, list[Path]]:
    # What a card shows may be styled by any file of ours; the desk's own come first.
    styles = [*(FOLDER / "desk" / f"{name}.css" for name in STYLES), *sorted(FOLDER.glob("*.css"))]
    return {
        "css": [*(Path(str(finders.find(name))) for name in GROUND), *styles],
        "js": [FOLDER / "desk" / f"{name}.js" for name in MODULES],
    }


def _one_module(texts: Iterable[str]) -> str:
    """Modules that import from each other as one that does not."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)
