from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from comments.enums import Status
from comments.models import Comment, Mute, Vote
from tests.comments.widget.host import Host, attributes_of, comment_in, make_hosted_article, open_widget
from tests.factories import make_comment, move

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOCUS = "document.activeElement.shadowRoot?.activeElement?.id"


def shown_ids(page: Page) -> list[str]:
    found = "document.querySelector('marginalia-comments').shadowRoot.querySelectorAll('article.mg-comment')"
    shown: list[str] = page.evaluate(f"Array.from({found}, (one) => one.id)")
    return shown


def ids(*comments: Comment) -> list[str]:
    return [f"comment-{one.public_id}" for one in comments]


def test_order_and_more_in_the_widget_change_the_thread_in_place(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_PAGE_SIZE = 2
    article = make_hosted_article(host)
    first, second, third = (make_comment(article, status=Status.APPROVED) for _number in range(3))
    url = host.show(live_server.url, attributes_of(article.site, article))
    element = open_widget(page, url)
    assert shown_ids(page) == ids(third, second)

    element.get_by_role("link", name="Oldest").click()
    element.locator("[data-mg-sort=oldest][aria-current=true]").wait_for()
    assert shown_ids(page) == ids(first, second)
    assert page.evaluate(FOCUS) == f"comment-{first.public_id}"

    element.get_by_role("link", name="More comments").click()
    comment_in(element, third).wait_for()
    assert shown_ids(page) == ids(first, second, third)
    page.wait_for_function(f"{FOCUS} === 'comment-{third.public_id}'")
    assert element.get_by_role("link", name="More comments").count() == 0
    assert page.url == url


def test_many_replies_in_the_widget_are_folded_and_open_for_a_link_to_one(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    root = make_comment(article, status=Status.APPROVED)
    replies = [make_comment(article, parent=root, status=Status.APPROVED) for _number in range(6)]
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))

    button = element.get_by_role("button", name="3 more replies")
    assert button.get_attribute("aria-expanded") == "false"
    assert comment_in(element, replies[2]).is_visible()
    assert element.locator("[hidden=until-found] article").count() == 3
    button.click()
    assert comment_in(element, replies[5]).is_visible()
    element.get_by_role("button", name="Show fewer replies").click()

    page.evaluate(f"location.hash = 'comment-{replies[5].public_id}'")
    page.wait_for_function(f"{FOCUS} === 'comment-{replies[5].public_id}'")
    assert comment_in(element, replies[5]).is_visible()
    assert element.locator(".mg-comment--found").get_attribute("id") == f"comment-{replies[5].public_id}"


