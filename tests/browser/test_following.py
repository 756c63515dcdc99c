"""Following by mail in real browsers: without a script on our own pages, and in the widget on a strict page elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from comments.enums import Frequency, Proof, Scope
from comments.models import Subscription
from comments.services.subscriptions import make_confirmation_token, make_leave_token
from tests.browser.stage import Stage
from tests.comments.pages import discussion_url
from tests.comments.test_follow import wishes
from tests.comments.widget.host import attributes_of, open_widget
from tests.factories import make_user

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VERA = "vera@reader.example"


def open_discussion(stage: Stage) -> Locator:
    """The widget in a publisher's page."""
    article = stage.make_article()
    return open_widget(stage.page, stage.host.show(stage.url, attributes_of(article.site, article)))


def test_following_without_scripts_from_the_discussion_to_the_end(stage: Stage) -> None:
    article = stage.make_article()
    stage.open_page(java_script_enabled=False)
    page = stage.go(discussion_url(article))

    page.locator("#mg-follow-email").fill("vera")
    page.get_by_role("button", name="Follow by mail").click()
    page.locator("[aria-invalid=true]").wait_for()
    assert page.get_by_label("E-mail").input_value() == "vera"
    page.get_by_label("E-mail").fill(VERA)
    page.get_by_label("Once a day").check()
    page.get_by_role("button", name="Follow by mail").click()
    page.get_by_role("heading", name="Please look into your mailbox").wait_for()
    assert wishes() == [(VERA, Scope.ARTICLE, Frequency.DAILY, "", False)]

    subscription = Subscription.objects.get()
    stage.go(reverse("comments:confirm", args=[make_confirmation_token(subscription.subscriber)]))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="You are told by mail").wait_for()
    assert wishes() == [(VERA, Scope.ARTICLE, Frequency.DAILY, Proof.LINK, True)]

    page.get_by_role("link", name="All that you follow").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").wait_for()
    subscription.refresh_from_db()
    assert subscription.paused_at is not None

    stage.go(reverse("comments:leave", args=[make_leave_token(subscription)]))
    page.get_by_role("button", name="End mails about this discussion").click()
    page.get_by_role("heading", name="You are no longer told").wait_for()
    assert wishes() == []
    assert [cookie["name"] for cookie in page.context.cookies()] == ["csrftoken"]


def test_following_without_scripts_takes_an_account_one_click(stage: Stage) -> None:
    article = stage.make_article()
    stage.open_page(java_script_enabled=False)
    stage.be_account(make_user(VERA))
    page = stage.go(discussion_url(article))
    page.get_by_role("button", name="Follow by mail").click()
    page.get_by_text("You follow:").wait_for()
    assert wishes() == [(VERA, Scope.ARTICLE, Frequency.INSTANT, Proof.ACCOUNT, True)]


def test_following_with_the_script_stays_in_the_discussion(stage: Stage) -> None:
    article = stage.make_article()
    stage.be_account(make_user(VERA))
    page = stage.go(discussion_url(article))
    page.get_by_role("button", name="Follow by mail").click()
    page.get_by_text("We tell you by mail from now on.").wait_for()
    assert page.url.endswith(discussion_url(article))
    assert wishes() == [(VERA, Scope.ARTICLE, Frequency.INSTANT, Proof.ACCOUNT, True)]


def test_following_in_the_widget_says_what_is_wrong_and_then_what_comes(stage: Stage) -> None:
    element = open_discussion(stage)
    page = stage.page
    field = element.locator("#mg-follow-email")

    field.fill("vera")
    field.press("Enter")
    element.locator("#mg-follow-email[aria-invalid=true]").wait_for()
    assert field.input_value() == "vera"
    field.fill(VERA)
    element.get_by_role("button", name="Follow by mail").click()
    said = element.get_by_text("If we have not written to this address today, a mail is on its way.")
    said.wait_for()

    assert wishes() == [(VERA, Scope.ARTICLE, Frequency.INSTANT, "", False)]
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent").startswith("If we have not")
    assert page.context.cookies() == []


def test_comment_in_the_widget_can_ask_to_be_told_of_replies(stage: Stage) -> None:
    element = open_discussion(stage)
    element.get_by_role("textbox", name="Your comment").fill("My grandfather built it.")
    element.get_by_label("Name", exact=True).fill("Vera Lind")
    element.get_by_label("Tell me of replies by mail").check()
    element.get_by_role("button", name="Send comment").click()
    element.get_by_text("To be told of replies, please enter your e-mail address.").first.wait_for()

    element.locator("#mg-email").fill(VERA)
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()

    assert wishes() == [(VERA, Scope.REPLIES, Frequency.INSTANT, "", False)]
