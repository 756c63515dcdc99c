from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.enums import Status
from comments.models import Comment
from tests.comments.widget.host import Host, attributes_of, comment_in, make_hosted_article, open_widget
from tests.factories import make_comment

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RECORD = """
  window.heard = []; window.shift = 0;
  for (const name of ["ready", "posted", "count", "error"])
    addEventListener(`marginalia:${name}`, (event) => heard.push([name, event.detail]));
  new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value; })
    .observe({ type: "layout-shift", buffered: true });
"""
THREAD = "**/thread.html*"


def make_published(like: Comment, parents: list[Comment | None]) -> list[Comment]:
    """Published comments of the same author, one below each of the parents; roots for None."""
    return Comment.objects.bulk_create(
        Comment(
            site_id=like.site_id, article_id=like.article_id, author_id=like.author_id, author_name=f"Reader {n}",
            language="en", status=Status.APPROVED, published_at=like.published_at, published_revision=1,
            posted_at=like.posted_at, public_html="<p>The ferry was there before the war, and it stays.</p>" * 3,
            idempotency_key=f"{bool(parent)}-{n}", parent=parent, root=parent, depth=1 if parent else 0,
        )
        for n, parent in enumerate(parents)
    )  # fmt: skip


@pytest.mark.parametrize("trouble", ["refused", "broken", "rubbish"])
def test_server_in_trouble_leaves_one_sentence_with_a_way_on(
    page: Page, live_server: LiveServer, host: Host, trouble: str
) -> None:
    article = make_hosted_article(host)
    page.add_init_script(RECORD)

    def answer(route: Route) -> None:
        if trouble == "refused":
            route.abort()
        else:
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(status=500 if trouble == "broken" else 200, body="<p>nginx</p>", headers=headers)

    page.route(THREAD, answer)
    page.goto(host.show(live_server.url, attributes_of(article.site, article)))
    element = page.locator("marginalia-comments")
    element.scroll_into_view_if_needed()
    element.get_by_role("button", name="Try again").wait_for()

    assert "The comments could not be loaded." in element.locator("section").inner_text()
    address = element.get_by_role("link").get_attribute("href")
    assert address == f"{live_server.url}/discussion/{article.site.slug}/{article.key}/"
    assert [name for name, _detail in page.evaluate("heard")] == ["error"]
    page.unroute(THREAD)
    element.get_by_role("button", name="Try again").click()
    element.locator("[data-mg=discussion]").wait_for()


