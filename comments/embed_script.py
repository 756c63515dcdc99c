"""The widget as the one file that publishers load. It is built by `manage.py build_widget` and kept, a file a release."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]

# Goes up with every release that changes the file: browsers keep what lies under the whole number for good.
VERSION = "1.0.0"
FOLDER = Path(__file__).parent / "static" / "comments" / "embed"


@dataclass(frozen=True, slots=True)
class EmbedScript:
    """A release, ready to be sent. `integrity` is what publishers write beside its address."""

    content: bytes
    brotli: bytes
    gzip: bytes
    integrity: str


@cache
def embed_script(version: str = VERSION) -> EmbedScript:
    """The file of a release; packed once a process, in about 0.1 seconds. Raises FileNotFoundError."""
    content = (FOLDER / f"v{version}.js").read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return EmbedScript(
        content=content,
        brotli=brotli.compress(content, mode=brotli.MODE_TEXT, quality=11),
        gzip=gzip.compress(content, mtime=0),
        integrity=f"sha384-{digest}",
    )
