"""When people agree with a check otherwise than before: by how much, over which weeks, and where it is said."""

from __future__ import annotations

import datetime
import io
import logging

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from comments.models import Article
from moderation.checks import check_drift
from moderation.enums import Role
from moderation.insights.flagger_report import DRIFT_WEEKS, Drift, read_flagger_report
from moderation.insights.weeks import DAY, weeks_up_to_now
from moderation.models import Decision, FlaggerDay
from moderation.tasks import sum_flagger_days_task
from tests.factories import make_article, make_moderator
from tests.moderation.deciding import add_judged
from tests.moderation.desk_pages import sign_in, text_of

pytestmark = pytest.mark.django_db
HALF_A_DAY = datetime.timedelta(hours=12)


@pytest.fixture(autouse=True)
def _no_flaggers(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []


def add_week(article: Article, agreed: int, judged: int, *, days_ago: int = 0) -> None:
    """So many texts that the judge flagged, and that people judged on one day: as it said, and not."""
    before = set(Decision.objects.values_list("pk", flat=True))
    add_judged(article, judged, wrong=judged - agreed, bad=True)
    if days_ago:
        weeks = weeks_up_to_now(1)
        moment = weeks.midnight(weeks.today - DAY * days_ago) + HALF_A_DAY
        Decision.objects.exclude(pk__in=before).update(applied_at=moment)


def drifts_of(article: Article) -> tuple[Drift, ...]:
    # What autovacuum does on a site. Without statistics PostgreSQL has taken minutes for 800 texts.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return read_flagger_report(article.site, weeks_up_to_now(DRIFT_WEEKS)).drifts


@pytest.mark.parametrize(
    ("before", "now", "is_named"),
    [
        # By enough to matter: once by what chance would do in 750 weeks, once in 1,300.
        ((95, 100), (80, 100), False),
        ((95, 100), (79, 100), True),
        # By more than chance: once by ten in a hundred, once by more.
        ((380, 400), (340, 400), False),
        ((380, 400), (339, 400), True),
        ((79, 100), (95, 100), True),
        ((95, 100), (95, 100), False),
        # Of so few nothing can be said.
        ((10, 10), (0, 9), False),
    ],
)
def test_check_that_people_agree_with_otherwise_is_named_where_it_is_not_chance_and_matters(
    before: tuple[int, int], now: tuple[int, int], *, is_named: bool
) -> None:
    article = make_article()
    add_week(article, *before, days_ago=10)
    add_week(article, *now)
    assert drifts_of(article) == ((Drift("judge", "precision", before, now),) if is_named else ())


@pytest.mark.parametrize(("days_ago", "is_compared"), [(6, False), (7, True), (62, True), (63, False)])
def test_last_seven_days_are_compared_with_the_eight_weeks_before(days_ago: int, *, is_compared: bool) -> None:
    article = make_article()
    add_week(article, 95, 100, days_ago=days_ago)
    add_week(article, 60, 100)
    found = read_flagger_report(article.site, weeks_up_to_now(26)).drifts
    assert found == ((Drift("judge", "precision", (95, 100), (60, 100)),) if is_compared else ())


@pytest.mark.parametrize("shown", [1, 4, 9, 26])
def test_change_is_the_same_whatever_time_is_shown_and_the_figures_are_of_that_time(shown: int) -> None:
    site, today = make_article().site, timezone.localdate()
    FlaggerDay.objects.bulk_create(
        FlaggerDay(
            site=site, day=today - DAY * number, flagger="topic", language="de", looked=100, missing=0,
            # Its last week is as the three before, and not as the eight before.
            fired=10 if number < 28 else 1,
        )
        for number in range(63)
    )  # fmt: skip
    (topic,) = read_flagger_report(site, weeks_up_to_now(shown)).flaggers
    assert topic.drifts == (Drift("topic", "firing", (245, 5600), (70, 700)),)
    counted = min(shown, 9)
    assert (len(topic.firing), topic.looks.looked) == (shown, 700 * counted)


def test_change_is_said_of_four_weeks_as_of_thirteen_on_the_page_and_by_the_command() -> None:
    article = make_article()
    add_week(article, 95, 100, days_ago=40)
    add_week(article, 60, 100)
    sentence = "People agreed with “judge” in 60 % of the last seven days, before in 95 %."
    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    for count in (4, 13):
        assert sentence in text_of(client.get(f"/moderation/figures/checks/?weeks={count}"))
        written = io.StringIO()
        call_command("flagger_report", "--days", str(7 * count), stdout=written)
        assert sentence in written.getvalue()
    # Of what is shown there are no more weeks than before.
    assert read_flagger_report(article.site, weeks_up_to_now(4)).flaggers[0].all.judged == 100


def test_change_is_said_by_the_check_of_the_installation_and_on_the_page_to_who_may_see_decisions() -> None:
    article = make_article()
    add_week(article, 95, 100, days_ago=10)
    add_week(article, 60, 100)
    (warning,) = check_drift(databases=["default"])
    assert (warning.id, warning.msg) == (
        "marginalia_moderation.W001",
        f"Flagger judge on {article.site.slug}: precision was 95 of 100 in the weeks before, 60 of 100 in the last seven days.",
    )
    sentence = "People agreed with “judge” in 60 % of the last seven days, before in 95 %."
    page = "/moderation/figures/checks/"
    assert sentence in text_of(sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR)).get(page))
    # Few people decided: what they did is for nobody but who answers for the checks.
    assert sentence not in text_of(sign_in(make_moderator(article.site)).get(page))


def test_every_night_each_change_is_a_line_in_the_log_and_what_is_as_before_is_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    changed, steady = make_article(), make_article()
    for article in (changed, steady):
        add_week(article, 95, 100, days_ago=10)
    add_week(changed, 79, 100)
    add_week(steady, 95, 100)
    today = timezone.localdate()
    FlaggerDay.objects.bulk_create(
        FlaggerDay(
            site=article.site, day=today - DAY * number, flagger="links", language="de", looked=1_000, missing=0,
            fired=300 if number < 7 and article == changed else 100,
        )
        for number in range(1, 40)
        for article in (changed, steady)
    )  # fmt: skip
    with caplog.at_level(logging.WARNING):
        sum_flagger_days_task()
    # The last three days are summed anew, from texts of which there are none.
    assert [(one.name, one.levelname, one.getMessage()) for one in caplog.records] == [
        (
            "moderation.tasks",
            "WARNING",
            f"Flagger {flagger} on {changed.site.slug}: {measure} was {before} before, {now} in the last seven days.",
        )
        for flagger, measure, before, now in (
            ("judge", "precision", "95 of 100", "79 of 100"),
            ("links", "firing", "3300 of 33000", "900 of 3000"),
        )
    ]
