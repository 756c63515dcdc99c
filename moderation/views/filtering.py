"""What the left pane and the head of the list are made from: choices, and chips that take a filter away again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moderation.enums import Mine
from moderation.flaggers.registry import installed_flaggers
from moderation.forms import LATE
from moderation.models import Clause, SavedView
from moderation.queue import RowPage
from moderation.templatetags.desk import flagger_label

if TYPE_CHECKING:
    from moderation.views.desk import Desk

# Minutes that can be chosen; any other number may stand in the address.
AGES = (30, 60, 4 * 60, 24 * 60)
MINUTES_OF_HOUR, MINUTES_OF_DAY = 60, 24 * 60
# Filters of the second rank, folded away unless one of them is set.
FOLDED = ("section", "language", "clause", "domain", "mine")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, in words, and the address of the queue without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Filtering:
    """The choices of the filter form as pairs of value and label, and what is set of them."""

    articles: list[tuple[str, str]]
    sections: list[str]
    languages: list[tuple[str, str]]
    flaggers: list[tuple[str, str]]
    clauses: list[tuple[str, str]]
    ages: list[tuple[str, str]]
    mine: list[tuple[str, str]]
    chips: list[Chip]
    is_unfolded: bool


def make_filtering(desk: Desk, page: RowPage, clauses: tuple[Clause, ...]) -> Filtering:
    """What can be chosen here. Articles and sections are those of the page; others are found by their address. No query."""
    articles = {row.article.key: row.article.title for row in page.rows}
    sections = {row.article.section for row in page.rows if row.article.section}
    languages = dict(settings.LANGUAGES) | {
        row.language: row.language for row in page.rows if row.language not in dict(settings.LANGUAGES)
    }
    choices = {
        "article": articles,
        "flag": {flagger.name: flagger_label(flagger.name) for flagger in installed_flaggers()},
        "clause": {clause.slug: clause.title for clause in clauses},
        "language": {code: _(str(name)) for code, name in languages.items()},
        "age": {LATE: _("Later than promised")} | {str(minutes): age_label(minutes) for minutes in AGES},
        "mine": {one.value: str(one.label) for one in Mine},
    }
    # What is chosen can be chosen, wherever it came from.
    for name, labels in choices.items():
        if (value := desk.form.value(name)) and value not in labels:
            labels[value] = _label_of(name, value)
    return Filtering(
        articles=list(choices["article"].items()),
        sections=sorted(sections | ({desk.filters.section} - {""})),
        languages=list(choices["language"].items()),
        flaggers=list(choices["flag"].items()),
        clauses=list(choices["clause"].items()),
        ages=list(choices["age"].items()),
        mine=list(choices["mine"].items()),
        chips=list(_chips(desk, page, choices)),
        is_unfolded=any(desk.form.value(name) for name in FOLDED),
    )


def _label_of(name: str, value: str) -> str:
    """A choice that this page does not offer by itself, in words where there are any."""
    if name == "age":
        return age_label(int(value))
    return flagger_label(value) if name == "flag" else value


def age_label(minutes: int) -> str:
    """A least age in the greatest unit that counts it without a rest."""
    if minutes % MINUTES_OF_DAY == 0:
        days = minutes // MINUTES_OF_DAY
        return ngettext("Older than %(count)d day", "Older than %(count)d days", days) % {"count": days}
    if minutes % MINUTES_OF_HOUR == 0:
        hours = minutes // MINUTES_OF_HOUR
        return ngettext("Older than %(count)d hour", "Older than %(count)d hours", hours) % {"count": hours}
    return ngettext("Older than %(count)d minute", "Older than %(count)d minutes", minutes) % {"count": minutes}


def addressed_views(desk: Desk, views: Iterable[SavedView]) -> list[tuple[SavedView, str, bool]]:
    """Views that somebody may choose, each with its address and whether it is the present one. No query."""
    present = {name: value for name, value in desk.state.items() if name != "site"}
    site = {"site": desk.state["site"]} if "site" in desk.state else {}
    address = reverse("moderation:queue")
    prefix = f"{urlencode(site)}&" if site else ""
    return [(view, f"{address}?{prefix}{view.query}", view.query == urlencode(present)) for view in views]


def _chips(desk: Desk, page: RowPage, choices: dict[str, dict[str, str]]) -> Iterator[Chip]:
    labels = {
        "article": _("Article: %(value)s"),
        "flag": _("Flagged by: %(value)s"),
        "clause": _("Clause: %(value)s"),
        "section": _("Section: %(value)s"),
        "language": _("Language: %(value)s"),
        "author": _("Author: %(value)s"),
        "domain": _("Links to: %(value)s"),
        "age": "%(value)s",
        "mine": "%(value)s",
        "q": _("Search: %(value)s"),
    }
    names = {"author": {desk.filters.author: _author_name(page)}} | choices
    for name, label in labels.items():
        if value := desk.form.value(name):
            rest = {other: kept for other, kept in desk.state.items() if other != name}
            address = reverse("moderation:queue") + (f"?{urlencode(rest)}" if rest else "")
            yield Chip(label % {"value": names.get(name, {}).get(value) or value}, address)


def _author_name(page: RowPage) -> str:
    """The name of the one author whose comments are shown, as the first of them has it."""
    return page.rows[0].author_name if page.rows else ""
