"""A flagger that is off is not asked; one in shadow is heard and kept, and nothing follows from what it says."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment, Site
from comments.screening import Finding, ScreeningInput
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, flagged, state_of
from moderation.flaggers.installed import BrokenFlaggerError
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.registry import added, load_flagger
from moderation.insights.judging import read_flaggers
from moderation.insights.spans import Period, span_of
from moderation.models import DecidingRule, FlaggerSwitch
from moderation.models import Finding as FindingRow
from moderation.queue import QueueFilters, QueueStatus, read_queue
from moderation.services.decisions import decide
from moderation.services.publications import take_back_flagged
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_moderator, make_site
from tests.moderation.desk_pages import QUEUE, press, sign_in
from tests.services.bad_flaggers import Asynchronous, Raises

pytestmark = pytest.mark.django_db


class Suspects(Asynchronous):
    """Suspects everything, while the author waits."""

    stage = Stage.INLINE

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        return flagged(self, "Suspicious.", score=0.9)


class SuspectsLater(Suspects):
    stage = Stage.ASYNCHRONOUS


class RaisesInline(Raises):
    stage = Stage.INLINE


class NewCheck(Suspects):
    first_state = FlaggerState.SHADOW


class Nonsense(Suspects):
    first_state = "perhaps"


class Overreaches(Suspects):
    decides = (Action.REMOVE,)


@pytest.fixture(autouse=True)
def _only_what_a_test_adds(settings: Settings) -> Iterator[None]:
    settings.MODERATION_FLAGGERS = []
    with added(Suspects(), SuspectsLater()):
        yield


def switch(site: Site, state: FlaggerState, *, language: str = "") -> None:
    for name in ("suspects", "suspectslater"):
        FlaggerSwitch.objects.update_or_create(site=site, flagger=name, language=language, defaults={"state": state})


def screened(comment: Comment) -> Comment:
    screen_stored_comment(comment.pk)
    comment.refresh_from_db()
    return comment


def rows(comment: Comment) -> list[tuple[str, str, bool]]:
    found = FindingRow.objects.filter(comment=comment).order_by("flagger")
    return list(found.values_list("flagger", "outcome", "is_shadow"))


def test_flagger_in_shadow_is_kept_and_neither_shown_nor_sorted_by_nor_acted_on() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    switch(article.site, FlaggerState.SHADOW)
    comment = screened(make_comment(article))
    assert rows(comment) == [
        ("suspects", CheckOutcome.FLAGGED, True),
        ("suspectslater", CheckOutcome.FLAGGED, True),
    ]
    assert (comment.status, comment.risk) == (Status.APPROVED, 0)
    assert list(FindingRow.objects.flagged()) == []

    waiting = screened(make_comment(make_article(article.site, key="other")))
    (item,) = read_queue(article.site, QueueFilters()).items
    assert (item.pk, item.findings, item.flag_count) == (waiting.pk, (), 0)
    client = sign_in(make_moderator(article.site))
    for address in (f"{QUEUE}?site={article.site.slug}", f"/moderation/comments/{waiting.public_id}/history/"):
        page = client.get(address).content.decode()
        assert waiting.author_name in page
        assert "Suspicious" not in page
        assert "Did not run" not in page


def test_flagger_that_is_on_is_shown_and_sorted_by_and_holds_back() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    switch(article.site, FlaggerState.ON)
    comment = screened(make_comment(article))
    assert rows(comment) == [
        ("suspects", CheckOutcome.FLAGGED, False),
        ("suspectslater", CheckOutcome.FLAGGED, False),
    ]
    assert (comment.status, comment.risk) == (Status.PENDING, 180)
    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?site={article.site.slug}").content.decode()
    assert "Suspicious" in page


def test_flagger_that_is_off_is_not_asked_nor_missed() -> None:
    article = make_article()
    switch(article.site, FlaggerState.OFF)
    comment = screened(make_comment(article))
    assert rows(comment) == []
    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?site={article.site.slug}").content.decode()
    assert comment.author_name in page
    assert "Did not run" not in page


def test_flagger_that_fails_in_shadow_sends_nothing_to_a_moderator() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    switch(article.site, FlaggerState.OFF)
    FlaggerSwitch.objects.create(site=article.site, flagger="raisesinline", state=FlaggerState.SHADOW)
    with added(RaisesInline()):
        comment = make_comment(article)
    assert rows(comment) == [("raisesinline", CheckOutcome.FAILED, True)]
    assert comment.status == Status.APPROVED


def test_switch_of_a_language_counts_more_than_that_of_all() -> None:
    site = make_site("paper")
    switch(site, FlaggerState.OFF)
    switch(site, FlaggerState.SHADOW, language="de")
    knowledge = load_knowledge("paper")
    states = [state_of(Suspects(), language, knowledge) for language in ("de", "de-AT", "en", "fr")]
    assert states == [FlaggerState.SHADOW, FlaggerState.SHADOW, FlaggerState.OFF, FlaggerState.OFF]


def test_switch_is_of_one_site() -> None:
    switch(make_site("paper"), FlaggerState.OFF)
    assert state_of(Suspects(), "de", load_knowledge(make_site("magazine").slug)) == FlaggerState.INFORM


def test_flagger_without_a_switch_is_in_its_first_state() -> None:
    assert state_of(Suspects(), "de", SiteKnowledge()) == FlaggerState.INFORM
    assert state_of(NewCheck(), "de", SiteKnowledge()) == FlaggerState.SHADOW


def test_flagger_of_another_language_is_off_whatever_is_chosen() -> None:
    flagger = Suspects()
    flagger.languages = ("de",)
    knowledge = SiteKnowledge(states={("suspects", ""): FlaggerState.ON})
    assert state_of(flagger, "en", knowledge) == FlaggerState.OFF


@pytest.mark.parametrize(("name", "attribute"), [("Nonsense", "first_state"), ("Overreaches", "decides")])
def test_load_flagger_refuses_a_state_or_a_decision_that_there_is_not(name: str, attribute: str) -> None:
    with pytest.raises(BrokenFlaggerError, match=f"has a {attribute} "):
        load_flagger(f"{__name__}.{name}")


def test_flagger_in_shadow_is_not_among_the_figures_of_those_that_count() -> None:
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="suspects", state=FlaggerState.SHADOW)
    moderator = make_moderator(article.site)
    press(sign_in(moderator), screened(make_comment(article)), "approve")
    found = read_flaggers(article.site, span_of(Period.WEEK))
    assert [(one.flagger, one.fired) for one in found] == [("suspectslater", 1)]


def test_switches_cost_no_query_of_their_own(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    site = make_site("paper")
    for count in (0, 1, 3):
        for number in range(count):
            FlaggerSwitch.objects.update_or_create(
                site=site, flagger=f"check_{number}", language="", defaults={"state": FlaggerState.OFF}
            )
        with django_assert_num_queries(1):
            assert len(load_knowledge("paper").states) == count


def test_later_check_that_is_on_has_what_appeared_by_the_mode_of_its_discussion_wait_unless_a_person_let_it_through() -> (
    None
):
    article = make_article(mode=ArticleMode.POST_MODERATED)
    switch(article.site, FlaggerState.ON)
    FlaggerSwitch.objects.filter(flagger="suspects").update(state=FlaggerState.OFF)
    flagged_later, seen = (screened(make_comment(article)) for _ in range(2))
    moderator = make_moderator(article.site)
    for action, status, clause in ((Action.REMOVE, Status.APPROVED, "respect"), (Action.RESTORE, Status.REMOVED, "")):
        decide(
            comment=seen, moderator=moderator, action=action, clause=clause, expected_status=status, expected_revision=1
        )

    assert [take_back_flagged(one.pk) for one in (flagged_later, seen, flagged_later)] == [True, False, False]


@pytest.mark.parametrize(
    ("state", "risk", "status"),
    [(None, 0, Status.APPROVED), (FlaggerState.ORDER, 180, Status.APPROVED), (FlaggerState.ON, 180, Status.PENDING)],
)
def test_flagger_only_informs_unless_its_site_lets_it_do_more(
    state: FlaggerState | None, risk: int, status: Status
) -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    if state is not None:
        switch(article.site, state)
    comment = screened(make_comment(article))
    take_back_flagged(comment.pk)
    comment.refresh_from_db()
    assert (comment.risk, comment.status) == (risk, status)

    waiting = screened(make_comment(make_article(article.site, key="other")))
    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?site={article.site.slug}").content.decode()
    assert (waiting.risk, "Suspicious" in page) == (risk, True)
    for filters in (QueueFilters(status=QueueStatus.FLAGGED), QueueFilters(flag="suspects")):
        assert waiting.pk in [item.pk for item in read_queue(article.site, filters).items]


def test_check_that_breaks_has_comments_wait_though_it_only_informs() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    switch(article.site, FlaggerState.OFF)
    with added(RaisesInline()):
        assert make_comment(article).status == Status.PENDING


def test_checks_by_which_a_site_lets_software_decide_go_on_to_hold_back() -> None:
    site = make_site("paper")
    for name in ("links", "terms", "spam", "newsroom_check"):
        DecidingRule.objects.create(site=site, flagger=name, language="de", action=Action.REJECT)
    DecidingRule.objects.create(site=site, flagger="shouting", action=Action.REJECT, is_active=False)
    FlaggerSwitch.objects.create(site=site, flagger="terms", state=FlaggerState.ORDER)
    FlaggerSwitch.objects.create(site=site, flagger="newsroom_check", state=FlaggerState.SHADOW)
    import_module("moderation.migrations.0018_only_inform_at_first").keep_what_may_decide(
        apps, connection.schema_editor()
    )
    rows = FlaggerSwitch.objects.order_by("flagger", "language").values_list("flagger", "language", "state")
    assert list(rows) == [
        ("links", "de", "on"),
        ("newsroom_check", "", "shadow"),
        ("terms", "", "order"),
        ("terms", "de", "on"),
    ]
