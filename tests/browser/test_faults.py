"""A publisher's page while the comment server is down in one way or another: it works, and says what it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from comments.embed_script import embed_script
from tests.browser.faults import FAULTS, faulty_server
from tests.comments.widget.host import TEXT, Host, host_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.once]

LINK = '<a href="https://comments.example/discussion/demo/ferry/">Read the comments</a>'
SENTENCE = "The comments could not be loaded."
# The element waits so long for an answer.
PATIENCE_MS = 15_000


@pytest.fixture
def publisher() -> Iterator[Host]:
    with host_server() as host:
        yield host


@pytest.fixture
def quiet_page(chromium: Browser) -> Iterator[Page]:
    """A page in which a script that is no script may be an error of the console, but not more than that."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_page_without_the_script_shows_its_article_and_what_stands_inside_the_element(
    quiet_page: Page, publisher: Host, fault: str
) -> None:
    with faulty_server(fault) as base:
        quiet_page.goto(
            publisher.show(base, "site=demo article=ferry load=eager", inside=LINK), wait_until="domcontentloaded"
        )
        assert quiet_page.get_by_role("heading", name="The ferry").is_visible()
        quiet_page.get_by_role("link", name="Read the comments").wait_for()
        assert quiet_page.evaluate("document.fonts.status && performance.getEntriesByType('paint').length >= 0")


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=[pytest.mark.slow] if one == "hangs" else []) for one in FAULTS]
)
def test_page_with_the_script_alone_shows_its_article_and_a_sentence_with_a_way_out(
    quiet_page: Page, publisher: Host, fault: str
) -> None:
    errors: list[str] = []
    quiet_page.on("pageerror", lambda error: errors.append(str(error)))
    with faulty_server(fault, script=embed_script().content) as base:
        quiet_page.goto(publisher.show(base, "site=demo article=ferry", before=TEXT, after="<p>The end.</p>"))
        assert quiet_page.get_by_role("heading", name="The ferry").is_visible()
        element = quiet_page.locator("marginalia-comments")
        element.scroll_into_view_if_needed()
        notice = element.locator(".mg-notice")
        notice.wait_for(timeout=PATIENCE_MS)
        assert SENTENCE in notice.inner_text()
        assert notice.get_by_role("button", name="Try again").is_visible()
        assert notice.get_by_role("link").get_attribute("href") == f"{base}/discussion/demo/ferry/"
        assert quiet_page.evaluate("'1'.repeat(2)") == "11"
    assert errors == []
