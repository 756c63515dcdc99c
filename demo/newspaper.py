"""The newspaper's own face: its name, its line, its sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.text import slugify
from django.utils.translation import get_language

from demo.contents import site_content


@dataclass(frozen=True, slots=True)
class Section:
    """A section and where the front page has it: the `anchor` is the id of its first teaser."""

    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Newspaper:
    """What stands on every page. `slug` is that of the comments site."""

    slug: str
    name: str
    taglines: dict[str, str]
    sections: tuple[Section, ...]

    @property
    def tagline(self) -> str:
        """The line under the name, in the active language or else in German."""
        return self.taglines.get(get_language() or "", self.taglines["de"])


def section_anchor(name: str) -> str:
    """The id of a section's first teaser on the front page."""
    return f"section-{slugify(name)}"


@cache
def newspaper() -> Newspaper:
    """The demo newspaper, read once from its file."""
    content = site_content()
    return Newspaper(
        slug=content["slug"],
        name=content["name"],
        taglines=content["tagline"],
        sections=tuple(Section(name, section_anchor(name)) for name in content["sections"]),
    )
