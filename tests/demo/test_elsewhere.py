"""The demo's other site: its files, its server, and the way to it from the newspaper."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.embed_check import KnownSite, check_page, read_page
from comments.models import Site
from config.env import PROJECT_DIR
from demo.elsewhere import COMMENTS_IN_FILES, content_security_policy, read_pages
from tests.demo.conftest import run_seed_demo
from tests.demo.elsewhere import served

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

COMMENTS = "http://127.0.0.1:8123"
ARTICLES = ("/umtragestelle.html", "/winter-paddling.html")


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
