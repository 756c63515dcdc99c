"""The bell in a browser: in the widget on a publisher's page, and without a page load on our own."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from comments.enums import Status
from comments.models import Article, Author, Comment
from comments.services.identity import Identity
from tests.comments.pages import discussion_url
from tests.comments.widget.host import Host, attributes_of, make_hosted_article, open_widget
from tests.comments.widget.test_identity import sign
from tests.factories import make_comment, make_user
from tests.moderation.desk_pages import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer
    from pytest_django.plugin import SettingsWrapper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_news(article: Article, author: Author) -> Comment:
    """A reply to this reader that they have not seen."""
    mine = make_comment(article, identity=Identity(author=author, user=author.user), status=Status.APPROVED)
    Author.objects.filter(pk=author.pk).update(seen_at=mine.posted_at)
    return make_comment(article, parent=mine, status=Status.APPROVED, name="Kim Bly")


def read_and_mark(element: Locator, reply: Comment) -> None:
    summary = element.locator("summary", has_text="new repl")
    summary.click()
    expect(element.locator(f"[data-mg=own] a[href$='/c/{reply.public_id}/']")).to_be_visible()
    element.get_by_role("button", name="Mark as read").click()
    expect(summary).to_have_count(0)


def test_widget_shows_the_bell_and_marks_it_as_read(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_UNDO_GRACE = datetime.timedelta()
    article = make_hosted_article(host)
    author = Author.objects.create(site=article.site, kind="sso", sso_subject="17", name="Ada Funke")
    reply = make_news(article, author)
    token = sign(article.site, subject="17", name="Ada Funke", number="1", audience=live_server.url)
    attributes = f'{attributes_of(article.site, article)} token="{token}"'
    element = open_widget(page, host.show(live_server.url, attributes))

    read_and_mark(element, reply)

    assert page.evaluate("document.querySelector('marginalia-comments').shadowRoot.activeElement.tagName") == "H2"
    assert Author.objects.filter(pk=author.pk, seen_at__gt=reply.posted_at).exists()
    element = open_widget(page, page.url)
    expect(element.locator(".mg-own__item").first).to_be_attached()
    expect(element.locator("[data-mg=seen]")).to_have_count(0)


def test_page_of_ours_marks_the_bell_as_read_in_place(
    page: Page, live_server: LiveServer, host: Host, settings: SettingsWrapper
) -> None:
    settings.COMMENTS_UNDO_GRACE = datetime.timedelta()
    article = make_hosted_article(host)
    user = make_user(name="Jonas Feld")
    author = Author.objects.create(site=article.site, kind="user", user=user, name="Jonas Feld")
    reply = make_news(article, author)
    session = sign_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + discussion_url(article))
    page.evaluate("window.stays = true")

    read_and_mark(page.locator("marginalia-comments"), reply)

    assert page.evaluate("window.stays")
    assert Author.objects.filter(pk=author.pk, seen_at__gt=reply.posted_at).exists()
