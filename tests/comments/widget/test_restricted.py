from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.models import Comment
from moderation.enums import RestrictionKind
from moderation.gate import restriction_url
from moderation.models import Restriction
from tests.comments.widget.host import Host, attributes_of, make_hosted_article, open_widget
from tests.moderation.restricting import lay

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_whoever_is_warned_reads_where_to_confirm_it_and_then_sends_the_text_that_was_kept(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    page.set_viewport_size({"width": 320, "height": 800})
    body = element.get_by_role("textbox", name="Your comment").first
    body.fill("A first text.")
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()
    warning = lay(Comment.objects.get().author, RestrictionKind.WARNING)

    body.fill("A second text.")
    element.get_by_role("button", name="Send comment").click()
    errors = element.locator(".mg-errors")
    errors.wait_for()

    assert restriction_url(warning) in errors.inner_text()
    assert body.input_value() == "A second text."
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert Comment.objects.count() == 1

    page.goto(restriction_url(warning))
    page.locator("button[name=confirm]").click()
    page.locator("button[name=confirm]").wait_for(state="detached")
    assert Restriction.objects.get().acknowledged_at is not None
    element = open_widget(page, f"{host.url}/article")
    assert element.get_by_role("textbox", name="Your comment").first.input_value() == "A second text."
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").nth(1).wait_for()

    assert Comment.objects.count() == 2
