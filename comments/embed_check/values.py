from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a page. `fix` is a line to paste, or empty; a hint (no problem) may be left as it is."""

    code: str
    sentence: str
    fix: str = ""
    is_problem: bool = True


@dataclass(frozen=True, slots=True)
class KnownSite:
    """What the database knows of a site, as far as a page names it: which key an address belongs to, and the reverse."""

    slug: str
    origins: tuple[str, ...]
    key_of_address: Mapping[str, str] = field(default_factory=dict)
    address_of_key: Mapping[str, str] = field(default_factory=dict)
