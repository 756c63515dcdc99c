"""The desk by keys, in a browser: what a key does, what the page does before the server has answered, and after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Action
from moderation.models import Decision, FindingFeedback
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import flag
from tests.moderation.test_desk_browser import open_desk, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = "document.querySelector('#stage article')?.dataset.comment ?? ''"


def press(page: Page, *keys: str) -> int:
    """Press keys, one after the other; returns how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def decisions() -> list[tuple[object, ...]]:
    """Every decision that stands, as what was done to whose comment."""
    standing = Decision.objects.filter(undone_at=None).order_by("id")
    return list(standing.values_list("comment__author_name", "action", "clause__slug", "note"))


@pytest.fixture
def bumpy(chromium: Browser) -> Iterator[Page]:
    """As `page`, but what the browser notes about requests that fail is part of the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def test_one_key_approves_one_rejects_by_clause_and_three_with_a_sentence(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    comments = [make_comment(article, name=name) for name in ("Ada", "Bo", "Cy", "Di", "Ed")]
    open_desk(page, live_server, make_moderator(article.site))
    page.wait_for_load_state("networkidle")

    assert press(page, "a") == 1
    # Painted at the key press: no answer was waited for.
    assert page.evaluate(SHOWN) == comments[1].public_id
    assert press(page, "2") == 1
    count = press(page, "r")
    page.keyboard.type("a 1 z: please stay with the matter.")
    count += press(page, "Escape", "1")
    assert count == 3
    press(page, "e", "3", ".")
    settle(page)

    assert decisions() == [
        ("Ada", "approve", None, ""),
        ("Bo", "reject", "respect", ""),
        ("Cy", "reject", "on-topic", "a 1 z: please stay with the matter."),
        ("Di", "return", "no-advertising", ""),
        ("Ed", "return", "no-advertising", ""),
    ]
    assert page.locator(".mg-item--decided").count() == 5
    assert page.locator("#stage").inner_text().startswith("Nothing waits.")
    assert page.evaluate("window.kept") is True


def test_keys_move_select_open_and_undo_and_are_dead_while_typing(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    first, second, third = (make_comment(article, name=name) for name in ("Ada", "Bo", "Cy"))
    open_desk(page, live_server, make_moderator(article.site))
    assert page.locator("[data-key=approve]:visible").get_attribute("aria-keyshortcuts") == "a"
    assert page.locator("[data-key=approve]:visible .mg-key").inner_text() == "a"

    press(page, "j", "ArrowDown", "k")
    expect(page.locator("#stage article")).to_have_attribute("data-comment", second.public_id)
    press(page, "x", "Shift+J")
    expect(page.locator("#stage article")).to_have_attribute("data-comment", third.public_id)
    assert page.locator("#selected").inner_text() == "2 selected"
    press(page, "o")
    assert page.locator("#stage .mg-card__context").first.get_attribute("open") == ""
    press(page, "Control+a", "Alt+a", "@")
    press(page, "/")
    page.keyboard.type("a2sz")
    assert page.locator("#q").input_value() == "a2sz"
    press(page, "Escape", "?")
    assert page.locator("#help").is_visible()
    press(page, "a", "Escape", "w")
    assert not page.locator(".mg-desk__list").is_visible()
    press(page, "w")
    assert decisions() == []

    press(page, "k", "k", "s", "z")
    assert page.evaluate(SHOWN) == first.public_id
    settle(page)
    press(page, "s")
    settle(page)
    press(page, "Control+z")
    settle(page)
    assert {one.status for one in Comment.objects.all()} == {Status.PENDING}
    assert Decision.objects.filter(undone_at=None).count() == 0
    assert Decision.objects.exists()
    assert page.locator(".mg-item--decided").count() == 0


def test_conflict_brings_the_card_back_and_says_who_decided_what(bumpy: Page, live_server: LiveServer) -> None:
    article = make_article()
    first, second, third = (make_comment(article, name=name) for name in ("Ada", "Bo", "Cy"))
    open_desk(bumpy, live_server, make_moderator(article.site))
    colleague = make_moderator(article.site)
    colleague.first_name, colleague.last_name = "Jonas", "Feld"
    colleague.save()
    decide(
        comment=first, moderator=colleague, action=Action.REJECT, expected_status=Status.PENDING,
        expected_revision=1, clause="respect",
    )  # fmt: skip

    bumpy.locator("[data-key=sentence]").click()
    bumpy.locator("#id_note").fill("Well said.")
    press(bumpy, "Escape", "a")
    bumpy.get_by_role("alert").get_by_text("Jonas Feld").wait_for()
    said = " ".join(bumpy.locator("#last").inner_text().split())
    assert said.startswith("Not stored: Ada: Published. Somebody was quicker. Your decision was not stored.")
    assert "Not published: clause 2, Title respect" in said
    # Whoever goes on at once does not decide about what was not seen: the card comes back after this one.
    assert bumpy.evaluate(SHOWN) == second.public_id
    press(bumpy, "s")
    assert bumpy.evaluate(SHOWN) == first.public_id
    assert "by Jonas Feld" in bumpy.locator("#stage .mg-verdict--conflict").inner_text()
    assert bumpy.locator("#stage").get_by_text("Well said.").count() or bumpy.locator("#id_note").input_value()
    press(bumpy, "j", "j")
    settle(bumpy)
    assert [one[:2] for one in decisions()] == [("Ada", "reject"), ("Bo", "spam")]
    assert Comment.objects.get(pk=third.pk).status == Status.PENDING


def test_card_that_comes_back_in_conflict_hears_no_key_until_it_is_woken(bumpy: Page, live_server: LiveServer) -> None:
    article = make_article()
    first, second = (make_comment(article, name=name) for name in ("Ada", "Bo"))
    open_desk(bumpy, live_server, make_moderator(article.site))
    bumpy.wait_for_load_state("networkidle")
    decide(
        comment=first, moderator=make_moderator(article.site), action=Action.APPROVE,
        expected_status=Status.PENDING, expected_revision=1,
    )  # fmt: skip

    press(bumpy, "1")
    bumpy.locator("#last [role=alert]").wait_for()
    assert bumpy.evaluate(SHOWN) == second.public_id
    press(bumpy, "1")
    settle(bumpy)
    # The same hand in the same rhythm would remove what the colleague has published, or take that back.
    assert bumpy.evaluate(SHOWN) == first.public_id
    press(bumpy, "2", ".", "1")
    expect(bumpy.locator("#live")).to_have_text(re.compile("Press .Decide as it stands now. first"))
    settle(bumpy)
    assert [one[:2] for one in decisions()] == [("Ada", "approve"), ("Bo", "reject")]
    assert bumpy.evaluate(SHOWN) == first.public_id

    press(bumpy, "Enter", "1")
    settle(bumpy)
    assert [one[:2] for one in decisions()] == [("Ada", "approve"), ("Bo", "reject"), ("Ada", "remove")]


def test_repeating_repeats_the_sentence_and_says_so(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    for name in ("Ada", "Bo", "Cy"):
        make_comment(article, name=name)
    open_desk(page, live_server, make_moderator(article.site))
    page.wait_for_load_state("networkidle")

    press(page, "r")
    page.keyboard.type("Please stay with the matter.")
    press(page, "Escape", "2", ".")
    told = "Bo: Title respect, once more with your sentence: Please stay with the matter."
    expect(page.locator(".mg-toast")).to_contain_text(told)
    press(page, "r")
    page.keyboard.type("Not again.")
    press(page, "Escape", ".")
    settle(page)

    assert decisions() == [
        ("Ada", "reject", "respect", "Please stay with the matter."),
        ("Bo", "reject", "respect", "Please stay with the matter."),
        # Whoever has written something else for this one has meant it.
        ("Cy", "reject", "respect", "Not again."),
    ]


def test_next_and_previous_pass_over_what_is_decided_and_the_arrows_do_not(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    ids = [make_comment(article, name=name).public_id for name in ("Ada", "Bo", "Cy", "Di")]
    open_desk(page, live_server, make_moderator(article.site))
    page.wait_for_load_state("networkidle")
    press(page, "j", "a")
    assert page.evaluate(SHOWN) == ids[2]

    seen = []
    for key in ("k", "j", "ArrowUp", "ArrowUp", "ArrowDown", "j"):
        press(page, key)
        seen.append(ids.index(page.evaluate("location.search").rpartition("comment=")[2]))
    settle(page)

    assert seen == [0, 2, 1, 0, 1, 2]


def test_lost_connection_keeps_decisions_says_so_and_sends_them_in_order(bumpy: Page, live_server: LiveServer) -> None:
    article = make_article()
    for name in ("Ada", "Bo", "Cy"):
        make_comment(article, name=name)
    open_desk(bumpy, live_server, make_moderator(article.site))
    bumpy.wait_for_load_state("networkidle")
    bumpy.route("**/decide/**", lambda route: route.fulfill(status=503, body=""))
    # What the browser says about the failed request is no fault of the bumpy.
    bumpy.evaluate("window.addEventListener('error', (event) => event.preventDefault(), true)")
    press(bumpy, "a", "2", "s", "z")
    bumpy.locator("#trouble").get_by_text("Not sent yet: 2").wait_for()
    assert decisions() == []
    assert bumpy.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))") is True

    bumpy.unroute("**/decide/**")
    bumpy.get_by_role("button", name="Try again now").click()
    settle(bumpy)

    assert decisions() == [("Ada", "approve", None, ""), ("Bo", "reject", "respect", "")]
    assert bumpy.locator("#trouble").inner_text() == ""
    assert bumpy.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))") is False


def test_page_of_the_desk_costs_few_bytes_and_requests_and_asks_nobody_else(
    page: Page, live_server: LiveServer
) -> None:
    article = make_article()
    for number in range(30):
        make_comment(article, name=f"Reader {number}", body="The ferry stays ashore until the river has risen. " * 8)
    open_desk(page, live_server, make_moderator(article.site))
    page.wait_for_load_state("networkidle")

    loaded = page.evaluate(
        "performance.getEntries().filter((one) => ['navigation', 'resource'].includes(one.entryType))"
        ".map((one) => [one.name, one.transferSize])"
    )

    assert [name for name, _size in loaded if not name.startswith(live_server.url)] == []
    assert len(loaded) <= 6
    assert sum(size for _name, size in loaded) <= 100_000
    assert all(size > 0 for _name, size in loaded)


def test_key_calls_a_flag_wrong_and_again_takes_it_back_while_the_sentence_stays(
    page: Page, live_server: LiveServer
) -> None:
    article = make_article()
    finding = flag(make_comment(article), "words")
    moderator = make_moderator(article.site)
    open_desk(page, live_server, moderator)
    page.wait_for_load_state("networkidle")
    button = page.locator("[data-key=wrong]")

    page.keyboard.press("r")
    page.keyboard.type("m stays a letter")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(button).to_have_attribute("aria-pressed", "true")
    settle(page)
    assert list(FindingFeedback.objects.values_list("finding", "user")) == [(finding.pk, moderator.pk)]
    page.keyboard.press("m")
    expect(button).to_have_attribute("aria-pressed", "false")
    settle(page)
    assert not FindingFeedback.objects.exists()
    assert page.locator("#id_note").input_value() == "m stays a letter"
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("The flag was wrong")


def test_key_is_for_each_flag_that_shift_or_focus_leads_to(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    comment = make_comment(article)
    for name in ("first", "second", "third"):
        flag(comment, name)
    make_comment(article)
    moderator = make_moderator(article.site)
    open_desk(page, live_server, moderator)
    page.wait_for_load_state("networkidle")
    buttons = page.locator("#stage .mg-wrong")

    def called_wrong() -> list[str]:
        settle(page)
        return list(FindingFeedback.objects.order_by("finding__flagger").values_list("finding__flagger", flat=True))

    def with_the_key() -> list[int]:
        """Which flags show the key, and say it to screen readers."""
        shown = [number for number in range(3) if buttons.nth(number).locator(".mg-key").is_visible()]
        said = [number for number in range(3) if buttons.nth(number).get_attribute("aria-keyshortcuts") == "m"]
        assert shown == said
        return shown

    assert with_the_key() == [0]
    # Not the first, but the second.
    press(page, "Shift+M", "m")
    expect(buttons.nth(1)).to_be_focused()
    assert (with_the_key(), called_wrong()) == ([1], ["second"])
    press(page, "Shift+M", "m")
    assert (with_the_key(), called_wrong()) == ([2], ["second", "third"])
    # After the last one the first again; from there by Tab.
    press(page, "Shift+M", "m", "Tab", "m")
    assert (with_the_key(), called_wrong()) == ([1], ["first", "third"])
    page.locator("#stage article").focus()
    press(page, "m")
    assert called_wrong() == ["first", "second", "third"]
    expect(page.locator("#live")).to_have_text("Flag was wrong: second")
    press(page, "m")
    expect(page.locator("#live")).to_have_text("Taken back: Flag was wrong: second")
    assert called_wrong() == ["first", "third"]
    # On the next comment there is no flag.
    press(page, "a", "Shift+M")
    expect(page.locator("#live")).to_have_text("This key does nothing here.")
    settle(page)
    assert decisions() == [("Hanna Kuhl", "approve", None, "")]


def test_nothing_moves_when_another_flag_gets_the_key(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    comment = make_comment(article)
    for name in ("first", "second"):
        flag(comment, name)
    open_desk(page, live_server, make_moderator(article.site))
    page.wait_for_load_state("networkidle")
    words = page.locator("#stage .mg-wrong > span")
    before = [words.nth(number).bounding_box() for number in range(2)]
    press(page, "Shift+M")
    expect(page.locator("#stage .mg-wrong").nth(1)).to_have_attribute("data-key", "wrong")
    assert [words.nth(number).bounding_box() for number in range(2)] == before
