"""The demo's other site with the real server: its page shows comments and takes one, under its strict policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.enums import Status
from comments.models import Comment
from comments.services.articles import ArticleFacts, register_article
from tests.demo.elsewhere import served
from tests.factories import make_comment, make_policy, make_site

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_other_site_under_its_policy_shows_and_takes_comments(
    live_server: LiveServer, settings: Settings, page: Page
) -> None:
    settings.BASE_URL = live_server.url
    page.set_default_timeout(30_000)
    with served(live_server.url) as port:
        origin = f"http://127.0.0.1:{port}"
        site = make_site("demo", origins=(origin,))
        make_policy(site)
        facts = ArticleFacts(
            key="paddelverein-umtragestelle", url=f"{origin}/umtragestelle.html", title="Umtragestelle"
        )
        make_comment(register_article(site=site, facts=facts), body="Endlich eine Rampe.", status=Status.APPROVED)

        page.goto(f"{origin}/umtragestelle.html")
        page.locator("marginalia-comments").scroll_into_view_if_needed()
        page.locator("marginalia-comments").get_by_text("Endlich eine Rampe.").wait_for()
        page.goto(f"{origin}/")
        page.locator("[data-marginalia-count=paddelverein-umtragestelle]", has_text="1").wait_for()

        page.goto(f"{origin}/winter-paddling.html")
        form = page.locator("marginalia-comments form[data-mg=form]")
        form.locator("[name=body]").fill("Never without my helmet.")
        form.locator("[name=name]").fill("Ruth Abel")
        form.locator("button[type=submit]:not([name=preview])").click()
        own = page.locator("marginalia-comments [data-mg=own]")
        own.get_by_role("paragraph").filter(has_text="Never without my helmet.").wait_for()

    comment = Comment.objects.select_related("article").get(author__name="Ruth Abel")
    assert (comment.article.key, comment.article.url) == ("paddelverein-winter", f"{origin}/winter-paddling.html")
    assert page.context.cookies() == []
