"""A publisher's page elsewhere, and a browser whose console may tell of refused requests but of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.comments.widget.host import Host, host_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def host(live_server: LiveServer, settings: SettingsWrapper) -> Iterator[Host]:
    settings.BASE_URL = live_server.url
    with host_server() as host:
        yield host


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """As the page of all browser tests, but that a failed request, which the browser reports, is no failure here."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert [problem for problem in problems if not problem.startswith("Failed to load resource")] == []
