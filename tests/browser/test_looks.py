"""Nothing sticks out of a page, in any state and look; with LOOKS=DIRECTORY a picture of each, for people to look at."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.axe import LAY_OUT, SETTLE, TURN
from tests.browser.stage import Stage
from tests.browser.test_axe import STATES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]

DIRECTORY = os.environ.get("LOOKS")
# Many programs refuse pictures of more pixels; a thread goes on as it began.
TALLEST = 8_000
# Pixels that the page could be scrolled sideways.
SURPLUS = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@dataclass(frozen=True)
class Look:
    """One way to see a page; `width` is in pixels."""

    width: int
    scheme: Literal["light", "dark"] = "light"
    direction: Literal["ltr", "rtl"] = "ltr"
    medium: Literal["screen", "print"] = "screen"
    forced: Literal["active", "none"] = "none"

    def put_on(self, page: Page) -> None:
        page.emulate_media(
            color_scheme=self.scheme, reduced_motion="reduce", forced_colors=self.forced, media=self.medium
        )
        page.set_viewport_size({"width": self.width, "height": 844 if self.width < 1000 else 900})
        page.evaluate(TURN, self.direction)
        page.evaluate(SETTLE)

    def __str__(self) -> str:
        special = (self.direction, self.medium, "forced" if self.forced == "active" else "none")
        return "-".join(
            [self.scheme, str(self.width), *(one for one in special if one not in {"ltr", "screen", "none"})]
        )


LOOKS = (
    *(Look(width, scheme) for width, scheme in product((390, 1280), ("light", "dark"))),
    Look(320),
    Look(390, direction="rtl"),
    Look(1280, "dark", forced="active"),
    Look(794, medium="print"),  # as wide as a sheet of A4
)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_state_in_every_look_fits_its_page(stage: Stage, state: Callable[[Stage], None], language: str) -> None:
    stage.language = language
    state(stage)
    stage.page.evaluate(LAY_OUT)
    too_wide = []
    for look in LOOKS:
        look.put_on(stage.page)
        if surplus := stage.page.evaluate(SURPLUS):
            too_wide.append(f"{look}: {surplus} px")
        if DIRECTORY:
            path = Path(DIRECTORY) / f"{state.__name__}-{language}-{look}.png"
            height = min(stage.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            clip = {"x": 0, "y": 0, "width": look.width, "height": height}
            stage.page.screenshot(path=path, full_page=True, clip=clip, timeout=30_000)  # type: ignore[arg-type]
    assert not too_wide