def test_link_to_a_comment_far_down_loads_its_conversation_at_once(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_PAGE_SIZE = 1
    article = make_hosted_article(host)
    old = make_comment(article, status=Status.APPROVED)
    make_comment(article, status=Status.APPROVED)
    url = host.show(live_server.url, attributes_of(article.site, article))

    page.goto(f"{url}#comment-{old.public_id}")
    element = page.locator("marginalia-comments")
    comment_in(element, old).wait_for()

    assert shown_ids(page) == ids(old)
    page.wait_for_function(f"{FOCUS} === 'comment-{old.public_id}'")
    box = comment_in(element, old).bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    element.get_by_role("link", name="Show the discussion from the beginning").click()
    page.wait_for_function(f"{FOCUS} !== 'comment-{old.public_id}'")


def test_new_comments_in_the_widget_are_offered_and_put_in_place_on_demand(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    root = make_comment(article, status=Status.APPROVED)
    page.clock.install()
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    comment_in(element, root).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    reply = make_comment(article, parent=root, status=Status.APPROVED)
    other = make_comment(article, status=Status.APPROVED)
    deeper = make_comment(article, parent=reply, status=Status.APPROVED)

    page.clock.run_for(61_000)
    button = element.get_by_role("button", name="3 new comments")
    button.wait_for()
    assert shown_ids(page) == ids(root)
    button.click()
    comment_in(element, other).wait_for()

    assert shown_ids(page) == ids(other, root, reply, deeper)
    assert page.evaluate(FOCUS) == f"comment-{other.public_id}"
    assert not button.is_visible()
    assert element.locator("h2").inner_text() == "4 comments"


def test_times_in_the_widget_are_relative_with_the_absolute_one_as_title(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    Comment.objects.filter(pk=comment.pk).update(posted_at=timezone.now() - datetime.timedelta(hours=3, minutes=5))

    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))

    time = comment_in(element, comment).locator("time")
    assert time.inner_text() == "3 hours ago"
    assert str(timezone.now().year) in (time.get_attribute("title") or "")


def test_vote_and_mute_in_the_widget_are_stored_and_shown(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, name="Ada", status=Status.APPROVED)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    shown = comment_in(element, comment)
    vote = shown.get_by_role("button", name="Worth reading")

    with page.expect_response("**/votes"):
        vote.click()
    shown.locator("[aria-pressed=true] [data-mg=votes]:text-is('1')").wait_for()
    assert Vote.objects.get().comment_id == comment.pk
    with page.expect_response("**/votes"):
        vote.click()
    shown.locator("[aria-pressed=false]").wait_for()
    assert Vote.objects.count() == 0

    shown.locator("summary").click()
    shown.get_by_role("button", name="Mute author").click()
    element.locator("[data-mg-muted]").wait_for()
    assert Mute.objects.count() == 1
    assert not shown.locator(".mg-comment__body").is_visible()
    page.reload()
    element.scroll_into_view_if_needed()
    element.locator("[data-mg-muted]").wait_for()


def test_vote_that_fails_in_the_widget_is_taken_back_with_a_sentence(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    move(comment, Status.PENDING)
    Comment.objects.filter(pk=comment.pk).delete()

    comment_in(element, comment).get_by_role("button", name="Worth reading").click()
    note = element.locator("[data-mg=note]")
    note.wait_for()

    assert note.inner_text() != ""
    assert comment_in(element, comment).locator("[data-mg=vote]").get_attribute("aria-pressed") == "false"
    assert comment_in(element, comment).locator("[data-mg=votes]").inner_text() == ""


def test_link_in_the_widget_is_copied(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=host.url)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    shown = comment_in(element, comment)

    shown.locator("summary").click()
    shown.get_by_role("link", name="Link to this comment").click()
    shown.locator("[data-mg=note]").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == f"{live_server.url}/c/{comment.public_id}/"


def test_two_votes_of_a_stranger_in_the_widget_are_those_of_one_reader(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    comments = [make_comment(article, status=Status.APPROVED) for _number in range(2)]
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    buttons = [comment_in(element, one).locator("[data-mg=vote]") for one in comments]

    page.evaluate(
        "for (const one of document.querySelector('marginalia-comments').shadowRoot"
        ".querySelectorAll('[data-mg=vote]')) { one.click(); one.click(); }"
    )
    for button in buttons:
        button.locator("[data-mg=votes]:text-is('1')").wait_for()
    page.wait_for_timeout(500)

    assert len(sent) == 2
    assert Vote.objects.count() == 2
    assert Vote.objects.values("author").distinct().count() == 1


def test_vote_too_fast_in_the_widget_says_what_the_server_says(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    headers = {"Access-Control-Allow-Origin": "*", "Retry-After": "3"}
    page.route("**/votes", lambda route: route.fulfill(status=429, json={"detail": "Slowly."}, headers=headers))
    comment_in(element, comment).locator("[data-mg=vote]").click()
    element.locator("[data-mg=note]", has_text="Slowly.").wait_for()
    page.unroute("**/votes")
    page.route("**/votes", lambda route: route.abort())
    comment_in(element, comment).locator("[data-mg=vote]").click()
    element.locator("[data-mg=note]", has_text="That did not work.").wait_for()


def test_new_reply_without_a_place_in_the_part_shown_is_not_offered(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_PAGE_SIZE = 1
    article = make_hosted_article(host)
    shown, elsewhere = (make_comment(article, status=Status.APPROVED) for _number in range(2))
    page.clock.install()
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article, 'sort="oldest"')))
    comment_in(element, shown).scroll_into_view_if_needed()
    page.wait_for_timeout(200)

    def poll() -> str:
        with page.expect_response("**/thread.html?*part=thread*") as answer:
            page.clock.run_for(61_000)
        text = answer.value.text()
        for _turn in range(10):
            page.clock.run_for(20)
        return text

    poll()
    reply = make_comment(article, parent=elsewhere, status=Status.APPROVED)
    assert reply.public_id in poll()
    assert not element.locator("[data-mg=new]").is_visible()
    here = make_comment(article, parent=shown, status=Status.APPROVED)
    settings.COMMENTS_PAGE_SIZE = 2
    assert here.public_id in poll()
    element.get_by_role("button", name="1 new comment").click()
    comment_in(element, here).wait_for()
