"""The hub hears of news: once for each feed and half a minute, later when it was away, and posting never waits for it."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import Status
from comments.models import Article, Comment, Outbox
from comments.services import outbox
from comments.services.posting import withdraw_comment
from comments.services.websub import put_pings
from tests.comments.feed_pages import ATOM, of_article, of_conversation, of_site, parse
from tests.factories import make_article, make_comment, move

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)


class Hub(ThreadingHTTPServer):
    """A hub that takes pings as long as `status` says so, and writes down what it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status = 204
        self.told: list[dict[str, list[str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/"

    @property
    def topics(self) -> list[str]:
        return sorted(one["hub.url"][0].removeprefix(django_settings.BASE_URL) for one in self.told)


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.server.told.append(parse_qs(body, strict_parsing=True))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", self.server.url)
        self.end_headers()

    def do_GET(self) -> None:
        """Where a POST ends that is followed to another place: it would look like a success."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the tests look at what was told."""


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    server = Hub()
    settings.COMMENTS_WEBSUB_HUB = server.url
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def deliver_after(passed: datetime.timedelta) -> None:
    """Do what is due when this time has passed."""
    with time_machine.travel(timezone.now() + passed, tick=False):
        for pk, attempt in outbox.lease_due(limit=100):
            outbox.deliver(pk, attempt)


def make_in_section() -> Article:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(section="Kultur & Leben")
    return article


def test_hub_hears_of_every_feed_that_a_published_comment_is_in(hub: Hub) -> None:
    article = make_in_section()
    root = make_comment(article, status=Status.APPROVED)
    deliver_after(MINUTE)
    hub.told.clear()
    with time_machine.travel(timezone.now() + MINUTE, tick=False):
        make_comment(article, parent=root, status=Status.APPROVED)

    deliver_after(2 * MINUTE)

    assert {tuple(one["hub.mode"]) for one in hub.told} == {("publish",)}
    section = f"{of_site(article)}?section=Kultur+%26+Leben"
    atom = [of_site(article), section, of_article(article), of_conversation(root)]
    assert hub.topics == sorted([*atom, *(path.replace(".atom", ".json") for path in atom)])
    assert not Outbox.objects.open().exists()


def test_hub_hears_nothing_of_what_waits_or_was_rejected(hub: Hub) -> None:
    article = make_article()
    make_comment(article)
    make_comment(article, status=Status.REJECTED)

    deliver_after(MINUTE)

    assert (hub.told, Outbox.objects.filter(kind="feed_ping").count()) == ([], 0)


def test_hub_hears_when_a_comment_goes(hub: Hub) -> None:
    article = make_article()
    staying, withdrawn = (make_comment(article, status=Status.APPROVED, name=name) for name in ("Kim", "Jens"))
    deliver_after(MINUTE)
    hub.told.clear()

    with time_machine.travel(timezone.now() + 2 * MINUTE, tick=False):
        withdraw_comment(comment=Comment.objects.get(pk=withdrawn.pk))

    deliver_after(3 * MINUTE)
    assert of_article(article) in hub.topics
    assert of_conversation(withdrawn) in hub.topics
    assert of_conversation(staying) not in hub.topics


def test_many_decisions_within_half_a_minute_are_one_ping_for_each_feed(hub: Hub) -> None:
    article = make_article()
    with time_machine.travel(datetime.datetime(2026, 11, 28, 12, 0, 1, tzinfo=datetime.UTC), tick=False):
        for number in range(5):
            make_comment(article, status=Status.APPROVED, name=f"Leser {number}")
        for pk, attempt in outbox.lease_due(limit=100):
            outbox.deliver(pk, attempt)
        assert hub.told == []
    with time_machine.travel(datetime.datetime(2026, 11, 28, 12, 0, 46, tzinfo=datetime.UTC), tick=False):
        for pk, attempt in outbox.lease_due(limit=100):
            outbox.deliver(pk, attempt)

    assert hub.topics.count(of_site(article)) == hub.topics.count(of_article(article, "json")) == 1
    assert len(hub.told) == 2 + 2 + 5 * 2


@pytest.mark.parametrize("status", [500, 302, 404])
def test_hub_that_does_not_take_it_is_told_again_later(hub: Hub, status: int) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)
    hub.status = status

    deliver_after(MINUTE)
    waiting = Outbox.objects.open().filter(kind="feed_ping")
    assert waiting.count() == 3
    assert set(waiting.values_list("last_error", flat=True)) == {"HTTPError"}
    hub.status = 202
    hub.told.clear()
    deliver_after(10 * MINUTE)

    assert of_article(article) in hub.topics
    assert not waiting.exists()


def test_deciding_does_not_wait_for_a_hub_that_is_away(settings: Settings) -> None:
    # An address of the documentation range: nothing answers there, not even with a refusal.
    settings.COMMENTS_WEBSUB_HUB = "http://192.0.2.1/"
    article = make_article()
    comment = make_comment(article)

    started = time.monotonic()
    move(comment, Status.APPROVED)

    assert time.monotonic() - started < 2
    assert Outbox.objects.open().filter(kind="feed_ping").count() == 3


def test_without_a_hub_nothing_is_written_and_no_feed_names_one(client: Client) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)

    assert not Outbox.objects.filter(kind="feed_ping").exists()
    assert [link.get("rel") for link in parse(client.get(of_site(article))).findall(f"{ATOM}link")] == [
        "alternate",
        "self",
    ]
    assert "hubs" not in client.get(of_site(article, "json")).json()


def test_public_feeds_name_the_hub_and_themselves(hub: Hub, client: Client) -> None:
    article = make_in_section()
    root = make_comment(article, status=Status.APPROVED)
    deliver_after(MINUTE)

    named = set()
    for path in (
        of_site(article),
        f"{of_site(article)}?section=Kultur+%26+Leben",
        of_article(article),
        of_conversation(root),
    ):
        links = {link.get("rel"): link.get("href") for link in parse(client.get(path)).findall(f"{ATOM}link")}
        written = client.get(path.replace(".atom", ".json")).json()
        assert (links["hub"], written["hubs"]) == (hub.url, [{"type": "WebSub", "url": hub.url}])
        named |= {links["self"], written["feed_url"]}

    # What a subscriber asks the hub for is exactly what the hub is told of.
    assert sorted(one.removeprefix(django_settings.BASE_URL) for one in named) == hub.topics


def test_pings_cost_two_queries_and_none_without_a_hub(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    comment = make_comment(make_in_section(), status=Status.APPROVED)

    with django_assert_num_queries(0):
        put_pings(comment)
    settings.COMMENTS_WEBSUB_HUB = "https://hub.example/"
    with django_assert_num_queries(2):
        put_pings(comment)
