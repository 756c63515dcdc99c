"""What every test gets, and which tests a run leaves out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import SimpleTestCase
from django.utils import translation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Without a sandbox because containers and root have none; the rest keeps it from calling its makers' servers.
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Host systems that the kits in integrations/ are tried with, each with what tells that it is there.
HOSTS = {
    "php-cli": "php",
    "mariadb-server": "/usr/sbin/mariadbd",
    "wordpress": "/usr/share/wordpress",
    "wordpress-theme-twentytwentythree": "/var/lib/wordpress/wp-content/themes/twentytwentythree",
    "hugo": "hugo",
}
MISSING_HOSTS = [name for name, place in HOSTS.items() if not (shutil.which(place) or Path(place).is_dir())]
NO_HOSTS = f"missing: {', '.join(MISSING_HOSTS)}; on Debian run 'apt install {' '.join([*HOSTS, 'php-mysql'])}'"
HAS_SERVICES = "TEST_SERVICES" in os.environ
# What the half on PostgreSQL and Redis leaves out, besides tests that open no database.
ONCE = {"browser", "hosts", "once"}
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_client"}
IS_HALF = "TEST_HALF" in os.environ  # the other half runs what this one leaves out
IS_CI = bool(os.environ.get("CI"))
NO_CHROMIUM = "there is no Chromium; on Debian run 'apt install chromium'"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --everything."""
    parser.addoption("--everything", action="store_true", help="run tests marked slow and chaos too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run is not for; skip, or in CI refuse, what this machine cannot do."""
    left_out = [item for item in items if _is_left_out(config, item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    for item in items:
        if item.get_closest_marker("services") and not HAS_SERVICES:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL and Redis: python3 start.py test"))
        if item.get_closest_marker("browser") and not CHROMIUM:
            if IS_CI:
                raise pytest.UsageError(f"Browser tests are required here, but {NO_CHROMIUM}.")
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        if item.get_closest_marker("browser"):
            # Chromium is at times not given a processor for ten seconds. Whatever else fails, fails at once.
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
        if item.get_closest_marker("hosts") and MISSING_HOSTS:
            if IS_CI:
                raise pytest.UsageError(f"Tests of the host kits are required here, but {NO_HOSTS}.")
            item.add_marker(pytest.mark.skip(reason=NO_HOSTS))


def _is_left_out(config: pytest.Config, item: pytest.Item) -> bool:
    markers = {marker.name for marker in item.iter_markers()}
    if IS_HALF and "services" in markers and not HAS_SERVICES:
        return True
    if HAS_SERVICES and not markers & {"services", "cache"} and (markers & ONCE or not _opens_database(item, markers)):
        return True
    is_chosen = config.getoption("--everything") or config.option.markexpr or any("::" in one for one in config.args)
    return not is_chosen and bool(markers & {"slow", "chaos"})


def _opens_database(item: pytest.Item, markers: set[str]) -> bool:
    if isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, SimpleTestCase):
        return True
    return "django_db" in markers or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall believe that tests passed which could not run."""
    if not CHROMIUM:
        terminalreporter.write_line(f"!!! BROWSER TESTS SKIPPED: {NO_CHROMIUM}.", red=True, bold=True)
    if MISSING_HOSTS:
        terminalreporter.write_line(f"!!! TESTS OF THE HOST KITS SKIPPED: {NO_HOSTS}.", red=True, bold=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits, prepared pages and nonces of one test are not those of the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _usual_language() -> None:
    """A request leaves its reader's language behind in the thread; the next test begins with the site's."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Its driver keeps an event loop in this thread, which Django would take for async code."""
    # Only browser tests pay for loading the driver.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a fresh, English-speaking browser profile; an error in the page's console fails the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []
