from __future__ import annotations

import datetime
from typing import TypedDict

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comments.models import Site
from moderation.enums import Ground, PolicyState


class Examples(TypedDict):
    """Texts that a clause lets pass, and texts that it does not."""

    fits: list[str]
    does_not_fit: list[str]


def in_reader_language(german: str, english: str) -> str:
    """The text in the active language: German for German, English for every other."""
    return german if (get_language() or "de").startswith("de") else english


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def in_force(self, now: datetime.datetime) -> PolicyVersionQuerySet:
        """Published versions whose day has come, the current one first."""
        return self.filter(state=PolicyState.PUBLISHED, effective_at__lte=now).order_by("-effective_at", "-number")


class PolicyVersion(models.Model):
    """The comment policy of a site as it stood from a day on. A published version is never changed."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="policy_versions", verbose_name=_("site"))
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=PolicyState.choices, default=PolicyState.DRAFT)
    effective_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    introduction_de = models.TextField(_("introduction (German)"))
    introduction_en = models.TextField(_("introduction (English)"))
    change_note_de = models.TextField(_("what changed (German)"), blank=True)
    change_note_en = models.TextField(_("what changed (English)"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ("site", "-number")
        constraints = (
            # Versions of a site's policy are numbered.
            models.UniqueConstraint(fields=("site", "number"), name="policy_number_unique_in_site"),
            # What is published says from when it holds.
            models.CheckConstraint(
                condition=models.Q(state=PolicyState.DRAFT) | models.Q(effective_at__isnull=False),
                name="policy_published_has_date",
            ),
        )

    def __str__(self) -> str:
        return f"{self.site_id}: {self.number}"

    @property
    def introduction(self) -> str:
        return in_reader_language(self.introduction_de, self.introduction_en)

    @property
    def change_note(self) -> str:
        return in_reader_language(self.change_note_de, self.change_note_en)


class Clause(models.Model):
    """One rule of one version of the policy. The slug stays the same through the versions."""

    version = models.ForeignKey(
        PolicyVersion, on_delete=models.CASCADE, related_name="clauses", verbose_name=_("version")
    )
    slug = models.SlugField(_("identifier"), max_length=50)
    position = models.PositiveSmallIntegerField(_("position"))
    ground = models.CharField(_("ground"), max_length=12, choices=Ground.choices, default=Ground.INCOMPATIBLE)
    # A STATEMENT_CATEGORY_... of the DSA Transparency Database.
    category = models.CharField(_("category"), max_length=80)
    title_de = models.CharField(_("title (German)"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100)
    text_de = models.TextField(_("text (German)"))
    text_en = models.TextField(_("text (English)"))
    guidance_de = models.TextField(_("guidance for moderators (German)"), blank=True)
    guidance_en = models.TextField(_("guidance for moderators (English)"), blank=True)
    # {"fits": [...], "does_not_fit": [...]}: texts of our own making, never of readers.
    examples_de = models.JSONField(_("examples (German)"), default=dict, blank=True)
    examples_en = models.JSONField(_("examples (English)"), default=dict, blank=True)
    # Whether nobody restricts a comment by this clause alone.
    needs_two_people = models.BooleanField(_("two people decide"), default=False)
    # One neutral sentence for the statement of reasons: never text of a comment, never personal data.
    facts_de = models.CharField(_("facts (German)"), max_length=500)
    facts_en = models.CharField(_("facts (English)"), max_length=500)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ("version", "position")
        constraints = (
            # An identifier names one clause of a version.
            models.UniqueConstraint(fields=("version", "slug"), name="clause_slug_unique_in_version"),
            # Moderators reject by the number of a clause.
            models.UniqueConstraint(fields=("version", "position"), name="clause_position_unique_in_version"),
        )

    def __str__(self) -> str:
        return self.slug

    @property
    def wording(self) -> tuple[object, ...]:
        """All that people judge by, in both languages; not what only a statement of reasons says of the clause."""
        return (
            self.title_de, self.title_en, self.text_de, self.text_en, self.guidance_de, self.guidance_en,
            self.examples_de, self.examples_en,
        )  # fmt: skip

    @property
    def title(self) -> str:
        return in_reader_language(self.title_de, self.title_en)

    @property
    def text(self) -> str:
        return in_reader_language(self.text_de, self.text_en)

    @property
    def guidance(self) -> str:
        return in_reader_language(self.guidance_de, self.guidance_en)

    @property
    def examples(self) -> Examples:
        """In the active language; both lists are empty where nobody wrote any."""
        is_german = (get_language() or "de").startswith("de")
        stored = self.examples_de if is_german else self.examples_en
        return {"fits": stored.get("fits", []), "does_not_fit": stored.get("does_not_fit", [])}

    @property
    def facts(self) -> str:
        return in_reader_language(self.facts_de, self.facts_en)
