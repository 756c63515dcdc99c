"""The desk in a browser that runs no script: list, open, decide with a reason, undo, select, preferences, as plain forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.enums import Status
from moderation.models import Decision, DeskPreferences
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def follow(page: Page, control: Locator) -> None:
    """Click and wait for the next page."""
    with page.expect_navigation():
        control.click()


def test_whole_desk_without_scripts(chromium: Browser, live_server: LiveServer) -> None:
    article = make_article()
    first, second = (make_comment(article, name=name) for name in ("Ada", "Bo"))
    session = sign_in(make_moderator(article.site)).cookies["sessionid"].value
    context = chromium.new_context(locale="en-GB", java_script_enabled=False, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/moderation/")
    assert not page.locator("#single").is_visible()
    assert page.locator(".mg-selection").is_visible()

    follow(page, page.locator(f"#row-{second.public_id} .mg-item"))
    page.locator("summary[data-key=sentence]").click()
    page.locator("#id_note").fill("Please stay calm.")
    follow(page, page.locator("#reject [data-key=clause-2]"))
    assert page.locator("#stage article").get_attribute("data-comment") == first.public_id
    decision = Decision.objects.get()
    assert (decision.comment, decision.action, decision.note) == (second, "reject", "Please stay calm.")
    assert Decision.objects.get(clause__slug="respect") == decision

    follow(page, page.locator("#last").get_by_role("button", name="Undo"))
    second.refresh_from_db()
    assert second.status == Status.PENDING

    page.locator(f"#row-{first.public_id} .mg-pick__box").check()
    page.locator(f"#row-{second.public_id} .mg-pick__box").check()
    follow(page, page.get_by_role("button", name="Decide together"))
    assert page.url == f"{live_server.url}/moderation/bulk/?comment={first.public_id}&comment={second.public_id}"

    page.goto(f"{live_server.url}/moderation/")
    follow(page, page.get_by_role("link", name="Keys", exact=True))
    page.locator("#key_approve").fill("p")
    follow(page, page.get_by_role("button", name="Save"))
    assert DeskPreferences.objects.get().keys == {"approve": "p"}
    context.close()
