"""The demo's other site: its files, its server, and the way to it from the newspaper."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.embed_check import KnownSite, check_page, read_page
from comments.enums import Status
from comments.models import Comment, Site
from comments.services.articles import ArticleFacts, register_article
from config.env import PROJECT_DIR
from demo.elsewhere import COMMENTS_IN_FILES, content_security_policy, make_server, read_pages
from tests.demo.conftest import run_seed_demo
from tests.factories import make_comment, make_policy, make_site

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

COMMENTS = "http://127.0.0.1:8123"
ARTICLES = ("/umtragestelle.html", "/winter-paddling.html")


@contextmanager
def served(comments: str) -> Iterator[int]:
    """The port of the other site until the end of the block."""
    with make_server(0, comments) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def port() -> Iterator[int]:
    """Where the other site is served."""
    with served(COMMENTS) as port:
        yield port


def ask(port: int, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    """The answer, and its body."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize("path", ["/", *ARTICLES, "/club.css", "/favicon.svg"])
def test_other_site_serves_its_files_under_a_strict_policy(port: int, path: str) -> None:
    answer, body = ask(port, path)
    head, nothing = ask(port, path, "HEAD")

    assert (answer.status, head.status, nothing) == (200, 200, b"")
    assert body == read_pages(COMMENTS)[path]
    assert head.headers["Content-Length"] == str(len(body))
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src http://127.0.0.1:8123; connect-src http://127.0.0.1:8123; style-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("path", ["/../elsewhere.py", "/%2e%2e/site.json", "//etc/passwd", "/index.html/", "/nowhere"])
def test_other_site_asked_for_anything_else_answers_404(port: int, path: str) -> None:
    answer, body = ask(port, path)
    assert (answer.status, body) == (404, read_pages(COMMENTS)["/404.html"])


@pytest.mark.parametrize("path", ARTICLES)
def test_other_site_passes_the_embed_check(path: str) -> None:
    page = read_page(
        address=f"http://127.0.0.1:8001{path}",
        html=read_pages(COMMENTS)[path].decode(),
        policies=(content_security_policy(COMMENTS),),
    )
    site = KnownSite(slug="demo", origins=("http://127.0.0.1:8001",))

    found = check_page(page, comments_origin=COMMENTS, sites=[site])

    # No browser without setHTML is worth a weaker policy here.
    assert [(finding.code, finding.is_problem) for finding in found] == [("csp_trusted_types", False)]


def test_other_site_names_the_comment_server_nowhere_but_as_given() -> None:
    pages = read_pages(COMMENTS)
    assert not [path for path, content in pages.items() if COMMENTS_IN_FILES.encode() in content]


def test_other_site_given_something_that_is_no_origin_refuses_it() -> None:
    command = [sys.executable, "-m", "demo.elsewhere", "--comments", "http://a.example; script-src *"]
    result = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=30)
    assert result.returncode == 2
    assert "is no origin" in result.stderr


def test_way_to_the_other_site_leads_there(client: Client, settings: Settings) -> None:
    settings.ELSEWHERE_URL = "http://127.0.0.1:8001"
    answer = client.get("/elsewhere/")
    assert (answer.status_code, answer["Location"]) == (302, "http://127.0.0.1:8001/")


@pytest.mark.django_db
def test_way_to_the_other_site_without_one_says_how_to_start_it(client: Client, settings: Settings) -> None:
    settings.ELSEWHERE_URL = ""
    html = client.get("/elsewhere/").content.decode()
    assert f"python -m demo.elsewhere --port 8001 --comments {settings.BASE_URL}" in html


@pytest.mark.django_db
def test_seed_demo_registers_the_other_site_once(demo: str, settings: Settings) -> None:
    before = Site.objects.get(slug="demo").origins
    settings.ELSEWHERE_URL = "http://127.0.0.1:8765"

    run_seed_demo()
    run_seed_demo()

    assert Site.objects.get(slug="demo").origins == [*before, "http://127.0.0.1:8765"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_other_site_under_its_policy_shows_and_takes_comments(
    live_server: LiveServer, settings: Settings, page: Page
) -> None:
    settings.BASE_URL = live_server.url
    page.set_default_timeout(30_000)
    with served(live_server.url) as port:
        origin = f"http://127.0.0.1:{port}"
        site = make_site("demo", origins=(origin,))
        make_policy(site)
        facts = ArticleFacts(
            key="paddelverein-umtragestelle", url=f"{origin}/umtragestelle.html", title="Umtragestelle"
        )
        make_comment(register_article(site=site, facts=facts), body="Endlich eine Rampe.", status=Status.APPROVED)

        page.goto(f"{origin}/umtragestelle.html")
        page.locator("marginalia-comments").scroll_into_view_if_needed()
        page.locator("marginalia-comments").get_by_text("Endlich eine Rampe.").wait_for()
        page.goto(f"{origin}/")
        page.locator("[data-marginalia-count=paddelverein-umtragestelle]", has_text="1").wait_for()

        page.goto(f"{origin}/winter-paddling.html")
        form = page.locator("marginalia-comments form[data-mg=form]")
        form.locator("[name=body]").fill("Never without my helmet.")
        form.locator("[name=name]").fill("Ruth Abel")
        form.locator("button[type=submit]:not([name=preview])").click()
        own = page.locator("marginalia-comments [data-mg=own]")
        own.get_by_role("paragraph").filter(has_text="Never without my helmet.").wait_for()

    comment = Comment.objects.select_related("article").get(author__name="Ruth Abel")
    assert (comment.article.key, comment.article.url) == ("paddelverein-winter", f"{origin}/winter-paddling.html")
    assert page.context.cookies() == []
