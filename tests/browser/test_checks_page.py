"""The page of all checks: its contents lead to each, and the fields of a rule stand on one line also where one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.desk_states import check_whose_rule_was_refused, checks_of_the_desk

if TYPE_CHECKING:
    from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The row of a field: those that stand on a line begin and end at the same height.
PLACES = "all => all.map((one) => { const box = one.getBoundingClientRect(); return [box.top, box.bottom]; })"


@pytest.mark.parametrize("language", ["de", "en"])
def test_fields_of_a_refused_rule_stand_on_one_line(stage: Stage, language: str) -> None:
    stage.language = language
    check_whose_rule_was_refused(stage)
    stage.page.set_viewport_size({"width": 1280, "height": 900})
    first, second, third, refused, last = stage.page.locator("#check-links .mg-checking__rule .mg-input").evaluate_all(
        PLACES
    )
    assert first == second == third
    assert refused == last
    assert refused[0] > first[1]


def test_contents_lead_to_each_check_on_a_phone(stage: Stage) -> None:
    checks_of_the_desk(stage)
    stage.page.set_viewport_size({"width": 390, "height": 844})
    links = stage.page.locator(".mg-checking__contents a")
    names = links.evaluate_all("all => all.map((one) => one.hash.slice(1))")
    assert sorted(names) == sorted(stage.page.locator(".mg-checking").evaluate_all("all => all.map((one) => one.id)"))
    # The list itself is on the first screen, at least its beginning.
    assert links.first.bounding_box()["y"] < 844  # type: ignore[index]
    # Within the page, which is not loaded again.
    stage.page.evaluate("window.isSamePage = true")
    stage.page.locator("[href$='#check-topic']").click()
    stage.page.locator("#check-topic .mg-checking__fold[open] [name=state]").wait_for()
    assert 0 <= stage.page.locator("#check-topic").bounding_box()["y"] < 844  # type: ignore[index]
    assert stage.page.evaluate("window.isSamePage")


def test_page_is_short_on_a_phone_and_every_choice_is_one_press_away(stage: Stage) -> None:
    checks_of_the_desk(stage)
    stage.page.set_viewport_size({"width": 390, "height": 844})
    assert stage.page.evaluate("document.documentElement.scrollHeight") < 4_000
    assert not stage.page.locator("main select:visible").count()
    for check in stage.page.locator(".mg-checking").all():
        check.locator("summary").first.click()
        assert check.locator("[name=state]").is_visible()
        assert check.locator("[name=state] ~ *, [type=submit]").first.is_visible()
