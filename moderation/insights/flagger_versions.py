"""Which version of a flagger said something: that of its code and weights and, of the judge that learns, what it had learnt."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db.models import Case, CharField, Max, Value, When
from django.db.models.fields.json import KeyTextTransform

from comments.enums import CheckOutcome
from comments.models import Comment, Site
from moderation.flaggers.learned import NAME
from moderation.models import Finding

# A check that said nothing of so many of the newest comments is taken to be in use no longer.
_NEWEST: Final = 200


class Version(NamedTuple):
    """A version as findings name it, and the number of what the judge that learns had learnt; empty for other flaggers."""

    name: str
    number: str = ""

    def __str__(self) -> str:
        return f"{self.number} ({self.name})" if self.number else self.name


def number_of(finding: str = "") -> Case:
    """The number of what had been learnt, as a column; `finding`: the way to it, with "__" behind it."""
    learned = When(**{f"{finding}flagger": NAME}, then=KeyTextTransform("model", f"{finding}parameters"))
    return Case(learned, default=Value(""), output_field=CharField())


def make_version(name: str, number: object) -> Version:
    """What a row says; some databases give a number, and none where nothing was learnt."""
    return Version(name, "" if number is None else str(number))


def read_versions_in_use(site: Site) -> dict[str, Version]:
    """The version of each flagger that spoke last, by flagger, of the newest 200 comments of a site. 1 query."""
    newest = Comment.objects.filter(site=site).order_by("-pk").values("pk")[:_NEWEST]
    rows: Any = (
        Finding.objects.filter(comment__in=newest, outcome__in=(CheckOutcome.CLEAR, CheckOutcome.FLAGGED))
        .values_list("flagger", "version", number_of())
        .annotate(last=Max("created_at"))
        .order_by("last")
    )
    return {flagger: make_version(name, number) for flagger, name, number, _last in rows}
