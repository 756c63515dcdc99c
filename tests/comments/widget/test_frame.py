from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.enums import Status
from comments.models import Comment
from tests.comments.widget.host import Host, attributes_of, make_hosted_article
from tests.comments.widget.test_identity import sign
from tests.factories import make_comment

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page
    from pytest_django.live_server_helper import LiveServer

    from comments.models import Article

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ELEMENT = "document.querySelector('marginalia-comments')"
HEARD = """
  window.heard = [];
  for (const name of ["ready", "posted", "count", "error"])
    addEventListener(`marginalia:${name}`, (event) => heard.push([name, event.detail]));
"""


def open_frame(
    page: Page, base: str, host: Host, article: Article, others: str = "", *, after: str = ""
) -> FrameLocator:
    """The host page with the discussion in a frame; what is in the frame."""
    page.add_init_script(HEARD)
    url = host.show(base, attributes_of(article.site, article, f'isolation="frame" {others}'), after=after)
    host.csp += f"; frame-src {base} {host.url}"
    page.goto(url)
    page.locator("marginalia-comments").scroll_into_view_if_needed()
    inside = page.locator("marginalia-comments").frame_locator("iframe")
    inside.locator("[data-mg=discussion]").wait_for()
    return inside


def test_frame_is_told_who_reads_and_that_they_left(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    facts = {"audience": live_server.url}
    first = sign(article.site, subject="17", name="Ada Funke", number="1", **facts)
    other = sign(article.site, subject="18", name="Bo Lund", number="2", **facts)
    inside = open_frame(page, live_server.url, host, article, f'token="{first}"')

    inside.locator("[data-mg=account-name]", has_text="Ada Funke").wait_for(state="attached")
    assert first not in (page.locator("iframe").first.get_attribute("src") or "")
    page.evaluate(f"(token) => {ELEMENT}.setToken(token)", other)
    inside.locator("[data-mg=account-name]", has_text="Bo Lund").wait_for(state="attached")
    page.evaluate(f"{ELEMENT}.logout()")
    inside.locator("[data-mg=account][hidden]").wait_for(state="attached")


def test_frame_is_refreshed_and_its_events_come_out(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    inside = open_frame(page, live_server.url, host, article)
    page.wait_for_function("heard.length === 2")
    facts = {"site": article.site.slug, "article": article.key, "count": 0}
    assert page.evaluate("heard") == [["ready", facts], ["count", facts]]

    comment = make_comment(article, status=Status.APPROVED)
    page.evaluate(f"{ELEMENT}.refresh()")
    inside.locator(f"#comment-{comment.public_id}").wait_for()
    inside.get_by_role("textbox", name="Your comment").fill("From the frame")
    inside.get_by_label("Name", exact=True).fill("Bo Lund")
    inside.get_by_role("button", name="Send comment").click()
    inside.locator(".mg-own__item").wait_for()

    stored = Comment.objects.get(author_name="Bo Lund")
    page.wait_for_function("heard.length === 3")
    posted = {"site": article.site.slug, "article": article.key, "id": stored.public_id, "status": "pending"}
    assert page.evaluate("heard[2]") == ["posted", posted]


def test_frame_and_page_around_listen_to_nobody_else(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    forged = sign(article.site, subject="99", name="Eve", audience=live_server.url, number="1")
    host.csp = f"default-src 'none'; script-src 'unsafe-inline' {live_server.url}; connect-src {live_server.url}"
    host.pages["/hostile"] = f"""<script>
      for (const target of [parent, ...Array.from(parent.frames)]) {{
        target.postMessage({{ type: "marginalia:token", token: "{forged}" }}, "*");
        target.postMessage({{ type: "marginalia:logout" }}, "*");
        target.postMessage({{ type: "marginalia:event", name: "posted", detail: {{ id: "x" }} }}, "*");
        target.postMessage({{ type: "marginalia:height", height: 7 }}, "*");
        target.postMessage({{ type: "marginalia:hello" }}, "*");
      }}
    </script>"""
    inside = open_frame(page, live_server.url, host, article, after='<iframe id="hostile"></iframe>')
    page.wait_for_function("heard.length === 2")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method != "GET" else None)
    before = page.locator("marginalia-comments iframe").bounding_box()

    page.evaluate("document.getElementById('hostile').src = '/hostile'")
    page.frame_locator("#hostile").locator("script").wait_for(state="attached")
    page.wait_for_timeout(500)

    assert posts == []
    assert len(page.evaluate("heard")) == 2
    assert page.locator("marginalia-comments iframe").bounding_box() == before
    assert not inside.locator("[data-mg=account]").is_visible()


def test_frame_tells_only_numbers_and_short_words_on(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    inside = open_frame(page, live_server.url, host, article)
    page.wait_for_function("heard.length === 2")
    say = "(root, detail) => parent.postMessage({ type: 'marginalia:event', name: 'count', detail }, '*')"
    within = inside.locator("html")

    for bad in ({"count": {"deep": 1}}, {"count": "x" * 10_000}, {"count": [1]}, {"count": None}):
        within.evaluate(say, bad)
    within.evaluate("() => parent.postMessage({ type: 'marginalia:event', name: 'click', detail: {} }, '*')")
    within.evaluate(say, {"count": 7})
    page.wait_for_function("heard.length > 2")

    assert [detail["count"] for _name, detail in page.evaluate("heard")] == [0, 0, 7]
