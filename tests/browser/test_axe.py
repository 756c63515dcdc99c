"""No violation of WCAG 2.2, levels A and AA, that axe-core can see: in every state, theme, width and language."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.browser.article_states import ARTICLE_STATES
from tests.browser.axe import violations, violations_in_looks
from tests.browser.bulk_states import BULK_STATES
from tests.browser.check_states import CHECK_STATES
from tests.browser.desk_states import DESK_STATES
from tests.browser.follow_states import FOLLOW_STATES
from tests.browser.mail_states import MAIL_STATES
from tests.browser.other_states import OTHER_STATES
from tests.browser.people_states import PEOPLE_STATES
from tests.browser.reader_states import READER_STATES
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATES = (
    *READER_STATES, *OTHER_STATES, *DESK_STATES, *CHECK_STATES, *BULK_STATES, *PEOPLE_STATES, *ARTICLE_STATES, *FOLLOW_STATES,
    *MAIL_STATES,
)  # fmt: skip
# Those that the most of the markup and of the styles is in; the others are looked at with --everything.
CORE = {
    "menu_of_a_comment", "refused_comment_without_script", "own_comments",
    "status_rejected_with_reason_and_appeal", "refused_report", "my_comments", "element_with_refused_comment",
    "element_with_own_comment", "element_with_report_form", "frame_page", "desk_with_everything",
    "bulk_preview", "article_of_the_desk",
    "follow_confirmation", "subscriptions_page", "mails_of_the_dashboard",
    "desk_after_a_decision", "desk_with_the_menu", "desk_with_an_appeal", "preferences_of_the_desk", "author_with_everything",
    "card_with_a_flag_called_wrong", "checks_with_rules",
}  # fmt: skip
# One look of each kind: what is wrong in a theme, at a width or in a direction is mostly wrong in one of these.
FEW_LOOKS = [("light", 1280, "ltr"), ("dark", 320, "rtl")]
ALL_LOOKS = list(product(("light", "dark"), (320, 1280), ("ltr", "rtl")))


@pytest.mark.parametrize("state", [one for one in STATES if one.__name__ in CORE], ids=lambda state: state.__name__)
def test_state_in_two_looks_breaks_no_rule(stage: Stage, state: Callable[[Stage], None]) -> None:
    state(stage)
    found = violations_in_looks(stage.page, FEW_LOOKS)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_state_in_every_look_breaks_no_rule(stage: Stage, state: Callable[[Stage], None], language: str) -> None:
    stage.language = language
    state(stage)
    found = violations_in_looks(stage.page, ALL_LOOKS)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<p style='color: #999; background: #fff'>Hard to read</p>", "color-contrast"),
        (
            "<button style='width: 9px; height: 9px'>a</button><button style='width: 9px; height: 9px'>b</button>",
            "target-size",
        ),
        ("<input>", "label"),
    ],
)
def test_axe_on_a_page_with_a_fault_sees_it(page: Page, html: str, rule: str) -> None:
    """The control, in a shadow root too."""
    page.set_content(f"<!doctype html><html lang=en><title>t</title><main><div id=host></div>{html}</main>")
    assert any(one.startswith(f"{rule}: ") for one in violations(page))
    page.set_content("<!doctype html><html lang=en><title>t</title><main><div id=host></div></main>")
    page.evaluate("(html) => { host.attachShadow({ mode: 'open' }).innerHTML = html; }", html)
    assert any(one.startswith(f"{rule}: ") for one in violations(page))
