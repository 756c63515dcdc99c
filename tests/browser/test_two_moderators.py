"""Two moderators, two browsers, one queue: both decide by keys as fast as the keys can be pressed.

They look at the card, as people do: where it says that a colleague was quicker they decide nothing and go on.
"""

from __future__ import annotations

import itertools
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.db.models import Count, Q

from comments.enums import Status
from comments.models import Article, Comment, StatusChange
from moderation.enums import Action
from moderation.models import Decision
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.test_desk_browser import open_desk, settle
from tests.moderation.test_desk_keys import SHOWN

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import APIResponse, Browser, Page, Response, Route
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a moderator sees who looks: 0 where the card asks for a decision, else how far away in the list one waits.
LOOK = """() => {
  const card = document.querySelector("#stage article[data-comment]");
  if (card && !card.inert && !card.querySelector(".mg-verdict")) return 0;
  const rows = [...document.querySelectorAll("#list > li")];
  const here = rows.findIndex((row) => row.id === `row-${card?.dataset.comment}`);
  const waits = (row) => !("done" in row.dataset) && !row.querySelector(".mg-item--decided");
  const there = rows.findIndex((row, place) => place !== here && waits(row));
  return there < 0 ? null : there - here;
}"""
# Every sentence above the card that says that a decision was not stored, by the name in it; also one that goes at once
# because the card itself is shown, which says the same.
LISTEN = """() => {
  window.refused = [];
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) if (node.role === "alert") window.refused.push(node.textContent);
  }).observe(document.getElementById("last"), { childList: true });
}"""
# Rows that are shown as decided here, and not only as what the server was asked for.
DIMMED = (
    """() => [...document.querySelectorAll("#list > li[data-done]:not([data-waits])")].map((row) => row.id.slice(4))"""
)
# For each comment: the decision, and a look at it when it comes back because the other one was quicker.
MOST_TURNS = 10
# How many comments somebody judges at most while the other one reads, how often somebody leaves a comment for later, and
# how often they wait for the server before they go on.
MOST_AT_ONCE, SKIPS, PAUSES = 3, 0.1, 0.05
PATIENCE_MS = 120_000
STORED, CONFLICT = 200, 409


@dataclass
class Moderator:
    """Somebody at the desk. `answers` is what the server said to each decision, by comment."""

    user: User
    page: Page
    keys: str
    answers: dict[str, list[int]] = field(default_factory=dict)
    pressed: int = 0

    def hear(self, response: Response) -> None:
        """Note what became of a decision."""
        found = re.search(r"/([0-9a-z]{12})/decide/", response.url)
        if found and response.request.method == "POST":
            self.answers.setdefault(found[1], []).append(response.status)

    def act(self) -> bool:
        """Look, and decide, or go to what waits. Returns False when nothing in the list does."""
        seen = self.page.evaluate(LOOK)
        if seen == 0:
            self.page.keyboard.press(self.keys[self.pressed % len(self.keys)])
            self.pressed += 1
        elif seen is not None:
            for _step in range(abs(seen)):
                self.page.keyboard.press("j" if seen > 0 else "k")
        return seen is not None

    def settle(self) -> None:
        """Wait until the server has taken everything."""
        self.page.locator("#main:not([data-unsent])").wait_for(timeout=PATIENCE_MS)

    def told(self, code: int) -> set[str]:
        """The comments about which the server said this."""
        return {public_id for public_id, codes in self.answers.items() if code in codes}

    def decided(self) -> set[str]:
        """The comments that have a decision of theirs."""
        return set(Decision.objects.filter(moderator=self.user).values_list("comment__public_id", flat=True))

    def shown(self) -> tuple[set[str], set[str]]:
        """What the page said: the names of the comments it said were not stored, and the rows it shows as decided here."""
        refused = {re.findall(r"Not stored: (\w+ \d+):", text)[0] for text in self.page.evaluate("window.refused")}
        return refused, set(self.page.evaluate(DIMMED))


@pytest.fixture
def sit_down(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[[Article, str], Moderator]]:
    """Makes moderators, each before the queue in a browser profile of their own, with the keys that they press in turn."""
    with ExitStack() as stack:

        def make(article: Article, keys: str) -> Moderator:
            context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
            stack.callback(context.close)
            moderator = Moderator(make_moderator(article.site), context.new_page(), keys)
            open_desk(moderator.page, live_server, moderator.user)
            moderator.page.wait_for_load_state("networkidle")
            moderator.page.evaluate(LISTEN)
            moderator.page.on("response", moderator.hear)
            return moderator

        yield make


def work(moderators: list[Moderator], count: int) -> None:
    """Let everybody decide until nothing waits, a few comments one and a few the other."""
    dice = random.Random(count)  # noqa: S311 - the same order in every run
    turns = 0
    for one in itertools.cycle(moderators):
        if turns > MOST_TURNS * count:
            break
        if dice.random() < PAUSES:
            one.settle()
        if dice.random() < SKIPS:
            one.page.keyboard.press("j")
        for _turn in range(dice.randint(1, MOST_AT_ONCE)):
            turns += 1
            if not one.act():
                break
        else:
            continue
        for each in moderators:
            each.settle()
        if not any(each.act() for each in moderators):
            return
    pytest.fail("They did not come to the end of the queue.")


