"""The example in docs/how-to/write-a-flagger.md is what it says it is: it is put to work as written there."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from comments.enums import CheckOutcome
from moderation.models import Finding
from tests.factories import make_article, make_comment
from tests.moderation.inputs import sentence

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to" / "write-a-flagger.md"


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The guide's files where it says to put them; gives the code of its line of settings."""
    flagger, line, test = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    package = tmp_path / "newsroom"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "telephone.py").write_text(flagger, encoding="utf-8")
    (package / "check_telephone.py").write_text(test, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield line
    for name in [name for name in sys.modules if name.partition(".")[0] == "newsroom"]:
        del sys.modules[name]


@pytest.mark.django_db
def test_guide_flagger_runs_with_its_line_of_settings(newsroom: str, settings: Settings) -> None:
    flaggers = {"MODERATION_FLAGGERS": list(settings.MODERATION_FLAGGERS)}
    exec(newsroom, flaggers)  # noqa: S102 - the guide's own line
    settings.MODERATION_FLAGGERS = flaggers["MODERATION_FLAGGERS"]

    comment = make_comment(make_article(), body="Rufen Sie ihn an: 0151/23456789!")
    row = Finding.objects.get(comment=comment, flagger="telephone")
    assert (row.outcome, row.clause, row.spans) == (
        CheckOutcome.FLAGGED,
        "personal-data",
        [[18, 31, "Telephone number"]],
    )
    assert sentence(row) == "Contains what may be a telephone number (1)."


@pytest.mark.usefixtures("newsroom")
def test_guide_test_file_passes() -> None:
    tests = importlib.import_module("newsroom.check_telephone")
    tests.test_telephone_number_is_flagged_and_marked()
    (cases,) = tests.test_telephone_other_numbers_are_clear.pytestmark
    for body in cases.args[1]:
        tests.test_telephone_other_numbers_are_clear(body)
