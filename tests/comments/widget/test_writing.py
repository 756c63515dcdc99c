from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from comments.conf import Limit
from comments.enums import Status
from comments.models import Comment
from tests.comments.widget.host import Host, attributes_of, comment_in, make_hosted_article, open_widget
from tests.factories import make_comment, move

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_widget_on_a_strict_page_shows_the_thread_and_takes_a_comment(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    published = make_comment(article, body="Good that it stays.", name="Ada", status=Status.APPROVED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(host.show(live_server.url, attributes_of(article.site, article)))
    page.wait_for_timeout(300)
    assert [url for url in asked if url != f"{host.url}/article"] == [f"{live_server.url}/embed/v1.js"]

    element = open_widget(page, f"{host.url}/article")
    assert comment_in(element, published).locator(".mg-prose").inner_text() == "Good that it stays."
    assert page.context.cookies() == []

    body = element.get_by_role("textbox", name="Your comment")
    body.fill("My grandfather *built* it.")
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    own = element.locator(".mg-own__item")
    own.wait_for()

    stored = Comment.objects.get(author_name="Bo Lund")
    assert stored.status == Status.PENDING
    assert own.get_attribute("id") == f"own-{stored.public_id}"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.id") == f"own-{stored.public_id}"
    assert body.input_value() == ""
    page.wait_for_timeout(100)
    assert "waits for approval" in element.locator("[data-mg=live]").inner_text()

    page.reload()
    element.scroll_into_view_if_needed()
    element.locator(f"#own-{stored.public_id}").wait_for()


def test_reply_in_the_widget_stands_below_its_parent_and_its_draft_survives_a_reload(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    parent = make_comment(article, name="Ada", status=Status.APPROVED)
    url = host.show(live_server.url, attributes_of(article.site, article))
    element = open_widget(page, url)

    comment_in(element, parent).get_by_role("link", name="Reply").click()
    form = comment_in(element, parent).locator("form")
    form.get_by_role("textbox", name="Your comment").press_sequentially("Half a thou")
    page.reload()
    element.scroll_into_view_if_needed()
    comment_in(element, parent).get_by_role("link", name="Reply").click()
    assert form.get_by_role("textbox", name="Your comment").input_value() == "Half a thou"
    assert "still here" in form.locator("[data-mg=draft]").inner_text()

    form.get_by_role("textbox", name="Your comment").fill("A whole thought")
    form.get_by_label("Name", exact=True).fill("Bo Lund")
    form.get_by_role("textbox", name="Your comment").press("Control+Enter")
    stored_card = element.locator("[data-mg=thread] [data-mg-status]")
    stored_card.wait_for()

    stored = Comment.objects.get(author_name="Bo Lund")
    assert stored.parent_id == parent.pk
    assert stored_card.get_attribute("data-mg-comment") == stored.public_id
    assert page.evaluate("localStorage['marginalia:drafts']") == "[]"
    assert not form.is_visible()


def test_refused_comment_in_the_widget_keeps_the_text_and_focuses_the_errors(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))

    element.get_by_role("textbox", name="Your comment").fill("Text without a name")
    element.get_by_role("button", name="Send comment").click()
    errors = element.locator(".mg-errors")
    errors.wait_for()

    name = element.get_by_label("Name", exact=True)
    assert name.get_attribute("aria-invalid") == "true"
    assert element.get_by_role("textbox", name="Your comment").input_value() == "Text without a name"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "mg-errors"
    errors.get_by_role("link").click()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.name") == "name"
    assert Comment.objects.count() == 0


def test_empty_comment_in_the_widget_is_asked_for_words_and_not_taken_for_a_lost_line(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    body = element.get_by_role("textbox", name="Your comment")

    body.focus()
    element.get_by_role("button", name="Send comment").click()

    element.locator(".mg-errors").wait_for()
    assert body.get_attribute("aria-invalid") == "true"
    assert "There is no text yet. Please write something." in element.locator(".mg-errors").inner_text()


def test_lost_answer_in_the_widget_keeps_the_text_and_a_second_try_makes_no_second_comment(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    element.get_by_role("textbox", name="Your comment").fill("Only once")
    element.get_by_label("Name", exact=True).fill("Bo Lund")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/comments", lose, times=1)
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-errors").wait_for()
    assert "could not reach the server" in element.locator(".mg-errors").inner_text()
    assert element.get_by_role("textbox", name="Your comment").input_value() == "Only once"

    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()
    assert Comment.objects.count() == 1


def test_too_fast_in_the_widget_says_when_and_keeps_the_text(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": (Limit(0, datetime.timedelta(minutes=1)),)}
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    element.get_by_role("textbox", name="Your comment").fill("Quick")
    element.get_by_label("Name", exact=True).fill("Bo Lund")

    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-errors").wait_for()

    assert "seconds" in element.locator(".mg-errors").inner_text()
    assert element.get_by_role("textbox", name="Your comment").input_value() == "Quick"


def test_author_in_the_widget_previews_changes_and_withdraws(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    element.get_by_role("textbox", name="Your comment").fill("My *own* words")
    element.get_by_role("button", name="Preview").click()
    element.locator("[data-mg=preview-area] em").wait_for()
    assert element.locator("[data-mg=preview-area]").inner_text() == "My own words"
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    own = element.locator(".mg-own__item")
    own.wait_for()

    own.get_by_text("Change your text").click()
    own.get_by_role("textbox").fill("My better words")
    own.get_by_role("button", name="Save the new text").click()
    own.get_by_text("My better words").first.wait_for()
    stored = Comment.objects.get()
    assert stored.revision == 2

    own.get_by_text("Withdraw this comment").click()
    own.get_by_role("button", name="Yes, withdraw it").click()
    own.wait_for(state="detached")
    stored.refresh_from_db()
    assert stored.status == Status.WITHDRAWN


def test_quotation_in_the_widget_goes_into_the_reply(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    parent = make_comment(article, body="First.\n\nSecond.", status=Status.APPROVED)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    shown = comment_in(element, parent)

    shown.locator("summary").click()
    shown.get_by_role("link", name="Quote").click()

    assert shown.get_by_role("textbox", name="Your comment").input_value() == "> First.\n>\n> Second.\n\n"


def test_reply_to_a_comment_that_is_gone_is_sent_as_a_comment_of_its_own(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    parent = make_comment(article, status=Status.APPROVED)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    comment_in(element, parent).get_by_role("link", name="Reply").click()
    move(parent, Status.WITHDRAWN)
    form = comment_in(element, parent).locator("form")
    form.get_by_role("textbox", name="Your comment").fill("To nobody")
    form.get_by_label("Name", exact=True).fill("Bo Lund")

    form.get_by_role("button", name="Send").click()
    form.locator(".mg-errors").wait_for()
    assert form.locator(".mg-errors a").count() == 0
    form.get_by_role("button", name="Send").click()
    element.locator(".mg-own__item").wait_for()

    assert Comment.objects.get(author_name="Bo Lund").parent_id is None


def test_revision_of_a_comment_that_was_decided_meanwhile_is_refused_with_the_text_kept(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    element.get_by_role("textbox", name="Your comment").fill("My words")
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    own = element.locator(".mg-own__item")
    own.get_by_text("Change your text").click()
    move(Comment.objects.get(), Status.APPROVED)

    own.get_by_role("textbox").fill("My better words")
    own.get_by_role("button", name="Save the new text").click()
    own.locator(".mg-errors").wait_for()

    assert own.locator(".mg-errors__title").count() == 0
    assert own.get_by_role("textbox").input_value() == "My better words"
    assert Comment.objects.get().revision == 1


def test_counter_is_shown_when_the_room_runs_out_and_marks_too_much(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    body, counter = element.get_by_role("textbox", name="Your comment"), element.locator("[data-mg=counter]")

    body.fill("x" * 4_499)
    assert counter.inner_text() == ""
    body.fill("x" * 4_500)
    assert counter.inner_text() == "500 characters left"
    body.fill("x" * 5_001)
    assert "mg-form__counter--over" in (counter.get_attribute("class") or "")
    page.wait_for_timeout(100)
    assert element.locator("[data-mg=live]").inner_text() == counter.inner_text()


def test_name_is_remembered_only_where_the_box_was_ticked(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    url = host.show(live_server.url, attributes_of(article.site, article))

    def post_and_return(*, ticked: bool) -> str:
        element = open_widget(page, url)
        element.get_by_role("textbox", name="Your comment").fill(f"Ticked: {ticked}")
        element.get_by_label("Name", exact=True).fill("Bo Lund")
        element.locator("[name=remember]").set_checked(ticked)
        element.get_by_role("button", name="Send comment").click()
        element.locator(".mg-own__item", has_text=f"Ticked: {ticked}").wait_for()
        page.evaluate(
            "for (const name of Object.keys(localStorage)) if (name.endsWith(':guest')) delete localStorage[name]"
        )
        return open_widget(page, url).locator("[name=name]").input_value()

    assert post_and_return(ticked=True) == "Bo Lund"
    assert post_and_return(ticked=False) == ""
