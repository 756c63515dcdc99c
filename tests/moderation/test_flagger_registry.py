"""Which flaggers there are, and what they are told of a site."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from comments.screening import Finding, ScreeningInput
from moderation.checks import check_flaggers
from moderation.flaggers.base import SiteKnowledge, Stage, clear
from moderation.flaggers.knowledge import forget_knowledge, load_knowledge
from moderation.flaggers.registry import added, installed_flaggers
from moderation.models import Finding as FindingRow
from moderation.models import Term
from tests.factories import make_article, make_comment, make_site
from tests.moderation.inputs import sentence


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    forget_knowledge()
    yield
    forget_knowledge()


class Finds:
    """A flagger that is well."""

    name = "finds"
    version = "1"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return clear(self)


# --- What flaggers know of a site


@pytest.mark.django_db
def test_load_knowledge_is_one_query_then_none_for_a_while(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.MODERATION_KNOWLEDGE_MAX_AGE = datetime.timedelta(seconds=30)
    site = make_site("paper", origins=("https://www.paper.example", "https://paper.example:8443"))
    Term.objects.create(site=site, phrase="Idiot", language="de", clause="respect")
    Term.objects.create(site=site, phrase="Trottel")
    Term.objects.create(site=site, phrase="Aus", is_active=False)
    Term.objects.create(site=make_site(), phrase="Anderswo")
    with django_assert_num_queries(1):
        knowledge = load_knowledge("paper")
    with django_assert_num_queries(0):
        assert load_knowledge("paper") is knowledge
    assert [(term.phrase, term.language, term.clause) for term in knowledge.terms] == [
        ("Idiot", "de", "respect"),
        ("Trottel", "", ""),
    ]
    assert knowledge.own_hosts == {"www.paper.example", "paper.example"}

    Term.objects.create(site=site, phrase="Neu")
    settings.MODERATION_KNOWLEDGE_MAX_AGE = datetime.timedelta(0)
    assert [term.phrase for term in load_knowledge("paper").terms] == ["Idiot", "Trottel", "Neu"]


@pytest.mark.django_db
def test_load_knowledge_site_without_terms_still_knows_its_hosts() -> None:
    make_site("bare", origins=("https://bare.example",))
    assert load_knowledge("bare") == SiteKnowledge(own_hosts=frozenset({"bare.example"}))
    assert load_knowledge("nowhere") == SiteKnowledge()


@pytest.mark.django_db
def test_post_term_of_the_site_flags_with_its_clause() -> None:
    article = make_article()
    Term.objects.create(site=article.site, phrase="Trottel", clause="respect")
    comment = make_comment(article, body="Lauter Trotteln.")
    row = FindingRow.objects.get(comment=comment, flagger="terms")
    assert (row.clause, sentence(row)) == ("respect", "Contains a term on the site's list: “Trottel”")


# --- Registry and system check


def test_installed_flaggers_are_sorted_by_stage(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.repetition.SiteRepetitionFlagger",
        "moderation.flaggers.repetition.RepetitionFlagger",
    ]
    assert [flagger.name for flagger in installed_flaggers(Stage.INLINE)] == ["repetition"]
    assert [flagger.name for flagger in installed_flaggers(Stage.ASYNCHRONOUS)] == ["site_repetition"]


def test_added_flaggers_are_gone_afterwards() -> None:
    before = installed_flaggers(Stage.INLINE)
    with added(Finds()):
        assert len(installed_flaggers(Stage.INLINE)) == len(before) + 1
    assert installed_flaggers(Stage.INLINE) == before


class BadName(Finds):
    name = "Shouting!"


class NoStage(Finds):
    stage = "inline"  # type: ignore[assignment]


class Regional(Finds):
    languages = ("de-AT",)


class TakesOne(Finds):
    def check(self, comment: ScreeningInput) -> Finding:  # type: ignore[override]
        return clear(self)


def test_check_flaggers_says_what_is_wrong_in_a_sentence(settings: Settings) -> None:
    here = "tests.moderation.test_flagger_registry"
    settings.MODERATION_FLAGGERS = [here, f"{here}.Regional", f"{here}.TakesOne", "sys.exit"]
    assert [message.msg.removeprefix(f"MODERATION_FLAGGERS: {here}") for message in check_flaggers()] == [
        " is no class: name the class in a module, as in newsroom.telephone.TelephoneFlagger.",
        '.Regional has languages that are no codes without a region, as in ("de", "en").',
        ".TakesOne has a check() that does not take a comment and a site.",
        "MODERATION_FLAGGERS: sys.exit cannot be loaded: SystemExit()",
    ]


def test_check_flaggers_names_each_that_cannot_be_used(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.links.LinksFlagger",
        "moderation.flaggers.links.LinksFlagger",
        "moderation.flaggers.links.Missing",
        "tests.moderation.test_flagger_registry.BadName",
        "tests.moderation.test_flagger_registry.NoStage",
        "comments.enums.Status",
    ]
    assert [(message.id or "").rpartition(".")[2] for message in check_flaggers()] == [
        "E002", "E001", "E001", "E001", "E001",
    ]  # fmt: skip


def test_check_flaggers_shipped_settings_are_fine() -> None:
    assert list(check_flaggers()) == []
