"""docs/reference/flaggers.md lists every flagger of the project as it is."""

from __future__ import annotations

import re
from pathlib import Path

from config import settings
from moderation.flaggers.base import Stage, first_state
from moderation.flaggers.names import flagger_name, flagger_purpose
from moderation.flaggers.registry import load_flagger

REFERENCE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "flaggers.md"
STATES = {"inform": "only informs", "shadow": "in shadow", "off": "off"}


def test_reference_has_a_row_and_a_section_for_every_rule() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE))
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for path in settings.MODERATION_FLAGGERS:
        flagger = load_flagger(path)
        stage, _languages, state, _clause = rows[flagger.name].split(" | ")
        assert (stage, state) == (flagger.stage.value, STATES[first_state(flagger)])
        assert any(f"`{flagger.name}`" in heading for heading in headings)
        assert flagger_name(flagger.name) != flagger.name
        assert flagger_purpose(flagger.name)
        assert flagger.stage in Stage
