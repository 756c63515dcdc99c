"""The script on our own discussion page, where it makes livelier what is already there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.enums import Status
from comments.models import Comment, Mute, Vote
from tests.comments.widget.host import Host, make_hosted_article
from tests.factories import make_comment, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer

    from comments.models import Article

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_page(page: Page, live_server: LiveServer, article: Article) -> Locator:
    """The discussion page once the script is at work; `window.kept` tells whether it was loaded anew."""
    page.add_init_script("addEventListener('marginalia:ready', () => (window.ready = true))")
    page.goto(f"{live_server.url}/discussion/{article.site.slug}/{article.key}/")
    page.wait_for_function("window.ready")
    page.evaluate("window.kept = true")
    return page.locator("marginalia-comments")


def sign_in(page: Page, live_server: LiveServer, name: str) -> None:
    client = Client()
    client.force_login(make_user(name=name))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def test_guest_on_the_discussion_page_posts_votes_and_mutes_in_place(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    other = make_comment(article, name="Ada", status=Status.APPROVED)
    element = open_page(page, live_server, article)
    shown = element.locator(f"#comment-{other.public_id}")

    element.get_by_role("textbox", name="Your comment").fill("In place")
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()
    with page.expect_response("**/votes"):
        shown.get_by_role("button", name="Worth reading").click()
    shown.locator("[aria-pressed=true] [data-mg=votes]:text-is('1')").wait_for()
    shown.locator("summary").click()
    shown.get_by_role("button", name="Mute author").click()
    element.locator("[data-mg-muted]").wait_for()
    assert element.locator("[data-mg-muted]").evaluate("(muted) => getComputedStyle(muted, '::before').content") == (
        '"You have muted this author."'
    )

    stored = Comment.objects.get(author_name="Bo Lund")
    assert Vote.objects.get().author_id == stored.author_id
    assert Mute.objects.count() == 1
    assert page.evaluate("window.kept") is True
    assert page.evaluate("localStorage.length + sessionStorage.length") == 1  # an empty list of drafts


def test_account_without_a_name_is_asked_for_one_on_the_discussion_page(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    sign_in(page, live_server, "")
    element = open_page(page, live_server, article)
    body = element.get_by_role("textbox", name="Your comment")
    body.fill("Who am I?")

    element.get_by_label("Name", exact=True).fill("Karla Wendt")
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()
    body.focus()

    assert Comment.objects.get().author_name == "Karla Wendt"
    assert page.evaluate("window.kept") is True


def test_sign_out_on_the_discussion_page_is_an_ordinary_link(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    sign_in(page, live_server, "Karla Wendt")
    element = open_page(page, live_server, article)
    element.get_by_role("textbox", name="Your comment").focus()

    element.get_by_role("link", name="Sign out").click()
    page.wait_for_url("**/logout/**")


def test_report_on_the_discussion_page_is_sent_from_a_dialog_and_the_focus_goes_back(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    other = make_comment(article, name="Ada", status=Status.APPROVED)
    element = open_page(page, live_server, article)
    menu = element.locator(f"#comment-{other.public_id} summary")

    menu.click()
    element.get_by_role("link", name="Report").click()
    dialog = element.get_by_role("dialog", name="Report this comment")
    dialog.wait_for()
    dialog.get_by_role("button", name="Send report").click()
    dialog.locator(".mg-errors [href]").click()
    assert page.evaluate("document.activeElement.name") == "reason"
    dialog.get_by_label("Text respect").or_(dialog.get_by_label("Title respect")).first.check()
    dialog.get_by_role("button", name="Send report").click()
    receipt = dialog.get_by_role("link", name="what becomes").get_attribute("href") or ""
    dialog.get_by_role("button", name="Close").click()

    assert page.evaluate("document.activeElement.localName") == "summary"
    assert page.evaluate("window.kept") is True
    assert Client().get(receipt.removeprefix(live_server.url)).status_code == 200


def test_turbo_keeps_a_page_without_what_the_script_made_of_it(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    root = make_comment(article, name="Ada", status=Status.APPROVED)
    for _number in range(6):
        make_comment(article, parent=root, status=Status.APPROVED)
    element = open_page(page, live_server, article)
    element.get_by_role("link", name="Reply to Ada").click()
    assert element.locator("form[data-mg=form]").count() == 2
    assert element.get_by_role("button", name="3 more replies").count() == 1

    page.evaluate("document.dispatchEvent(new Event('turbo:before-cache'))")

    assert element.locator("form[data-mg=form]").count() == 1
    assert element.get_by_role("button", name="3 more replies").count() == 0
    assert element.locator("article").count() == 7
    assert element.locator("article").last.is_visible()
