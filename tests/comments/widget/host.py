"""A publisher's page on an origin of its own, as strict as a publisher can be, with the widget in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from comments.models import Article, Comment, Site
from tests.factories import make_article, make_policy, make_site

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STRICT = (
    "default-src 'none'; script-src {base}; connect-src {base}; style-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
TEXT = "<p>The ferry stays ashore until the river has risen.</p>" * 60


class Host:
    """A server of pages that a test writes down: `pages[path] = html`. `csp` is sent with each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}
        self.csp = ""

    def show(self, base: str, attributes: str, *, before: str = TEXT, inside: str = "", after: str = "") -> str:
        """Put a page with one element at /article and return its address. `base` is the comment host."""
        self.csp = self.csp or STRICT.format(base=base)
        self.pages["/article"] = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The ferry</title>'
            f'<link rel="canonical" href="{self.url}/article"><script async src="{base}/embed/v1.js"></script></head>'
            f"<body><h1>The ferry</h1>{before}<marginalia-comments {attributes}>{inside}</marginalia-comments>{after}</body></html>"
        )
        return f"{self.url}/article"


@contextmanager
def host_server() -> Iterator[Host]:
    """A host on a free port of 127.0.0.1 until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html = host.pages.get(self.path.split("?")[0])
            self.send_response(200 if html is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if host.csp:
                self.send_header("Content-Security-Policy", host.csp)
            self.end_headers()
            self.wfile.write((html or "").encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_hosted_article(host: Host, *, key: str = "ferry") -> Article:
    """An article of a site whose only origin is the host."""
    site = make_site(origins=(host.url,), language="en")
    make_policy(site)
    article = make_article(site, key=key)
    Article.objects.filter(pk=article.pk).update(language="en")
    article.refresh_from_db()
    return article


def open_widget(page: Page, url: str) -> Locator:
    """Open a host page, scroll to the element, wait for the discussion; return the element."""
    page.goto(url)
    element = page.locator("marginalia-comments").first
    element.scroll_into_view_if_needed()
    element.locator("[data-mg=discussion]").wait_for()
    return element


def comment_in(element: Locator, comment: Comment) -> Locator:
    """A published comment in the thread."""
    return element.locator(f"#comment-{comment.public_id}")


def attributes_of(site: Site, article: Article, others: str = "") -> str:
    return f'site="{site.slug}" article="{article.key}" {others}'
