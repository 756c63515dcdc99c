"""The comment policy that a new site starts with: two rules, and what their second version added."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TypedDict

from django.utils import timezone

from comments.models import Site
from moderation.enums import PolicyState
from moderation.models import Clause, PolicyVersion
from moderation.models.policies import Examples
from moderation.services.policies import publish_policy

POLICY_FILE = Path(__file__).resolve().parent / "seed" / "policy.json"


class Bilingual(TypedDict):
    """The same text in both languages."""

    de: str
    en: str


class BilingualExamples(TypedDict):
    """Examples of a clause in both languages, of our own making."""

    de: Examples
    en: Examples


class ClauseContent(TypedDict):
    """One clause of the file; `ground` is a value of enums.Ground."""

    slug: str
    position: int
    ground: str
    category: str
    title: Bilingual
    text: Bilingual
    guidance: Bilingual
    examples: BilingualExamples
    facts: Bilingual


class VersionContent(TypedDict):
    """One version of the file, in force since so many days."""

    number: int
    effective_days_ago: int
    introduction: Bilingual
    change_note: Bilingual
    clauses: list[ClauseContent]


def seed_policy(site: Site) -> list[PolicyVersion]:
    """Publish for a site the versions of the file that it does not have yet, and return those. 1 query and 2 a version."""
    content: dict[str, list[VersionContent]] = json.loads(POLICY_FILE.read_text(encoding="utf-8"))
    known = set(PolicyVersion.objects.filter(site=site).values_list("number", flat=True))
    now = timezone.now()
    return [
        publish_policy(version=_version(site, version, now), clauses=[_clause(clause) for clause in version["clauses"]])
        for version in content["versions"]
        if version["number"] not in known
    ]


def _version(site: Site, content: VersionContent, now: datetime.datetime) -> PolicyVersion:
    return PolicyVersion(
        site=site,
        number=content["number"],
        state=PolicyState.PUBLISHED,
        effective_at=now - datetime.timedelta(days=content["effective_days_ago"]),
        introduction_de=content["introduction"]["de"],
        introduction_en=content["introduction"]["en"],
        change_note_de=content["change_note"]["de"],
        change_note_en=content["change_note"]["en"],
    )


def _clause(content: ClauseContent) -> Clause:
    return Clause(
        slug=content["slug"],
        position=content["position"],
        ground=content["ground"],
        category=content["category"],
        title_de=content["title"]["de"],
        title_en=content["title"]["en"],
        text_de=content["text"]["de"],
        text_en=content["text"]["en"],
        guidance_de=content["guidance"]["de"],
        guidance_en=content["guidance"]["en"],
        examples_de=content["examples"]["de"],
        examples_en=content["examples"]["en"],
        facts_de=content["facts"]["de"],
        facts_en=content["facts"]["en"],
    )
