"""The main job in a real browser, on everything that `python3 start.py` starts."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent.parent
ARTICLE = "/articles/uferstrasse-eine-fahrspur-wird-zum-radweg/"
KEY = "radweg-uferstrasse"


def free_ports() -> tuple[int, int]:
    """Two ports for servers that start many seconds later.

    They lie below those that the system gives to whoever asks for any port, as the servers of the tests beside this one do.
    """
    free: list[int] = []
    for port in random.sample(range(10_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free.append(port)
        if len(free) == 2:
            return free[0], free[1]
    pytest.fail("no two free ports among a hundred from 10000 to 32000")


@contextmanager
def running(data_dir: Path, **variables: str) -> Iterator[tuple[str, str]]:
    """`python3 start.py` with its data in a folder of its own; gives the address and the demo password."""
    port, elsewhere_port = free_ports()
    unset = {"DATABASE_URL": "", "REDIS_URL": "", "DJANGO_SETTINGS_MODULE": ""}
    ports = {"PORT": str(port), "ELSEWHERE_PORT": str(elsewhere_port)}
    environment = {**os.environ, **unset, **variables, "DATA_DIR": str(data_dir), **ports}
    with subprocess.Popen(
        [sys.executable, "start.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "moderator@demo.example" in line:
                break
        else:
            pytest.fail("start.py ended early: " + "".join(printed))
        try:
            rest = "".join(printed) + process.stdout.readline()
            password = re.search(r"password\S*\s+(\S+)", rest, re.IGNORECASE)
            assert password, rest
            yield f"http://127.0.0.1:{port}", password[1]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


def new_reader(chromium: Browser, base: str) -> Page:
    """A browser profile of its own."""
    page = chromium.new_context(locale="de-DE", base_url=base).new_page()
    page.set_default_timeout(15_000)
    return page


def write(page: Page, text: str, name: str) -> None:
    """Write a comment under the article as a guest."""
    page.goto(ARTICLE)
    page.locator("#mg-form textarea[name=body]").fill(text)
    page.locator("input[name=name]").fill(name)
    page.get_by_role("button", name="Kommentar abschicken").click()


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def published_texts(base: str) -> tuple[str, str, str]:
    """What everybody reads in the page, the API and the feed."""
    page = read(base + ARTICLE)
    answer = json.loads(read(f"{base}/api/v1/sites/demo/articles/{KEY}/comments"))
    feed = ET.fromstring(read(f"{base}/feeds/demo/{KEY}/comments.atom"))  # noqa: S314 - our own feed
    return page, " ".join(c["body_html"] for c in answer["comments"]), " ".join(feed.itertext())


def play(chromium: Browser, base: str, password: str) -> None:
    """A guest writes two comments; one is published, one is refused by a clause; each learns what everybody may know."""
    good, bad = f"Endlich traut sich jemand {uuid.uuid4().hex}", f"Alles Unsinn {uuid.uuid4().hex}"
    guest, stranger, desk = (new_reader(chromium, base) for _ in range(3))

    for text in (good, bad):
        write(guest, text, "Frieda Ohnesorg")
        expect(guest.locator(".mg-own")).to_contain_text(text)
    expect(guest.locator(".mg-own .mg-state--waiting")).to_have_count(2)
    stranger.goto(ARTICLE)
    expect(stranger.locator("body")).not_to_contain_text(good)
    assert all(good not in text for text in published_texts(base))

    desk.goto("/moderation/")
    desk.locator("input[name=login]").fill("moderator@demo.example")
    desk.locator("input[name=password]").fill(password)
    desk.locator("input[name=password]").press("Enter")
    desk.wait_for_url(re.compile(r"^http://[^/]+/moderation/"))
    for text, decision in ((good, "approve"), (bad, "reject:on-topic")):
        desk.goto(f"/moderation/?q={text.rpartition(' ')[2]}")
        expect(desk.locator(".mg-card")).to_contain_text(text)
        with desk.expect_response(re.compile("/decide/")) as answer:
            desk.locator(f".mg-decide button[name=decision][value='{decision}']:visible").click()
        assert answer.value.status in (200, 303)
        expect(desk.get_by_role("button", name=re.compile("Zurücknehmen|Rückgängig")).first).to_be_visible()
        # The row stays, dimmed; what is on its way to the server has arrived when the page may be left.
        expect(desk.locator(".mg-item--decided")).to_have_count(1)
        expect(desk.locator("#main:not([data-unsent])")).to_be_attached()

    stranger.goto(ARTICLE)
    expect(stranger.locator(".mg-thread").first).to_contain_text(good)
    expect(stranger.locator("body")).not_to_contain_text(bad)
    for public in published_texts(base):
        assert good in public
        assert bad not in public
    guest.goto(ARTICLE)
    expect(guest.locator(".mg-own .mg-state--rejected")).to_have_count(1)
    guest.locator(".mg-own__item--rejected").get_by_role("link", name=re.compile("steht")).click()
    expect(guest.locator("main")).to_contain_text("Beim Thema")


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_the_story_on_the_embedded_default(chromium: Browser, tmp_path: Path) -> None:
    with running(tmp_path / "data") as (base, password):
        play(chromium, base, password)


@pytest.mark.browser
@pytest.mark.services
@pytest.mark.timeout(240)
def test_the_story_on_postgresql_and_redis(chromium: Browser, tmp_path: Path) -> None:
    name = f"story_{uuid.uuid4().hex[:12]}"
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database_url = urlsplit(url)._replace(path=f"/{name}").geturl()
    with running(tmp_path / "data", DATABASE_URL=database_url, REDIS_URL=os.environ["REDIS_URL"]) as (base, password):
        play(chromium, base, password)
