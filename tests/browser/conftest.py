"""What the measurements share: a publisher's page on an origin of its own, and generous limits."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from comments.conf import Limit
from tests.browser.stage import Stage
from tests.comments.widget.host import Host, host_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

PLENTY = (Limit(100_000, datetime.timedelta(minutes=1)),)


@pytest.fixture
def host(live_server: LiveServer, settings: SettingsWrapper) -> Iterator[Host]:
    """A publisher's server, for which the comment server is another site."""
    settings.BASE_URL = live_server.url
    with host_server() as server:
        yield server


@pytest.fixture
def stage(chromium: Browser, live_server: LiveServer, host: Host, settings: SettingsWrapper) -> Iterator[Stage]:
    """A place to set up pages in. Nobody is too fast for it: one address stands for every reader of a measurement."""
    settings.COMMENTS_POST_LIMITS = dict.fromkeys(("author", "network"), PLENTY)
    settings.COMMENTS_VOTE_LIMITS = dict.fromkeys(("author", "network", "new_readers"), PLENTY)
    with Stage(browser=chromium, url=live_server.url, host=host) as made:
        yield made
