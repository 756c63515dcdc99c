"""The command, on pages that a real server publishes, and what it does with servers that misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from comments.enums import ArticleMode
from comments.models import Article, Site
from comments.services.articles import ArticleFacts, register_article
from tests.comments.test_embed_check import COMMENTS, ELEMENT, SCRIPT
from tests.factories import make_site


@dataclass
class Answer:
    """What the publisher's server says."""

    html: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip_seconds: float = 0


class Publisher(BaseHTTPRequestHandler):
    """Gives the answer of its path."""

    def __init__(self, answers: dict[str, Answer], stop: threading.Event, *arguments: object) -> None:
        self.answers = answers
        self.stop = stop
        super().__init__(*arguments)

    def do_GET(self) -> None:
        answer = self.answers[self.path]
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "text/html; charset=utf-8"} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            while answer.drip_seconds and not self.stop.wait(answer.drip_seconds):
                self.wfile.write(b" ")
            self.wfile.write(answer.html.encode())
        except OSError:
            return

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def publish() -> Iterator[Callable[..., str]]:
    """publish(html, ...) serves a page at /page and gives its address."""
    answers: dict[str, Answer] = {}
    stop = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Publisher, answers, stop))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def add(html: str = "", path: str = "/page", **rest: object) -> str:
        answers[path] = Answer(html, **rest)
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield add
    stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    out = StringIO()
    try:
        with override("en"):
            call_command("check_embed", *arguments, stdout=out)
    except SystemExit as error:
        return int(str(error.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy test machine is no silent server."""
    monkeypatch.setattr("comments.services.embed_check.SECONDS", 60)


def page_of(live_server: LiveServer, key: str = "a-1") -> str:
    """The documented lines with this server's address."""
    return (SCRIPT + ELEMENT).replace(COMMENTS, live_server.url).replace("a-1", key)


@pytest.fixture
def site(db: None, publish: Callable[..., str]) -> Site:
    """A site registered for where the publisher serves."""
    return make_site("demo", origins=(publish().removesuffix("/page"),))


@pytest.mark.usefixtures("patience")
@pytest.mark.django_db(transaction=True)
def test_command_on_a_sound_page_says_so_and_ends_with_0(
    live_server: LiveServer, settings: Settings, publish: Callable[..., str]
) -> None:
    make_site("demo", origins=(publish().removesuffix("/page"),))
    settings.BASE_URL = live_server.url
    address = publish(page_of(live_server))

    assert run(address, "--site", "demo") == (0, f"{address}\n✓ The discussion is embedded correctly.\n")


@pytest.mark.usefixtures("patience")
@pytest.mark.django_db(transaction=True)
def test_command_on_a_page_with_a_hidden_article_says_that_nothing_appears(
    live_server: LiveServer, settings: Settings, publish: Callable[..., str]
) -> None:
    address = publish(page_of(live_server))
    site = make_site("demo", origins=(address.removesuffix("/page"),))
    register_article(site=site, facts=ArticleFacts(key="a-1", url=address, title="A", mode=ArticleMode.HIDDEN))
    settings.BASE_URL = live_server.url

    code, output = run(address)

    assert code == 1
    assert "The discussion of this article is hidden" in output


def test_command_where_this_server_is_unreachable_says_so(
    site: Site, settings: Settings, publish: Callable[..., str]
) -> None:
    settings.BASE_URL = "http://127.0.0.1:9"
    code, output = run(publish((SCRIPT + ELEMENT).replace(COMMENTS, settings.BASE_URL)))
    assert code == 1
    assert "http://127.0.0.1:9/embed/v1/demo/a-1/thread.html" in output


def test_command_on_a_broken_page_prints_each_sentence_with_its_line(
    site: Site, settings: Settings, publish: Callable[..., str]
) -> None:
    settings.BASE_URL = COMMENTS
    address = publish(ELEMENT, headers={"Content-Security-Policy": "connect-src 'self'"})

    code, output = run(address)

    assert code == 1
    assert [line for line in output.splitlines() if line.startswith("    ")] == [
        f"    {SCRIPT}",
        f"    connect-src 'self' {COMMENTS}",
    ]
    assert "\x1b" not in output


def test_command_knows_whose_address_and_whose_key_it_is(
    site: Site, settings: Settings, publish: Callable[..., str]
) -> None:
    settings.BASE_URL = COMMENTS
    address = publish(SCRIPT + ELEMENT)
    register_article(site=site, facts=ArticleFacts(key="a-0", url=address, title="The first"))

    code, output = run(address)

    assert code == 1
    assert '    <marginalia-comments site="demo" article="a-0"></marginalia-comments>\n' in output
    assert Article.objects.count() == 1


def test_command_follows_a_redirect_of_the_same_site(
    site: Site, settings: Settings, publish: Callable[..., str]
) -> None:
    settings.BASE_URL = COMMENTS
    target = publish(ELEMENT, path="/moved")
    code, output = run(publish(status=301, headers={"Location": "/moved"}))
    assert (code, output.splitlines()[0]) == (1, target)


UNREADABLE = [
    ({"status": 302, "headers": {"Location": "http://169.254.169.254/latest/"}}, "http://169.254.169.254/latest/"),
    ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, "file:///etc/passwd"),
    ({"status": 302, "headers": {"Location": "/page"}}, ""),
    ({"status": 404}, "404"),
    ({"headers": {"Content-Type": "application/pdf"}}, "application/pdf"),
    ({"html": "x" * (2 * 1024 * 1024 + 1)}, "2"),
]


@pytest.mark.parametrize(("answer", "named"), UNREADABLE)
def test_command_on_what_is_no_page_says_why(
    site: Site, publish: Callable[..., str], answer: dict[str, object], named: str
) -> None:
    with pytest.raises(CommandError) as caught:
        run(publish(**answer))
    assert named in str(caught.value)


def test_command_on_a_server_that_sends_a_byte_a_second_gives_up(
    site: Site, publish: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comments.services.embed_check.SECONDS", 1)
    with pytest.raises(CommandError, match="1 "):
        run(publish(drip_seconds=0.2))


@pytest.mark.parametrize(
    "address", ["news.example/a", "ftp://news.example/", "file:///etc/passwd", "http://a@b.example/"]
)
def test_command_given_no_web_address_says_so(db: None, address: str) -> None:
    with pytest.raises(CommandError, match=r"https://news\.example/article"):
        run(address)
