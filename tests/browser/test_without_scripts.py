"""Reading, writing and acting on a Django page in a browser that runs no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.enums import Status
from comments.models import Article, Comment, Mute, Vote
from moderation.enums import Action
from moderation.models import Report
from moderation.services.decisions import decide
from tests.browser.stage import Stage
from tests.browser.threads import make_thread
from tests.comments.pages import discussion_url
from tests.factories import make_comment, make_moderator

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_discussion(stage: Stage, article: Article) -> Page:
    stage.open_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    return stage.go(discussion_url(article))


def comment_on(page: Page, comment: Comment) -> Locator:
    return page.locator(f"#comment-{comment.public_id}")


def order(page: Page) -> list[str]:
    return [one.get_attribute("data-mg-comment") or "" for one in page.locator("article.mg-comment").all()]


def follow(page: Page, link: Locator) -> None:
    """Follow a link by the keyboard and wait for the next page; the load state alone may still be that of the page before.

    A pointer misses at times: it aims as soon as a link far down is in view, and what was not laid out until then still moves.
    """
    with page.expect_navigation():
        link.press("Enter")


def test_reading_sorting_and_more_without_scripts(stage: Stage) -> None:
    article = stage.make_article()
    made = make_thread(article, roots=60, replies=0)
    newest, oldest = made[-1], made[0]
    page = open_discussion(stage, article)
    assert len(order(page)) == 50
    assert order(page)[0] == newest.public_id
    assert page.evaluate("typeof customElements.get('marginalia-comments')") == "undefined"

    follow(page, page.get_by_role("link", name="More comments"))
    assert len(order(page)) == 10
    assert order(page)[-1] == oldest.public_id

    follow(page, page.get_by_role("link", name="Oldest"))
    assert order(page)[0] == oldest.public_id

    Comment.objects.filter(pk=made[7].pk).update(vote_count=9, rank=0.7)
    Article.objects.filter(pk=article.pk).update(version=article.version + 10)
    follow(page, page.locator("a[data-mg-sort=best]"))
    assert order(page)[0] == made[7].public_id


def test_permalink_without_scripts_leads_to_a_comment_on_a_later_page(stage: Stage) -> None:
    article = stage.make_article()
    oldest = make_thread(article, roots=60, replies=1)[0]
    Article.objects.filter(pk=article.pk).update(url=stage.url + discussion_url(article))
    page = open_discussion(stage, article)
    page = stage.go(f"/c/{oldest.public_id}/")
    assert page.url.endswith(f"#comment-{oldest.public_id}")
    assert comment_on(page, oldest).is_visible()
    assert page.evaluate("document.querySelector(':target').id") == f"comment-{oldest.public_id}"


def test_writing_without_scripts_previews_posts_waits_changes_and_withdraws(stage: Stage) -> None:
    article = stage.make_article()
    page = open_discussion(stage, article)
    page.get_by_label("Your comment").fill("My grandfather *built* it.")
    page.get_by_label("Name", exact=True).fill("Bo Lund")
    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview")
    preview.wait_for()
    assert preview.locator("em").inner_text() == "built"
    assert page.get_by_label("Your comment").input_value() == "My grandfather *built* it."
    assert page.get_by_label("Name", exact=True).input_value() == "Bo Lund"
    assert Comment.objects.count() == 0

    page.get_by_role("button", name="Send comment").click()
    own = page.locator(".mg-own__item")
    own.wait_for()
    stored = Comment.objects.get()
    assert (stored.status, stored.author_name) == (Status.PENDING, "Bo Lund")
    assert "Waits" in own.locator(".mg-state").inner_text()

    own.locator("summary", has_text="Change your text").click()
    own.locator("[data-mg=revise] textarea").fill("My grandfather repaired it.")
    own.get_by_role("button", name="Save the new text").click()
    page.wait_for_url("**/status/**")
    assert "My grandfather repaired it." in page.locator("main").inner_text()
    stored.refresh_from_db()
    assert (stored.status, stored.revision) == (Status.PENDING, 2)

    page.locator("summary", has_text="Withdraw").click()
    follow(page, page.get_by_role("button", name="Yes, withdraw it"))
    stored.refresh_from_db()
    assert stored.status == Status.WITHDRAWN


def test_refused_comment_without_scripts_keeps_the_text(stage: Stage) -> None:
    page = open_discussion(stage, stage.make_article())
    # A name that the browser lets pass and the server does not.
    page.get_by_label("Your comment").fill("Text")
    page.get_by_label("Name", exact=True).fill("Redaktion")
    page.get_by_role("button", name="Send comment").click()
    page.locator(".mg-errors").wait_for()
    assert page.get_by_label("Your comment").input_value() == "Text"
    assert page.get_by_label("Name", exact=True).get_attribute("aria-invalid") == "true"
    assert Comment.objects.count() == 0


def test_reply_and_quote_without_scripts(stage: Stage) -> None:
    article = stage.make_article()
    parent = make_comment(article, body="It crosses since 1911.", name="Ada", status=Status.APPROVED)
    page = open_discussion(stage, article)
    comment_on(page, parent).locator(".mg-menu summary").click()
    comment_on(page, parent).get_by_role("link", name="Quote").click()
    page.locator(".mg-reply-to").wait_for()
    assert page.get_by_label("Your comment").input_value().startswith("> It crosses since 1911.")

    follow(page, page.get_by_role("link", name="Cancel reply"))
    comment_on(page, parent).get_by_role("link", name="Reply").click()
    page.locator(".mg-reply-to").wait_for()
    assert page.get_by_label("Your comment").input_value() == ""
    page.get_by_label("Your comment").fill("Since 1909.")
    page.get_by_label("Name", exact=True).fill("Bo Lund")
    page.get_by_role("button", name="Send reply").click()
    page.locator(".mg-own__item").wait_for()
    assert Comment.objects.get(author_name="Bo Lund").parent_id == parent.pk


def test_returned_comment_without_scripts_is_revised_where_it_stands(stage: Stage) -> None:
    article = stage.make_article()
    page = open_discussion(stage, article)
    comment = make_comment(article, body="Rubbish!", name="Bo Lund")
    decide(
        comment=comment, moderator=make_moderator(article.site), action=Action.RETURN, expected_status=Status.PENDING,
        expected_revision=1, clause="respect", note="Please say why.",
    )  # fmt: skip
    stage.be_guest(comment.author)
    page = stage.go(discussion_url(article))
    own = page.locator(f"#own-{comment.public_id}")
    assert "Title respect" in own.inner_text()
    assert "Please say why." in own.inner_text()

    own.locator("[data-mg=revise] textarea").fill("I disagree, because it is dear.")
    own.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/status/**")
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 2)


def test_voting_muting_and_reporting_without_scripts(stage: Stage) -> None:
    article = stage.make_article()
    comment = make_comment(article, body="It crosses since 1911.", name="Ada", status=Status.APPROVED)
    page = open_discussion(stage, article)
    comment_on(page, comment).locator("[data-mg=vote]").click()
    page.wait_for_url(f"**{discussion_url(article)}#comment-{comment.public_id}")
    assert Vote.objects.count() == 1
    assert comment_on(page, comment).locator("[data-mg=vote]").get_attribute("aria-pressed") == "true"
    assert comment_on(page, comment).locator("[data-mg=votes]").inner_text() == "1"

    comment_on(page, comment).locator(".mg-menu summary").click()
    comment_on(page, comment).locator("[data-mg=report]").click()
    page.wait_for_url(f"**/c/{comment.public_id}/report/**")
    page.get_by_label("Title respect").check()
    page.get_by_role("button", name="Send report").click()
    page.wait_for_url("**/reports/**")
    assert Report.objects.get().comment_id == comment.pk

    page = stage.go(discussion_url(article))
    comment_on(page, comment).locator(".mg-menu summary").click()
    comment_on(page, comment).locator("[data-mg=mute]").click()
    page.wait_for_url(f"**{discussion_url(article)}#comment-{comment.public_id}")
    assert Mute.objects.count() == 1
    assert comment_on(page, comment).get_attribute("data-mg-muted")
    assert not comment_on(page, comment).locator(".mg-prose").is_visible()

    # The button in the thread is the same for everybody; pressed again it leads to a page that asks.
    comment_on(page, comment).locator("[data-mg=vote]").click()
    page.wait_for_url(f"**/c/{comment.public_id}/vote/")
    page.locator("main [name=take_back]").click()
    page.wait_for_url(f"**#comment-{comment.public_id}")
    assert Vote.objects.count() == 0
