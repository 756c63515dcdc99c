"""The demo's other site: static pages of a canoe club, on an origin of their own, that embed a discussion by script.

python -m demo.elsewhere --port 8001 --comments http://127.0.0.1:8000

It stands for every page that is not made by Django: the standard library alone serves it, and its files in
demo/content/elsewhere are what a club would upload. They name the comment server https://comments.example; what is
served names the one given. The Content-Security-Policy is as strict as one can be that lets a discussion in.
"""

from __future__ import annotations

import argparse
import mimetypes
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

FILES = Path(__file__).resolve().parent / "content" / "elsewhere"
HOST = "127.0.0.1"
COMMENTS_IN_FILES = "https://comments.example"
NOT_FOUND = "/404.html"


def content_security_policy(comments: str) -> str:
    """What these pages allow themselves: scripts and requests of the comment server's origin, nothing else."""
    return (
        f"default-src 'none'; script-src {comments}; connect-src {comments}; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def read_pages(comments: str) -> dict[str, bytes]:
    """Every file by its address, with the comment server's origin in it; a folder's address gives its index.html."""
    pages = {}
    for file in sorted(FILES.rglob("*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8").replace(COMMENTS_IN_FILES, comments)
            pages["/" + file.relative_to(FILES).as_posix().removesuffix("index.html")] = text.encode()
    return pages


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the pages; never looks at the disk for a request."""

    server_version = "Elsewhere"
    sys_version = ""
    timeout = 30

    def __init__(self, pages: Mapping[str, bytes], policy: str, *arguments: object) -> None:
        self.pages = pages
        self.policy = policy
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server hands over, unseen

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        status = HTTPStatus.OK if path in self.pages else HTTPStatus.NOT_FOUND
        path = path if status == HTTPStatus.OK else NOT_FOUND
        content = self.pages[path]
        kind = mimetypes.guess_type(path)[0] or "text/html"
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_GET  # noqa: N815 - the name the server looks for

    def log_message(self, *_arguments: object) -> None:
        """Nothing: a reader's address is no business of a terminal."""


def make_server(port: int, comments: str) -> ThreadingHTTPServer:
    """A server that listens already; port 0 takes a free one. Raises OSError when the port is taken."""
    return ThreadingHTTPServer((HOST, port), partial(Handler, read_pages(comments), content_security_policy(comments)))


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or value != f"{parts.scheme}://{parts.netloc}"
        or set(value) & set(" ;,'\"")
    ):
        raise argparse.ArgumentTypeError(f"{value!r} is no origin; one looks like http://127.0.0.1:8000")
    return value


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m demo.elsewhere", description="Serve the demo's other site.")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--comments", type=_origin, default="http://127.0.0.1:8000", metavar="ORIGIN")
    chosen = parser.parse_args(arguments)
    with make_server(chosen.port, chosen.comments) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
