"""The inline stage: whatever a flagger does, the comment is kept, and a person looks at it."""

from __future__ import annotations

import datetime
import logging
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.screening import Finding, ScreeningInput, Span, Verdict
from comments.services.posting import revise_comment
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, flagged
from moderation.flaggers.inline import forget_slow_flaggers, run_inline
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.registry import added
from moderation.flaggers.terms import _compile
from moderation.models import Finding as FindingRow
from moderation.models import FlaggerSwitch
from moderation.screening import screen
from tests.factories import make_article, make_comment, make_site
from tests.moderation.inputs import make_input, sentence
from tests.services.bad_flaggers import ANSWERING, Asynchronous

SECRET = "wort-das-in-kein-protokoll-gehoert"


@pytest.fixture(autouse=True)
def _fresh_process(settings: Settings) -> Iterator[None]:
    settings.MODERATION_INLINE_BUDGET = datetime.timedelta(seconds=5)
    forget_knowledge()
    forget_slow_flaggers()
    yield
    forget_knowledge()
    forget_slow_flaggers()


class Inline(Asynchronous):
    stage = Stage.INLINE


class Sleeps(Inline):
    """Until somebody wakes it."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        self.begun = 0

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        self.begun += 1
        self.wake.wait(30)
        return Finding(self.name, self.version, CheckOutcome.CLEAR)


class Exits(Inline):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        sys.exit("done for today")


class Finds(Inline):
    """Finds the word "Idiot"; German only."""

    languages = ("de",)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        at = comment.body.find("Idiot")
        if at < 0:
            return Finding("another name", "0", CheckOutcome.CLEAR)
        return flagged(self, "An insult.", score=0.9, clause="respect", spans=[Span(at, at + 5, "insult")])


def inline(kind: type[Asynchronous]) -> Asynchronous:
    """A flagger as it would be if it looked while the author waits."""
    flagger: Asynchronous = type(kind.__name__, (kind,), {"stage": Stage.INLINE})()
    return flagger


def outcomes(comment: Comment) -> dict[str, str]:
    return dict(FindingRow.objects.filter(comment=comment).values_list("flagger", "outcome"))


# --- Where a comment goes


@pytest.mark.django_db
def test_screen_installed_flaggers_speak_in_the_order_of_the_setting() -> None:
    verdict = screen(make_input("Ein freundlicher Satz."))
    assert [(finding.flagger, finding.outcome) for finding in verdict.findings] == [
        ("links", CheckOutcome.CLEAR),
        ("terms", CheckOutcome.CLEAR),
        ("shouting", CheckOutcome.CLEAR),
        ("repetition", CheckOutcome.CLEAR),
        ("automation", CheckOutcome.CLEAR),
        ("personal_data", CheckOutcome.CLEAR),
        ("language", CheckOutcome.CLEAR),
    ]
    assert verdict.status == Status.PENDING


@pytest.mark.django_db
def test_post_flagged_comment_findings_are_stored_with_their_spans() -> None:
    with added(Finds()):
        comment = make_comment(make_article(), body="Du Idiot!")
    row = FindingRow.objects.get(comment=comment, flagger="finds")
    assert (row.revision, row.version, row.outcome, row.score) == (1, "1", CheckOutcome.FLAGGED, 0.9)
    assert (row.clause, sentence(row), row.spans) == ("respect", "An insult.", [[3, 8, "insult"]])
    assert comment.status == Status.PENDING


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "status"), [("Danke!", Status.APPROVED), ("Du Idiot!", Status.PENDING)])
def test_post_under_post_moderated_article_flags_hold_back(body: str, status: Status) -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    FlaggerSwitch.objects.create(site=article.site, flagger="finds", state=FlaggerState.ON)
    with added(Finds()):
        comment = make_comment(article, body=body)
    assert comment.status == status


class SeesLists(Finds):
    """Stands in the place of the list of terms, and sees whether one was compiled when it is asked."""

    name = "terms"  # type: ignore[assignment]

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return flagged(self, "Of %(lists)s lists.", {"lists": _compile.cache_info().currsize}, score=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "lists"), [(FlaggerState.INFORM, [1]), (FlaggerState.OFF, [])])
def test_screen_list_of_terms_is_compiled_before_the_budget_begins(
    state: FlaggerState, lists: list[int], settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = []
    site = make_site("demo")
    FlaggerSwitch.objects.create(site=site, flagger="terms", state=state)
    _compile.cache_clear()
    with added(SeesLists()):
        found = screen(make_input("Danke!")).findings
    assert [finding.parameters["lists"] for finding in found] == lists
    assert _compile.cache_info().currsize == len(lists)


@pytest.mark.django_db
def test_screen_flagger_of_another_language_is_not_asked() -> None:
    with added(Finds()):
        names = [finding.flagger for finding in screen(make_input("You Idiot!", language="en-GB")).findings]
        assert "finds" not in names
        names = [finding.flagger for finding in screen(make_input("Du Idiot!", language="de-AT")).findings]
        assert "finds" in names


@pytest.mark.django_db
def test_revise_new_text_gets_findings_of_its_own() -> None:
    with added(Finds()):
        comment = make_comment(make_article(), body="Du Idiot!")
        revise_comment(comment=comment, body="Sie irren sich.")
    rows = FindingRow.objects.filter(comment=comment, flagger="finds").order_by("revision")
    assert [(row.revision, row.outcome) for row in rows] == [(1, CheckOutcome.FLAGGED), (2, CheckOutcome.CLEAR)]


# --- Bad flaggers


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [*ANSWERING, Exits])
@pytest.mark.parametrize("mode", [ArticleMode.PRE_MODERATED, ArticleMode.POST_MODERATED])
def test_post_with_a_bad_inline_flagger_waits_in_the_queue(
    kind: type[Asynchronous], mode: ArticleMode, caplog: pytest.LogCaptureFixture
) -> None:
    article = make_article(mode=mode)
    bad = inline(kind)
    with added(bad), caplog.at_level(logging.DEBUG):
        comment = make_comment(article, body=f"Ein Satz mit {SECRET}.")
    assert comment.status == Status.PENDING
    assert list(Comment.objects.waiting()) == [comment]
    row = FindingRow.objects.get(comment=comment, flagger=bad.name)
    assert (row.outcome, row.score, row.spans) == (CheckOutcome.FAILED, None, [])
    assert sentence(row) == f"The check “{bad.name}” failed."
    assert outcomes(comment)["links"] == CheckOutcome.CLEAR
    assert bad.name in caplog.text
    assert SECRET not in caplog.text


def test_run_inline_hanging_flagger_costs_the_budget_and_is_left_out_while_it_hangs(settings: Settings) -> None:
    settings.MODERATION_INLINE_BUDGET = datetime.timedelta(milliseconds=200)
    sleeper, well = Sleeps(), inline(Finds)
    start = time.perf_counter()
    first = run_inline([sleeper, well], make_input("Hallo"), SiteKnowledge())
    assert time.perf_counter() - start < 2
    second = run_inline([sleeper, well], make_input("Hallo"), SiteKnowledge())

    assert [finding.outcome for finding in first] == [CheckOutcome.FAILED, CheckOutcome.CLEAR]
    assert first[0].message == "The check “%(flagger)s” took too long and was stopped."
    assert [finding.outcome for finding in second] == [CheckOutcome.NOT_RUN, CheckOutcome.CLEAR]
    assert second[0].message == "The check “%(flagger)s” was left out because it failed a moment ago."
    assert sleeper.begun == 1
    sleeper.wake.set()


def test_run_inline_slow_flagger_gets_one_second_chance(settings: Settings) -> None:
    settings.MODERATION_INLINE_BUDGET = datetime.timedelta(milliseconds=100)
    sleeper, seen = Sleeps(), []
    for _ in range(3):
        sleeper.wake.clear()
        seen += [finding.outcome for finding in run_inline([sleeper], make_input("Hallo"), SiteKnowledge())]
        sleeper.wake.set()
        wait_until_ended("flagger-sleeps")
    assert seen == [CheckOutcome.FAILED, CheckOutcome.FAILED, CheckOutcome.NOT_RUN]

    settings.MODERATION_FLAGGER_PAUSE = datetime.timedelta(0)
    forget_slow_flaggers()
    assert run_inline([sleeper], make_input("Hallo"), SiteKnowledge())[0].outcome == CheckOutcome.CLEAR


def wait_until_ended(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(10)


@pytest.mark.django_db
def test_post_with_a_hanging_inline_flagger_is_kept_and_not_published(settings: Settings) -> None:
    settings.MODERATION_INLINE_BUDGET = datetime.timedelta(milliseconds=200)
    sleeper, article = Sleeps(), make_article(mode=ArticleMode.POST_MODERATED)
    with added(sleeper):
        comments = [make_comment(article), make_comment(article)]
    sleeper.wake.set()
    assert [comment.status for comment in comments] == [Status.PENDING, Status.PENDING]
    assert outcomes(comments[0])["sleeps"] == CheckOutcome.FAILED
    assert outcomes(comments[1])["sleeps"] == CheckOutcome.NOT_RUN


@pytest.mark.django_db
def test_post_with_a_flagger_that_cannot_be_loaded_waits_and_says_so(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.links.LinksFlagger", "somewhere.else.MagicFlagger"]
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED))
    assert comment.status == Status.PENDING
    assert outcomes(comment) == {"links": CheckOutcome.CLEAR, "MagicFlagger": CheckOutcome.FAILED}


@pytest.mark.django_db
def test_post_without_flaggers_is_published_only_after_the_fact(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    assert make_comment(make_article()).status == Status.PENDING
    assert make_comment(make_article(mode=ArticleMode.POST_MODERATED)).status == Status.APPROVED


def rubbish_screener(_screening_input: ScreeningInput) -> Verdict:
    """A screener whose findings no database takes."""
    return Verdict(Status.PENDING, (Finding("x" * 1_000, "1", CheckOutcome.FLAGGED, score=7.0),))


@pytest.mark.django_db
def test_post_findings_that_cannot_be_stored_are_lost_and_the_comment_is_not(settings: Settings) -> None:
    settings.COMMENTS_SCREENER = "tests.moderation.test_screening.rubbish_screener"
    comment = make_comment(make_article())
    assert Comment.objects.waiting().get() == comment
    assert outcomes(comment) == {}
