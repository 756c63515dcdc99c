"""Figures that several versions of a check share: said on the page, in the files and by the command, and by none of one version."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from moderation.enums import Role
from moderation.flaggers.learned import NAME
from moderation.insights.flagger_report import Drift, read_flagger_report
from moderation.insights.flagger_tables import drift_sentence
from moderation.insights.weeks import DAY, weeks_up_to_now
from moderation.models import Decision, Finding
from tests.factories import make_article, make_moderator
from tests.moderation.deciding import add_judged
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.test_flagger_figures import PAGE

pytestmark = pytest.mark.django_db
FILE = "/moderation/figures/checks.csv"
MIXED = "These figures are of several versions of the check"


@pytest.fixture(autouse=True)
def _no_flaggers(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []


def spoke(version: str, *days_ago: int) -> list[str]:
    """Move what a version said to these days, the rest of it to the last of them, and give them as they are written."""
    today = timezone.localtime().replace(hour=12)
    findings = Finding.objects.filter(version=version).order_by("pk")
    for number, finding in enumerate(findings):
        moment = today - DAY * days_ago[min(number, len(days_ago) - 1)]
        Finding.objects.filter(pk=finding.pk).update(created_at=moment)
    return [f"{(today - DAY * days).date():%-d %B}" for days in days_ago]


def test_figures_of_two_versions_are_told_apart_and_those_of_one_are_not_spoken_of() -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    add_judged(article, 6, wrong=2, bad=True, version="4")
    first, last = spoke("4", 20, 9)
    alone = text_of(sign_in(administrator).get(PAGE)), html_of(sign_in(administrator).get(FILE + "?by=version"))
    add_judged(article, 3, bad=True, version="5")
    since, until = spoke("5", 8, 1)

    page = sign_in(administrator).get(PAGE)
    sentence = f"{MIXED}: version 5, in use (3 judged, said from {since} to {until}); version 4 (6 judged, said from {first} to {last})."
    assert sentence in text_of(page)
    assert "Of several versions together: judge" in text_of(page)
    assert (MIXED in alone[0], "Of several versions together" in alone[0]) == (False, False)
    assert len(alone[1].splitlines()) == 1 + 1

    (row,) = csv.DictReader(io.StringIO(html_of(sign_in(administrator).get(FILE))))
    names = ("Judged", "People agreed", "Versions", "Judged, version in use", "Agreed, version in use")
    assert [row[name] for name in names] == ["9", "7", "2", "3", "3"]
    answer = sign_in(administrator).get(FILE + "?by=version")
    assert f'"{article.site.slug}-versions-13w.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(html_of(answer))))
    kept = ("Version", "In use", "Judged", "People agreed", "Precision", "At least")
    assert [[row[name] for name in kept] for row in rows] == [
        ["5", "1", "3", "3", "1.0", "0.4385"],
        ["4", "0", "6", "4", "0.6667", "0.3"],
    ]
    assert datetime.date.fromisoformat(rows[1]["First said"]) == timezone.localdate() - DAY * 20


def test_command_says_the_same_in_words_as_a_file_and_for_programs() -> None:
    article = make_article()
    add_judged(article, 2, bad=True, version="4")
    days = spoke("4", 2)
    add_judged(article, 1, bad=False, version="5")

    words, table, lines = io.StringIO(), io.StringIO(), io.StringIO()
    call_command("flagger_report", stdout=words)
    call_command("flagger_report", "--versions", stdout=table)
    call_command("flagger_report", "--json", stdout=lines)

    # Of the new one nobody has judged a finding, and all that is counted was said by the old one.
    assert (
        f"judge: {MIXED}: version 5, in use (none judged so far); version 4 (2 judged, said on {days[0]})."
        in words.getvalue()
    )
    (row,) = csv.DictReader(io.StringIO(table.getvalue()))
    assert (row["site"], row["Check"], row["Version"], row["In use"], row["Judged"]) == (
        article.site.slug, "judge", "4", "0", "2",
    )  # fmt: skip
    (judge,) = json.loads(lines.getvalue())["flaggers"]
    counted = [(one["version"], one["in_use"], one["judged"], one["agreed"]) for one in judge["versions"]]
    assert counted == [("5", True, 0, 0), ("4", False, 2, 2)]


def test_what_the_judge_learnt_each_night_is_counted_and_not_listed() -> None:
    article = make_article()
    for number in range(1, 6):
        add_judged(article, 2, bad=True, version="3-abc")
        learnt = Finding.objects.filter(flagger="judge")
        learnt.update(
            flagger=NAME, parameters={"model": number}, created_at=timezone.now().replace(hour=12) - DAY * (10 - number)
        )
    add_judged(article, 7, bad=True, version="1")

    (other, learned) = read_flagger_report(article.site, weeks_up_to_now(4)).flaggers
    administrator = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    page = text_of(administrator.get(PAGE))

    assert not other.is_mixed
    assert [str(one.version) for one in learned.versions] == [f"{number} (3-abc)" for number in (5, 4, 3, 2, 1)]
    today = timezone.localdate()
    since, first, last = (f"{today - DAY * days:%-d %B}" for days in (5, 9, 6))
    assert (
        f"These figures are of 5 versions of the check. In use since {since} is version 5 (3-abc), with 2 of the "
        f"10 findings that people judged; the others spoke from {first} to {last}." in page
    )
    assert "4 (3-abc)" not in page

    # Two hundred comments later, of which it said nothing.
    add_judged(article, 200, version="1")
    assert "of 5 versions of the check, none of which is in use now." in text_of(administrator.get(PAGE))


def test_who_may_not_see_what_few_people_decided_is_not_told_by_version() -> None:
    article = make_article()
    add_judged(article, 2, bad=True, version="4")
    add_judged(article, 2, bad=True, version="5")
    moderator = sign_in(make_moderator(article.site))

    assert (MIXED in text_of(moderator.get(PAGE)), "by=version" in html_of(moderator.get(PAGE))) == (False, False)
    assert len(html_of(moderator.get(FILE + "?by=version")).splitlines()) == 1


@pytest.mark.parametrize(("version", "is_mixed"), [("4", False), ("5", True)])
def test_drift_says_that_the_version_has_changed(version: str, is_mixed: bool) -> None:
    article = make_article()
    add_judged(article, 100, wrong=5, bad=True, version="4")
    Decision.objects.update(applied_at=timezone.now() - DAY * 20)
    add_judged(article, 100, wrong=30, bad=True, version=version)

    (drift,) = read_flagger_report(article.site, weeks_up_to_now(4)).drifts

    assert drift == Drift("judge", "precision", (95, 100), (70, 100), is_mixed)
    with override("en"):
        assert ("In these nine weeks its version has changed." in drift_sentence(drift)) == is_mixed
