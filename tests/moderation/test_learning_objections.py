"""What a finding that somebody called wrong teaches the judge that learns."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from comments.enums import CheckOutcome
from comments.models import Article
from moderation.enums import Action
from moderation.flaggers.learning.features import Circumstances
from moderation.flaggers.learning.knowledge import load_model
from moderation.models import Finding, FindingFeedback
from moderation.services import labels, learning
from moderation.services.decisions import undo
from moderation.services.finding_feedback import call_wrong
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.learning import fill, learn, spelled
from tests.moderation.reporting import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learned_alone")]

WORDS = "Noch mehr Klüngel am Kreisverkehr"


def flag(article: Article, moderator: User, action: Action, clause: str = "", *, number: int = 0) -> list[Finding]:
    """What a check found in a text by `respect`, and another one by no clause, before somebody decided so."""
    comment = make_comment(article, body=f"{WORDS}, Nummer {spelled(number)}")
    said = {"comment": comment, "revision": 1, "version": "1", "outcome": CheckOutcome.FLAGGED, "score": 0.8}
    found = [
        Finding.objects.create(flagger="terms", clause="respect", **said),
        Finding.objects.create(flagger="bursts", **said),
    ]
    judge(comment, action, clause=clause, moderator=moderator)
    return found


def score(article: Article) -> float:
    model = load_model(article.site_id)
    assert model is not None
    (respect,) = (one for one in model.clauses if one.clause == "respect")
    return respect.judge(WORDS, "de", Circumstances())[0]


@pytest.mark.parametrize(("action", "clause"), [(Action.APPROVE, ""), (Action.REJECT, "on-topic")])
def test_text_whose_finding_was_called_wrong_is_taken_for_harmless_by_its_clause(action: Action, clause: str) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator)
    found = [flag(article, moderator, action, clause, number=number) for number in range(10)]
    figures, before = learn(article).figures, score(article)
    assert not learning.needs_learning(article.site)

    for finding, _of_no_clause in found:
        call_wrong(finding=finding, moderator=moderator, is_wrong=True)
    assert learning.needs_learning(article.site)
    made = learn(article)
    assert score(article) < before - 0.05
    if clause:
        # How good it is is measured by decisions alone.
        assert [one["texts"] for one in made.figures["respect"]["windows"]] == [
            one["texts"] for one in figures["respect"]["windows"]
        ]


def test_text_that_was_refused_by_the_clause_all_the_same_is_against_it_whatever_was_called_wrong() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator)
    (finding, _other) = flag(article, moderator, Action.REJECT, "respect")
    (_other, of_no_clause) = flag(article, moderator, Action.APPROVE, number=1)
    before = learn(article).weights
    for one in (finding, of_no_clause):
        call_wrong(finding=one, moderator=moderator, is_wrong=True)
    assert learn(article).weights == before


def test_what_was_called_wrong_counts_as_much_as_the_surest_of_those_who_said_so(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    sure, unsure = (make_moderator(article.site) for _moderator in range(2))
    refused, _of_no_clause = flag(article, sure, Action.REJECT, "on-topic")
    published, _of_no_clause = flag(article, sure, Action.APPROVE, number=1)
    for moderator in (unsure, sure):
        call_wrong(finding=refused, moderator=moderator, is_wrong=True)
    # By an account that is gone.
    FindingFeedback.objects.create(finding=published, user=None)
    for _decision in range(3):
        undo(decision=judge(make_comment(article), Action.REJECT, clause="respect", moderator=unsure), moderator=sure)
    # Weights 3, a batch 2, the end 1.
    with django_assert_num_queries(6):
        first, second = (label for batch in labels.read_labels(article.site) for label in batch)
    assert first.called_wrong == second.called_wrong == {"respect": pytest.approx(0.9)}
    clauses = ("on-topic", "respect", "unlawful")
    assert labels.lessons_of(first, clauses) == [
        labels.Lesson("on-topic", is_bad=True, weight=0.9, is_decided=True),
        labels.Lesson("respect", is_bad=False, weight=0.9, is_decided=False),
    ]
    assert [(one.clause, one.is_bad, one.weight) for one in labels.lessons_of(second, clauses)] == [
        ("on-topic", False, 0.9), ("respect", False, 1.8), ("unlawful", False, 0.9),
    ]  # fmt: skip
