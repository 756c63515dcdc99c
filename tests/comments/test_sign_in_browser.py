"""Signing in from a page elsewhere in a real browser: two origins, a pop-up, a message, an exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.models import SignInCode
from tests.factories import make_article, make_site, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATE = "a1B2c3D4e5F6g7H8"
LISTEN = """() => {
  window.heard = [];
  window.addEventListener("message", (event) => window.heard.push({ origin: event.origin, data: event.data }));
}"""
OPEN = "(address) => { window.open(address, 'sign-in', 'popup,width=480,height=640'); }"
EXCHANGE = """async ([address, code]) => {
  const body = JSON.stringify({ code });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", body, headers, credentials: "omit" });
  return [answer.status, await answer.json()];
}"""
SIGN_OUT = """async ([address, token]) => {
  const headers = { Authorization: `Bearer ${token}` };
  return (await fetch(address, { method: "DELETE", headers, credentials: "omit" })).status;
}"""


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Elsewhere</title>')

    def log_message(self, *_arguments: object) -> None:
        """The test's own output is enough."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The origin of another web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def window_address(live_server: LiveServer, origin: str) -> str:
    return f"{live_server.url}/embed/sign-in/?site=news&origin={origin}&state={STATE}"


def test_signing_in_from_a_page_elsewhere_hands_over_a_code_that_its_page_exchanges(
    page: Page, live_server: LiveServer, elsewhere: str
) -> None:
    make_article(make_site("news", origins=(elsewhere,)))
    user = make_user("ada@reader.example", name="Ada Lovelace")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    page.goto(elsewhere)
    page.evaluate(LISTEN)

    with page.expect_popup() as opened:
        page.evaluate(OPEN, window_address(live_server, elsewhere))
    window = opened.value
    window.get_by_label("Email").fill(user.email)
    window.get_by_label("Password").first.fill("correct horse battery")
    with window.expect_event("close"):
        window.get_by_role("button", name="Sign in", exact=True).first.click(no_wait_after=True)

    page.wait_for_function("window.heard.length === 1")
    heard = page.evaluate("window.heard[0]")
    assert heard == {
        "origin": live_server.url,
        "data": {"type": "marginalia:sign-in", "code": heard["data"]["code"], "state": STATE},
    }
    exchange = [f"{live_server.url}/api/v1/sites/news/sign-in/code", heard["data"]["code"]]
    status, answer = page.evaluate(EXCHANGE, exchange)
    assert (status, answer["name"]) == (200, "Ada Lovelace")
    assert page.evaluate(SIGN_OUT, [f"{live_server.url}/api/v1/sign-in", answer["token"]]) == 204
    assert SignInCode.objects.get().used_at is not None


def test_window_opened_by_a_page_of_another_origin_tells_it_nothing(
    page: Page, live_server: LiveServer, elsewhere: str
) -> None:
    make_site("news", origins=("https://news.example",))
    sign_in(page, live_server)
    page.goto(elsewhere)
    page.evaluate(LISTEN)

    with page.expect_popup() as opened:
        page.evaluate(OPEN, "about:blank")
    with opened.value.expect_event("close"):
        opened.value.goto(window_address(live_server, "https://news.example"), wait_until="commit")
    with page.expect_popup() as opened:
        page.evaluate(OPEN, window_address(live_server, elsewhere))
    refused = opened.value.get_by_role("heading", level=1).inner_text()

    assert page.evaluate("window.heard") == []
    assert refused == "Signing in is not possible here"
    assert SignInCode.objects.get().origin == "https://news.example"


def test_window_without_its_opener_says_that_it_can_be_closed(page: Page, live_server: LiveServer) -> None:
    make_site("news")
    sign_in(page, live_server)

    page.goto(window_address(live_server, "https://news.example"))

    assert page.get_by_role("heading", level=1).inner_text() == "You are signed in"
    assert page.get_by_text("You can close this window").is_visible()


def sign_in(page: Page, live_server: LiveServer) -> None:
    """Give the browser the session of a reader."""
    client = Client()
    client.force_login(make_user())
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