def test_server_that_hangs_is_given_up_after_ten_seconds(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    page.route(THREAD, lambda _route: None)
    url = host.show(live_server.url, attributes_of(article.site, article, 'lang="de"'))
    page.goto(url)
    element = page.locator("marginalia-comments")
    element.scroll_into_view_if_needed()

    element.get_by_role("button", name="Noch einmal versuchen").wait_for(timeout=15_000)


def test_long_thread_shifts_nothing(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    first = make_comment(article, status=Status.APPROVED)
    roots = [first, *make_published(first, [None] * 49)]
    make_published(first, [roots[n % 50] for n in range(350)])
    page.add_init_script(RECORD)
    page.goto(host.show(live_server.url, attributes_of(article.site, article), after="<p>Imprint</p>" * 20))
    element = page.locator("marginalia-comments")
    near = page.evaluate("document.querySelector('marginalia-comments').getBoundingClientRect().top") - 900 - 500
    page.mouse.wheel(0, near)
    element.locator("article").nth(399).wait_for(state="attached")
    page.wait_for_timeout(500)
    for _step in range(8):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(100)

    assert element.locator("article").count() == 400
    assert page.evaluate("shift") == 0


def test_element_that_is_moved_keeps_what_was_typed_and_one_that_is_removed_starts_anew(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    url = host.show(live_server.url, attributes_of(article.site, article), after="<div id='there'></div>")
    element = open_widget(page, url)
    element.get_by_role("textbox", name="Your comment").fill("Half a thou")

    page.evaluate("document.getElementById('there').append(document.querySelector('marginalia-comments'))")
    assert element.get_by_role("textbox", name="Your comment").input_value() == "Half a thou"

    page.evaluate("window.kept = document.querySelector('marginalia-comments'); kept.remove()")
    page.wait_for_timeout(50)
    page.evaluate("document.body.append(kept)")
    element.scroll_into_view_if_needed()
    comment_in(element, comment).wait_for()
    assert element.locator("article").count() == 1


def test_another_article_in_the_attribute_shows_the_other_discussion(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))

    page.evaluate("document.querySelector('marginalia-comments').setAttribute('article', 'bridge')")
    element.locator("[data-mg-article=bridge]").wait_for()
    assert element.locator("[data-mg=discussion]").count() == 1


def test_script_loaded_twice_and_included_html_ask_for_nothing_more(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, status=Status.APPROVED)
    included = Client().get(f"/embed/v1/{article.site.slug}/{article.key}/thread.html").content.decode()
    twice = f'<script async src="{live_server.url}/embed/v1.js?again"></script>'
    url = host.show(live_server.url, attributes_of(article.site, article), inside=included, after=twice)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    element = open_widget(page, url)
    comment_in(element, comment).get_by_role("link", name="Reply").click()

    comment_in(element, comment).get_by_role("textbox", name="Your comment").wait_for()
    assert element.locator("article").count() == 1
    assert [one for one in asked if "/thread.html" in one or "/reader" in one] == []


def test_click_loads_and_counts_are_filled(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    make_comment(article, status=Status.APPROVED)
    count = f'<a id="count" data-marginalia-count="{article.key}" data-marginalia-site="{article.site.slug}">?</a>'
    page.add_init_script(RECORD)
    page.goto(host.show(live_server.url, attributes_of(article.site, article, 'load="click"'), before=count))
    page.locator("#count:text-is('1')").wait_for()
    element = page.locator("marginalia-comments")

    element.get_by_role("button", name="Read the comments").click()
    element.locator("[data-mg=discussion]").wait_for()

    page.wait_for_function("heard.length === 2")
    facts = {"site": article.site.slug, "article": article.key, "count": 1}
    assert page.evaluate("heard") == [["ready", facts], ["count", facts]]


def test_single_comment_is_shown_by_its_element(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    comment = make_comment(article, body="Quoted words", status=Status.APPROVED)
    quoted = f'<marginalia-comment comment="{comment.public_id}"><a href="/x">There</a></marginalia-comment>'
    absent = '<marginalia-comment comment="000000000000"><a href="/x">Gone</a></marginalia-comment>'
    page.goto(host.show(live_server.url, attributes_of(article.site, article), before=quoted + absent))

    first, second = page.locator("marginalia-comment").all()
    first.get_by_text("Quoted words").wait_for()
    assert second.get_by_text("Gone").is_visible()


def test_frame_is_as_high_as_its_discussion_both_ways(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    comments = [make_comment(article, status=Status.APPROVED) for _number in range(5)]
    url = host.show(live_server.url, attributes_of(article.site, article, 'isolation="frame"'))
    host.csp += f"; frame-src {live_server.url}"
    page.goto(url)
    element = page.locator("marginalia-comments")
    element.scroll_into_view_if_needed()
    inside = element.frame_locator("iframe")
    inside.locator(f"#comment-{comments[0].public_id}").wait_for()

    def settled() -> float:
        page.wait_for_timeout(400)
        box = element.locator("iframe").bounding_box()
        content = inside.locator("marginalia-comments").bounding_box()
        assert box is not None
        assert content is not None
        assert abs(box["height"] - content["height"]) <= 1
        return box["height"]

    usual = settled()
    inside.get_by_text("All clauses").click()
    higher = settled()
    inside.get_by_text("All clauses").click()
    assert higher > usual + 50
    assert settled() == usual
    inside.get_by_role("textbox", name="Your comment").fill("From the frame")
    inside.get_by_label("Name", exact=True).fill("Bo Lund")
    inside.get_by_role("button", name="Send comment").click()
    inside.locator(".mg-own__item").wait_for()
    assert Comment.objects.filter(author_name="Bo Lund").count() == 1


def test_hidden_discussion_leaves_the_element_empty_and_quiet(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    page.add_init_script(RECORD)
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route(THREAD, lambda route: route.fulfill(status=404, body="", headers=headers))
    page.goto(host.show(live_server.url, attributes_of(article.site, article)))
    with page.expect_response(THREAD):
        page.locator("marginalia-comments").scroll_into_view_if_needed()
    page.wait_for_timeout(200)

    assert page.evaluate("document.querySelector('marginalia-comments').shadowRoot.childElementCount") == 0
    assert page.evaluate("document.querySelector('marginalia-comments').offsetHeight") == 0
    assert page.evaluate("heard") == []
