"""The desk's page about embedding: who may ask, and what is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from comments.embed_check.checks import loader_line, script_line
from comments.models import Site
from tests.factories import make_moderator, make_site, make_user
from tests.moderation.desk_pages import sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "/moderation/embed-check/"
ELEMENT = '<marginalia-comments site="{slug}" article="a-1"></marginalia-comments>'


class Publisher(BaseHTTPRequestHandler):
    """Gives the same page for every path, and notes that it was asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[HTTPServer]:
    """A publisher's server with the attributes `page`, `asked` and `origin`."""
    server = HTTPServer(("127.0.0.1", 0), Publisher)
    server.asked, server.page, server.origin = [], "", f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def desk_client(site: Site) -> Client:
    """A browser in which a moderator of the site is signed in, speaking English."""
    client = sign_in(make_moderator(site))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_embed_check_of_a_broken_page_shows_each_sentence_with_its_line(
    publisher: HTTPServer, settings: Settings
) -> None:
    settings.BASE_URL = "https://comments.example"
    site = make_site(origins=(publisher.origin,))
    publisher.page = ELEMENT.format(slug=site.slug) + "<script>alert(1)</script>"

    html = desk_client(site).post(ADDRESS, {"address": f"{publisher.origin}/a-1"}).content.decode()

    assert publisher.asked == ["/a-1"]
    assert "The page does not load the script, so no comments appear." in html
    assert f'value="{escape(loader_line("https://comments.example"))}" readonly' in html
    assert "The discussion is embedded correctly." not in html


def test_embed_check_of_an_address_elsewhere_is_refused_without_asking_it(publisher: HTTPServer) -> None:
    site = make_site(origins=("https://news.example",))
    make_site(origins=(publisher.origin,))

    answer = desk_client(site).post(ADDRESS, {"address": f"{publisher.origin}/a-1"})

    assert answer.status_code == 422
    assert f"{publisher.origin} is not among the origins of the site." in answer.content.decode()
    assert publisher.asked == []


def test_embed_check_before_anything_is_asked_shows_the_lines_of_the_site(settings: Settings) -> None:
    site = make_site()
    settings.BASE_URL = "https://comments.example"
    html = desk_client(site).get(ADDRESS).content.decode()
    lines = [escape(line("https://comments.example")) for line in (loader_line, script_line)]
    assert 0 < html.index(lines[0]) < html.index(lines[1])
    assert f"site=&quot;{site.slug}&quot; article=&quot;article-4711&quot;" in html


@pytest.mark.parametrize("method", ["get", "post"])
def test_embed_check_is_nothing_for_readers(method: str, publisher: HTTPServer) -> None:
    make_site(origins=(publisher.origin,))
    stranger = getattr(Client(), method)(ADDRESS, {"address": publisher.origin})
    reader = getattr(sign_in(make_user()), method)(ADDRESS, {"address": publisher.origin})

    assert (stranger.status_code, reader.status_code) == (302, 404)
    assert publisher.asked == []
