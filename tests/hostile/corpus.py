"""Texts that try to run a script, load something or break out of their place, generated from a fixed seed.

`payloads()` returns them all, in the same order every time. Whatever one of them would achieve as raw HTML calls `alert(1)`
or loads from the host `evil.example`, so a browser that shows them can be watched for exactly these.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from tests.hostile import html_attacks, markdown_attacks

SEED = 20_240_229


@dataclass(frozen=True, slots=True)
class Payload:
    """One hostile text. `raw` says that it is meant for a page that takes HTML; the others attack the Markdown."""

    number: int
    family: str
    text: str
    raw: bool


@cache
def payloads() -> tuple[Payload, ...]:
    """Return all payloads, each text once."""
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    families = {
        "handler": (True, html_attacks.handlers(chance)),
        "address": (True, html_attacks.addresses_in_html(chance)),
        "mutation": (True, html_attacks.mutations(chance)),
        "broken": (True, html_attacks.broken_tags(chance)),
        "foreign": (True, html_attacks.foreign_loads()),
        "encoded": (False, markdown_attacks.encoded_tags(chance)),
        "link": (False, markdown_attacks.markdown_links(chance)),
        "breakout": (False, markdown_attacks.attribute_breakouts(chance)),
        "nested": (False, markdown_attacks.inside_markdown(chance)),
    }
    seen: dict[str, Payload] = {}
    for family, (raw, texts) in families.items():
        for text in texts:
            seen.setdefault(text, Payload(len(seen), family, text, raw))
    return tuple(seen.values())
