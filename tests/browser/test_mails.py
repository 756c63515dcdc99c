"""Each mail's page: nothing sticks out on the smallest phone, no rule of WCAG is broken, nothing is loaded; also without styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import violations_in_looks
from tests.browser.mail_states import MAILS, show_mail
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300), pytest.mark.once]

LOOKS = [("light", 320, "ltr"), ("dark", 320, "ltr"), ("light", 700, "ltr"), ("dark", 700, "ltr")]
PAPER = {"light": "rgb(253, 252, 249)", "dark": "rgb(23, 22, 20)"}
STRIP = """() => {
  for (const one of document.querySelectorAll("style")) one.remove();
  for (const one of document.querySelectorAll("[style]")) one.removeAttribute("style");
}"""


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_mail_can_be_read_on_a_phone_in_light_and_dark_and_loads_nothing(stage: Stage, language: str) -> None:
    stage.language = language
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    stage.page.on("request", note)
    for name in MAILS:
        show_mail(stage, name)
        found = violations_in_looks(stage.page, LOOKS)
        assert not found, f"{name}: " + "\n".join(found)
    assert [url for url in asked if "/mail-" not in url] == []


def test_mail_turns_dark_with_its_reader_and_says_everything_without_styles(stage: Stage) -> None:
    show_mail(stage, "rejected")
    for scheme, colour in PAPER.items():
        stage.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert stage.page.evaluate("getComputedStyle(document.body).backgroundColor") == colour
    before = stage.page.locator("body").inner_text().split()
    stage.page.evaluate(STRIP)
    assert stage.page.locator("body").inner_text().split() == before
    assert stage.page.locator("body p").count() > 8
