"""A rule on the site's list of words, which changes every day: it decides by the words that people have judged, and by no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from comments.enums import Status
from comments.models import Article, Comment
from moderation.enums import Action, FlaggerState, Role, RuleStanding
from moderation.flaggers.base import SiteKnowledge, TermEntry
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.terms import TermsFlagger
from moderation.models import DecidingRule, FlaggerSwitch, Term
from moderation.services.policies import current_policy
from moderation.services.term_list import save_term
from tests.factories import make_article, make_moderator
from tests.moderation.inputs import make_input
from tests.moderation.test_deciding import send
from tests.moderation.test_notifications import judge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _terms_alone(settings: Settings) -> Iterator[None]:
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.terms.TermsFlagger"]
    settings.MODERATION_BLIND_SAMPLE_SHARE = 0
    forget_knowledge()
    yield
    forget_knowledge()


def proved() -> Article:
    """A discussion of a site whose list of words was proved today, as a whole, and may reject."""
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="terms", state=FlaggerState.ON)
    DecidingRule.objects.create(
        site=article.site, flagger="terms", action=Action.REJECT, standing=RuleStanding.DECIDING, bound=0.99,
        people_share=0.01, threshold=1.0, version=TermsFlagger.version, policy=current_policy(article.site),
        measured_at=timezone.now(),
    )  # fmt: skip
    return article


def add(article: Article, phrase: str, clause: str = "respect") -> Term:
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    term = Term(site=article.site, phrase=phrase, clause=clause)
    saved = save_term(term=term, administrator=administrator)
    forget_knowledge()
    return saved


def refuse(article: Article, body: str, times: int) -> list[Comment]:
    """Comments that people have to judge, and refuse."""
    comments = [send(article, f"{body} {'abcdefghijklmn'[number]}") for number in range(times)]
    assert {comment.status for comment in comments} == {Status.PENDING}
    for comment in comments:
        judge(comment, Action.REJECT, "respect")
    return comments


def test_word_that_people_have_not_judged_ten_times_is_left_to_them() -> None:
    article = proved()
    add(article, "Klüngelbold")
    refuse(article, "Du Klüngelbold", 10)
    assert send(article, "Klüngelbolde sind das").status == Status.REJECTED

    term = add(article, "Hund", clause="")
    assert send(article, "Ein lieber Hund saß vor dem Museum").status == Status.PENDING
    term.clause = "respect"
    save_term(term=term, administrator=make_moderator(article.site, role=Role.ADMINISTRATOR))
    forget_knowledge()
    assert send(article, "Der Hund saß vor dem Museum").status == Status.PENDING
    # Nor does the word that is proved lend its proof to another spelling of the list.
    add(article, "Klüngelbold*")
    assert send(article, "Der Klüngelboldverein tagt").status == Status.PENDING
    assert send(article, "Du bist ein Klüngelbold").status == Status.REJECTED

    refuse(article, "Du Hund", 10)
    assert send(article, "Ihr Hunde").status == Status.REJECTED


def test_word_that_people_published_too_often_is_left_to_them() -> None:
    article = proved()
    add(article, "Hund")
    for place in "abcdef":
        judge(send(article, f"Der Hund lief {place}"))
    refuse(article, "Du Hund", 10)
    assert send(article, "Ihr Hunde").status == Status.PENDING


@pytest.mark.parametrize(
    ("body", "score", "term"),
    [
        ("Du Idi*t, du Trottel", 1.0, "Trottel"),
        ("Du Idi*t im Museum", 0.8, "Idiot"),
        ("Im Museum steht ein Trottel", 1.0, "Trottel"),
        ("Das Museum", 1.0, "Museum"),
    ],
)
def test_finding_is_as_sure_as_the_word_that_names_its_clause_is_plain(body: str, score: float, term: str) -> None:
    entries = (TermEntry("Idiot", clause="respect"), TermEntry("Trottel", clause="respect"), TermEntry("Museum"))
    finding = TermsFlagger().check(make_input(body), SiteKnowledge(terms=entries))
    assert (finding.score, finding.parameters["term"]) == (score, term)
