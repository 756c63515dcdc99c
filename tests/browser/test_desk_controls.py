"""The keys whose controls belong to other parts of the desk than the decisions: each does on a real page what the help says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.models import Deferral, Lease
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.test_desk_browser import open_desk, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The field that a key has put the cursor in, and where that field's words go.
FOCUSED = """() => {
  const { name, form } = document.activeElement;
  return [name, new URL(form.action).pathname.split("/").at(-2)];
}"""
PATH = "location.pathname + location.search"
SHOWN = "document.querySelector('#stage article').dataset.comment"
# A page opened by a key would load; that it was asked for is enough.
NOTHING = "<!doctype html><title>An article</title>"


def test_keys_that_stay_on_the_page_do_what_the_help_says(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    first, second = (make_comment(article, name=name) for name in ("Ada", "Bo"))
    page.context.route("https://news.example/**", lambda route: route.fulfill(body=NOTHING, content_type="text/html"))
    open_desk(page, live_server, make_moderator(article.site))
    keyboard = page.keyboard

    # What opens a form puts the cursor in its first field, and Escape leads back.
    opened = {}
    for key in "fnb":
        keyboard.press(key)
        opened[key] = page.evaluate(FOCUSED)
        keyboard.press("Escape")
    assert opened == {"f": ["question", "ask"], "n": ["text", "notes"], "b": ["kind", "restrict"]}
    keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    keyboard.press("Escape")

    keyboard.press("?")
    assert page.locator("#help").is_visible()
    keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    keyboard.press("w")
    assert [page.locator(".mg-desk__list").is_visible(), page.locator("#single").get_attribute("aria-pressed")] == [
        False,
        "true",
    ]
    keyboard.press("w")
    assert page.locator(".mg-desk__list").is_visible()
    keyboard.press("x")
    assert page.locator(".mg-pick__box:checked").evaluate_all("all => all.map((one) => one.value)") == [first.public_id]
    with page.expect_popup() as popup:
        keyboard.press("v")
    assert popup.value.url == article.url
    popup.value.close()
    page.bring_to_front()

    keyboard.press("d")
    assert page.evaluate(SHOWN) == second.public_id
    settle(page)
    assert Deferral.objects.get().comment == first
    assert page.evaluate("window.kept") is True


def test_keys_that_lead_away_lead_where_the_help_says(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    comments = {make_comment(article, name=name).public_id for name in ("Ada", "Bo")}
    moderator = make_moderator(article.site)
    open_desk(page, live_server, moderator)
    keyboard, shown = page.keyboard, page.evaluate(SHOWN)

    # Each page is left again with the browser's own button.
    led = {}
    for keys in ("h", "g m", "g f"):
        with page.expect_navigation():
            for key in keys.split():
                keyboard.press(key)
        led[keys] = page.evaluate(PATH)
        page.go_back()
    assert led == {
        "h": f"/moderation/comments/{shown}/history/",
        "g m": "/moderation/decisions/",
        "g f": "/moderation/figures/",
    }
    with page.expect_navigation():
        keyboard.press("t")
    assert page.evaluate(PATH) == "/moderation/?mine=taken"
    taken = Lease.objects.filter(user=moderator, is_taken=True)
    assert set(taken.values_list("comment__public_id", flat=True)) == comments
    # Back to what is everybody's.
    with page.expect_navigation():
        keyboard.press("g")
        keyboard.press("q")
    assert page.evaluate(PATH) == "/moderation/?status=waiting"
