from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.enums import Action, Role
from moderation.models import Decision, Finding
from moderation.services.appeals import file_appeal
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_desk(page: Page, live_server: LiveServer, user: User) -> None:
    """The desk in a browser in which this user is signed in; `window.kept` tells whether the page was loaded anew."""
    session = sign_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/moderation/")
    page.evaluate("window.kept = true")


def settle(page: Page) -> None:
    """Wait until the server has taken everything that was decided."""
    page.locator("#main:not([data-unsent])").wait_for()


def test_deciding_in_the_browser_goes_on_in_place_and_is_taken_back_in_place(
    page: Page, live_server: LiveServer
) -> None:
    article = make_article()
    first, second = (make_comment(article, name=name) for name in ("Ada", "Bo"))
    open_desk(page, live_server, make_moderator(article.site))

    page.get_by_role("button", name="Title respect").first.click()
    page.locator(f"#card-{second.public_id}").wait_for()
    settle(page)

    assert Comment.objects.get(pk=first.pk).status == Status.REJECTED
    row = page.locator(f"#row-{first.public_id}")
    assert "mg-item--decided" in (row.locator("a").get_attribute("class") or "")
    assert row.locator("a").inner_text().endswith("Title respect")
    assert page.locator("[aria-current=true].mg-item").get_attribute("data-comment") == second.public_id
    assert page.evaluate("document.activeElement.id") == f"card-{second.public_id}"
    assert page.locator("#live").inner_text() == "Ada: Title respect"
    strip = "Ada: Not published: clause 2, Title respect by you, just now Undo"
    assert " ".join(page.locator("#last").inner_text().split()) == f"{strip} z"
    assert page.locator(".mg-queues__link[aria-current=page] .mg-queues__count").inner_text() == "1"

    page.locator("#last").get_by_role("button", name="Undo").click()
    page.locator(f"#card-{first.public_id}").wait_for()
    settle(page)

    assert Comment.objects.get(pk=first.pk).status == Status.PENDING
    assert Decision.objects.get().undone_at is not None
    assert "mg-item--decided" not in (row.locator("a").get_attribute("class") or "")
    assert page.evaluate("window.kept") is True


def test_deciding_the_last_comment_of_the_list_in_the_browser_shows_what_came_since(
    page: Page, live_server: LiveServer
) -> None:
    article = make_article()
    first = make_comment(article, name="Ada")
    open_desk(page, live_server, make_moderator(article.site))
    newcomer = make_comment(article, name="Bo")

    page.get_by_role("button", name="Approve").first.click()
    page.locator(f"#card-{newcomer.public_id}").wait_for()
    settle(page)

    assert Comment.objects.get(pk=first.pk).status == Status.APPROVED
    items = page.locator(".mg-item").all()
    assert [one.get_attribute("data-comment") for one in items] == [first.public_id, newcomer.public_id]
    assert "mg-item--decided" in (items[0].get_attribute("class") or "")
    assert page.locator("#last").get_by_role("button", name="Undo").is_visible()


def test_flag_of_a_severe_text_quotes_it_in_the_browser_while_the_text_is_revealed(
    page: Page, live_server: LiveServer
) -> None:
    comment = make_comment(make_article(), body="Sehr böse Worte")
    said = {
        "version": "1", "outcome": CheckOutcome.FLAGGED, "clause": "unlawful", "message": "On the list: %(terms)s",
        "parameters": {"terms": "“böse”"}, "spans": [[5, 9, ""]],
    }  # fmt: skip
    Finding.objects.update_or_create(comment=comment, revision=1, flagger="terms", defaults=said)
    open_desk(page, live_server, make_moderator(comment.site))
    for address in (f"/moderation/?comment={comment.public_id}", f"/moderation/comments/{comment.public_id}/history/"):
        page.goto(f"{live_server.url}{address}")
        result = page.locator(".mg-finding", has_text="On the list").first
        expect(result).to_contain_text("On the list: “…”", use_inner_text=True)
        expect(result).not_to_contain_text("böse", use_inner_text=True)
        page.locator(".mg-veil > summary").first.click()
        expect(result).to_contain_text("On the list: “böse”", use_inner_text=True)
        expect(result).not_to_contain_text("…", use_inner_text=True)


def test_choosing_a_comment_on_a_phone_opens_it_in_place_of_the_list(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    _first, second = (make_comment(article, name=name) for name in ("Ada", "Bo"))
    page.set_viewport_size({"width": 390, "height": 800})
    open_desk(page, live_server, make_moderator(article.site))
    assert not page.locator("#card").is_visible()

    page.locator(f"#row-{second.public_id} a").click()
    page.locator(f"#card-{second.public_id}").wait_for()

    assert not page.locator(".mg-list").is_visible()
    assert page.evaluate("window.kept") is True
    page.locator(".mg-thumb button").click()
    page.locator("#last").get_by_role("button", name="Undo").wait_for()
    settle(page)
    assert Comment.objects.get(pk=second.pk).status == Status.APPROVED


def test_appeal_on_a_phone_can_be_upheld_and_turned_down(page: Page, live_server: LiveServer) -> None:
    """The primary decision lies under the thumb there and nowhere else; an appeal has none of that kind."""
    comment = make_comment(make_article(), name="Ada")
    site = comment.article.site
    decide(
        comment=comment, moderator=make_moderator(site), action=Action.REJECT, expected_status=Status.PENDING,
        expected_revision=1, clause="respect",
    )  # fmt: skip
    comment.refresh_from_db()
    file_appeal(comment=comment, text="I am calm.")
    page.set_viewport_size({"width": 390, "height": 844})
    open_desk(page, live_server, make_moderator(site, role=Role.SENIOR))

    page.goto(f"{live_server.url}/moderation/?status=appealed&comment={comment.public_id}")
    assert page.get_by_role("button", name="The decision stands").is_visible()
    page.get_by_role("button", name="Publish after all").click()
    page.locator("#last > *").wait_for()
    settle(page)

    assert Comment.objects.get(pk=comment.pk).status == Status.APPROVED