def count_faults(article: Article, moderators: list[Moderator]) -> dict[str, int]:
    """What the pages said beside what is stored."""
    article.refresh_from_db()
    comments = Comment.objects.for_article(article)
    standing = comments.annotate(number=Count("decisions", filter=Q(decisions__undone_at=None)))
    names = dict(comments.values_list("author_name", "public_id"))
    faults = Counter[str]()
    faults["comments without a decision"] = standing.filter(number=0).count()
    faults["double decisions"] = standing.filter(number__gt=1).count()
    faults["comments that wait"] = comments.filter(status=Status.PENDING).count()
    faults["history without a decision"] = (
        StatusChange.objects.filter(comment__article=article, decision=None).exclude(from_status="").count()
    )
    faults["counter is wrong by"] = abs(article.comment_count - comments.published().count())
    for one in moderators:
        refused, dimmed = one.shown()
        faults["lost decisions"] += len(one.told(STORED) - one.decided())
        faults["stored although refused"] += len(one.told(CONFLICT) & one.decided())
        faults["stored without a word"] += len(one.decided() - one.told(STORED))
        faults["other answers"] += len(set(one.answers) - one.told(STORED) - one.told(CONFLICT))
        faults["refusals not shown"] += len(one.told(CONFLICT) ^ {names[name] for name in refused})
        faults["stored and not shown"] += len(one.told(STORED) - dimmed)
        faults["pages loaded anew"] += not one.page.evaluate("window.kept === true")
    return dict(+faults)


def work_off(sit_down: Callable[[Article, str], Moderator], count: int) -> None:
    """Two moderators work off one queue; prints how it went."""
    article = make_article()
    for number in range(count):
        make_comment(article, name=f"Reader {number}")
    moderators = [sit_down(article, "a2sa"), sit_down(article, "1aa5")]
    # The second one begins further down and comes back to the top, so that each is now and then the quicker one.
    for _step in range(count // 3):
        moderators[1].page.keyboard.press("j")

    work(moderators, count)

    for place, one in enumerate(moderators, start=1):
        told = f"stored {len(one.told(STORED))}, somebody was quicker {len(one.told(CONFLICT))}"
        sys.stdout.write(f"moderator {place}: {one.pressed} decisions by key, {told}\n")
    sys.stdout.write(f"{count} comments, {Decision.objects.count()} decisions\n")
    assert count_faults(article, moderators) == {}
    assert Decision.objects.count() == count
    # Otherwise they did not meet at all.
    assert all(one.told(STORED) for one in moderators)
    assert any(one.told(CONFLICT) for one in moderators)


def test_two_moderators_in_two_browsers_decide_each_comment_once(
    sit_down: Callable[[Article, str], Moderator],
) -> None:
    work_off(sit_down, 16)


def test_card_that_a_colleague_has_decided_meanwhile_is_passed_over_by_hands_in_a_rhythm(
    page: Page, live_server: LiveServer
) -> None:
    article = make_article()
    comments = [make_comment(article, name=f"Reader {number}") for number in range(4)]
    held: list[Route] = []
    page.route("**/cards/**", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks it
    open_desk(page, live_server, make_moderator(article.site))
    decide(
        comment=comments[2], moderator=make_moderator(article.site), action=Action.REJECT, clause="respect",
        expected_status=Status.PENDING, expected_revision=1,
    )  # fmt: skip
    with page.expect_response("**/cards/**"):
        held[0].continue_()
    page.locator(f"#row-{comments[2].public_id} .mg-item--decided").wait_for()

    for _time in range(4):
        page.keyboard.press("a")
    settle(page)

    by_comment = Decision.objects.order_by("comment").values_list("comment__author_name", "action")
    assert list(by_comment) == [
        ("Reader 0", "approve"),
        ("Reader 1", "approve"),
        ("Reader 2", "reject"),
        ("Reader 3", "approve"),
    ]


def test_card_that_comes_late_is_not_offered_for_a_second_decision(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    _first, second, _third = (make_comment(article, name=name) for name in ("Ada", "Bo", "Cy"))
    late: list[tuple[Route, APIResponse]] = []
    page.route("**/cards/**", lambda route: late.append((route, route.fetch())), times=1)
    open_desk(page, live_server, make_moderator(article.site))
    page.keyboard.press("j")
    page.locator(f"#card-{second.public_id}").wait_for()
    page.keyboard.press("a")
    settle(page)
    ((route, answer),) = late
    with page.expect_response("**/cards/**"):
        route.fulfill(response=answer)

    page.keyboard.press("ArrowUp")
    page.locator(f"#card-{second.public_id} .mg-verdict").wait_for()

    assert page.evaluate(SHOWN) == second.public_id
    assert Decision.objects.get().comment == second


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_moderators_in_two_browsers_decide_each_of_200_comments_once(
    sit_down: Callable[[Article, str], Moderator],
) -> None:
    work_off(sit_down, 200)
