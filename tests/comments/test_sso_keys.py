"""Keys that a publisher publishes at an address: asked for rarely, within limits, and never believed too much."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from comments.services import sso_keys
from tests.comments.sso_tokens import (
    ED_KEY,
    RSA_KEY,
    SECRET,
    Jwk,
    ed_jwk,
    make_sso_site,
    refusal,
    rsa_jwk,
    secret_jwk,
    signed,
)

pytestmark = pytest.mark.django_db


class Publisher(ThreadingHTTPServer):
    """The publisher's web server: answers every request with the same, and counts them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.body, self.pause = 200, b"", 0.0
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}/keys.json"

    def publish(self, *keys: Jwk) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up is no news."""


class _Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in self.server.body if self.server.pause else [self.server.body]:
            self.wfile.write(bytes([byte]) if isinstance(byte, int) else byte)
            self.wfile.flush()
            time.sleep(self.server.pause)

    def log_message(self, *_arguments: object) -> None:
        """The test's own output is enough."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def rsa_token(kid: str = "rsa") -> str:
    return signed(key=RSA_KEY, algorithm="RS256", kid=kid)


def ed_token(kid: str = "ed") -> str:
    return signed(key=ED_KEY, algorithm="EdDSA", kid=kid)


def test_published_keys_are_asked_for_once_and_kept(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(rsa_jwk(), ed_jwk())

    refusals = [refusal(client, token) for token in (rsa_token(), ed_token(), rsa_token())]

    assert refusals == ["", "", ""]
    assert publisher.asked == ["/keys.json"]


def test_published_keys_do_not_stand_in_for_those_that_were_entered(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[secret_jwk("one", SECRET)], keys_url=publisher.url)
    publisher.publish(rsa_jwk("one"), rsa_jwk())

    assert refusal(client, signed(kid="one")) == ""
    assert publisher.asked == []
    assert refusal(client, rsa_token("one")) == "sso_signature"
    assert refusal(client, rsa_token()) == ""


def test_secret_that_is_published_signs_nobody_in(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(secret_jwk("one", SECRET))

    assert refusal(client, signed(kid="one")) == "sso_key"


def test_unknown_key_is_asked_for_once_a_minute_at_most(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(rsa_jwk())
    assert refusal(client, rsa_token()) == ""
    publisher.publish(rsa_jwk(), ed_jwk())

    within_the_minute = {refusal(client, ed_token()) for _ in range(20)}
    forget_the_minute(publisher)
    after_it = [refusal(client, ed_token()), refusal(client, rsa_token("never")), refusal(client, ed_token())]

    assert within_the_minute == {"sso_key"}
    assert after_it == ["", "sso_key", ""]
    assert len(publisher.asked) == 2


def test_key_that_was_withdrawn_signs_nobody_in_after_ten_minutes(
    client: Client, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(rsa_jwk())
    assert refusal(client, rsa_token()) == ""
    publisher.publish(ed_jwk())

    forget_the_minute(publisher)
    within = refusal(client, rsa_token())
    monkeypatch.setattr(sso_keys, "FRESH_SECONDS", 0)
    afterwards = refusal(client, rsa_token())

    assert (within, afterwards) == ("", "sso_key")


def test_publisher_that_is_down_is_not_asked_by_every_request(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.status = 500

    refusals = {refusal(client, rsa_token()) for _ in range(10)}

    assert refusals == {"sso_key"}
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"null", b'{"keys": 17}', b'{"keys": [17]}', b"[" * 60_000, b"\xff\xfe", b" " * 70_000],
    ids=["empty", "text", "list", "null", "number", "numbers", "deep", "bytes", "large"],
)
def test_answer_without_keys_signs_nobody_in(client: Client, publisher: Publisher, body: bytes) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.body = body

    assert refusal(client, rsa_token()) == "sso_key"


def test_keys_in_too_large_an_answer_are_not_believed(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(rsa_jwk(), {"padding": "x" * 65_536})

    assert refusal(client, rsa_token()) == "sso_key"


def test_redirect_to_other_keys_is_not_followed(client: Client, publisher: Publisher) -> None:
    make_sso_site(keys=[], keys_url=publisher.url)
    publisher.publish(rsa_jwk())
    publisher.status, publisher.headers = 302, {"Location": publisher.url.replace("keys", "other")}

    assert refusal(client, rsa_token()) == "sso_key"
    assert publisher.asked == ["/keys.json"]


def test_answer_that_trickles_in_is_given_up(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sso_keys, "FETCH_SECONDS", 0.5)
    publisher.publish(rsa_jwk())
    publisher.pause = 0.1
    begun = timezone.now()

    assert sso_keys.fetch_keys(publisher.url) is None
    assert (timezone.now() - begun).total_seconds() < 3


@pytest.mark.parametrize(
    "url",
    ["http://news.example/keys.json", "file:///etc/hostname", "ftp://127.0.0.1/keys", "http://127.0.0.1.news.example/",
     "http://127.0.0.1@news.example/", "//news.example/keys.json", ""],
)  # fmt: skip
def test_address_that_is_not_https_is_never_asked(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert sso_keys.fetch_keys(url) is None
    assert "not HTTPS" in caplog.text


def forget_the_minute(publisher: Publisher) -> None:
    """As if a minute had passed since the publisher was asked: the cache has a clock of its own."""
    assert cache.delete(f"{sso_keys.cache_name(publisher.url)}:asked")
