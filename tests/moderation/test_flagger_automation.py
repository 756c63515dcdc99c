"""Forms filled in by programs."""

from __future__ import annotations

from typing import Any

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.automation import AutomationFlagger
from moderation.flaggers.base import SiteKnowledge
from tests.moderation.inputs import make_input, sentence


def check(**values) -> Finding:
    return AutomationFlagger().check(make_input("Ein Text", **values), SiteKnowledge())


def test_automation_filled_trap_is_flagged() -> None:
    finding = check(by_form=True, form_trap_filled=True, form_seconds=90.0)
    assert sentence(finding) == "The form was filled in by a program: a field that people do not see has content."
    assert finding.score == 0.95


def test_automation_haste_is_flagged_with_its_seconds() -> None:
    assert sentence(check(by_form=True, form_seconds=0.84)) == (
        "Sent 0.8 seconds after the form was opened, faster than people write."
    )


@pytest.mark.parametrize(
    "values",
    [
        {"by_form": True, "form_seconds": 3.0},
        {"by_form": True, "form_seconds": 86_400.0},
        {"by_form": True, "form_seconds": None},
        # A program's right way in is the API, where there is no form to fill in.
        {"by_form": False, "form_seconds": 0.1},
        {"by_form": False, "form_trap_filled": True},
    ],
)
def test_automation_people_and_api_clients_are_clear(values: dict[str, Any]) -> None:
    assert check(**values).outcome == CheckOutcome.CLEAR
