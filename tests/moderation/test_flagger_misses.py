"""How much flaggers miss where people see only a part of the texts: as many as it stands for, and how sure that is."""

from __future__ import annotations

import csv
import io
import random

import pytest

from comments.models import Article, Comment
from moderation.enums import Action, Automation, Role
from moderation.insights.flagger_counts import Misses
from moderation.insights.flagger_report import read_flagger_report
from moderation.insights.statistics import weighted_interval, wilson_interval
from moderation.insights.weeks import weeks_up_to_now
from moderation.models import DecidingRule, Decision
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.reporting import judge
from tests.moderation.test_flagger_figures import PAGE, say

TENTH = 0.1


def judged(
    article: Article, outcome: str, action: Action = Action.REJECT, *, drawn_share: float = 1, count: int = 1
) -> list[Comment]:
    """Comments about which a flagger had said something, as people decided of them."""
    comments = []
    for _number in range(count):
        comment = make_comment(article)
        say(comment, "terms", outcome, "respect" if outcome == "flagged" else "")
        judge(comment, action, clause="respect" if action == Action.REJECT else "")
        if drawn_share < 1:
            Comment.objects.filter(pk=comment.pk).update(is_drawn=True, drawn_share=drawn_share)
        comments.append(comment)
    return comments


def misses_of(article: Article) -> Misses:
    report = read_flagger_report(article.site, weeks_up_to_now(4))
    (terms,) = (one for one in report.flaggers if one.flagger == "terms")
    return terms.misses


@pytest.mark.django_db
def test_text_that_was_drawn_counts_as_often_as_there_are_texts_that_it_stands_for() -> None:
    article = make_article()
    judged(article, "flagged", count=6)
    judged(article, "clear")
    assert misses_of(article) == Misses(1, 6)
    judged(article, "clear", drawn_share=TENTH, count=2)
    assert misses_of(article) == Misses(21, 6, missed_weight=10)
    judged(article, "flagged", drawn_share=0.5)
    assert misses_of(article) == Misses(21, 8, missed_weight=10, found_weight=2)


@pytest.mark.django_db
def test_that_nothing_was_missed_is_less_sure_where_only_a_part_was_seen() -> None:
    article = make_article()
    judged(article, "flagged", count=10)
    assert misses_of(article).interval == pytest.approx(wilson_interval(0, 10))
    # Of ten harmless ones one was seen.
    judged(article, "clear", Action.APPROVE, drawn_share=TENTH)
    assert misses_of(article) == Misses(0, 10, missed_weight=10)
    assert misses_of(article).interval == pytest.approx(wilson_interval(0, 1))


@pytest.mark.django_db
def test_text_that_a_rule_published_and_people_removed_is_none_of_the_sample() -> None:
    article = make_article()
    judged(article, "flagged")
    (seen,) = judged(article, "clear", drawn_share=TENTH)
    published = make_comment(article)
    say(published, "terms", "clear")
    by_rule = judge(published, Action.APPROVE)
    judge(published, Action.REMOVE, clause="respect")
    assert misses_of(article) == Misses(11, 1, missed_weight=10)
    rule = DecidingRule.objects.create(site=article.site, flagger="terms", action=Action.APPROVE, bound=0.9)
    Decision.objects.filter(pk=by_rule.pk).update(automated_decision=Automation.FULL, rule=rule)
    assert misses_of(article) == Misses(10, 1, missed_weight=10)
    # It was missed all the same, and is there to be read.
    report = read_flagger_report(article.site, weeks_up_to_now(4))
    (terms,) = (one for one in report.flaggers if one.flagger == "terms")
    assert {one.comment for one in terms.latest} == {seen.public_id, published.public_id}


@pytest.mark.django_db
def test_page_and_file_say_that_it_is_an_estimate_and_how_sure_it_is() -> None:
    article = make_article()
    judged(article, "flagged", count=10)
    judged(article, "clear")
    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    page = text_of(client.get(PAGE))
    assert "Of 11 texts that people restricted by its clauses it missed 1" in page
    assert "1 of 11 · 9\xa0% (2 to 38)" in html_of(client.get(PAGE))

    judged(article, "clear", drawn_share=TENTH)
    page = text_of(client.get(PAGE))
    assert (
        "it misses about 11 of 21 · 52 % (16 to 86). Of what appears or is decided without them people judge only a part"
        in page
    )
    rows = csv.DictReader(io.StringIO(html_of(client.get("/moderation/figures/checks.csv"))))
    (row,) = (row for row in rows if row["Check"] == "terms")
    shares = [float(row[name]) for name in ("Share missed", "Missed at least", "Missed at most")]
    assert row["Missed"] == "11"
    assert shares == pytest.approx([11 / 21, 0.1617, 0.8625], abs=1e-4)


@pytest.mark.once
def test_interval_of_weights_is_that_without_them_where_all_are_one_and_the_widest_where_nothing_was_seen() -> None:
    assert weighted_interval(3, 20, part_weight=1, rest_weight=1) == pytest.approx(wilson_interval(3, 20))
    assert weighted_interval(0, 100, part_weight=10, rest_weight=1) == pytest.approx(wilson_interval(0, 10))
    assert weighted_interval(100, 100, part_weight=10, rest_weight=2) == pytest.approx(wilson_interval(50, 50))
    assert weighted_interval(0, 0, part_weight=10, rest_weight=1) == (0, 1)


@pytest.mark.once
@pytest.mark.parametrize(("drawn_missed", "seen_missed", "drawn_found", "seen_found"), [
    (0.04, 0.02, 0, 0.3), (0, 0.05, 0.3, 0.1), (0.005, 0, 0, 0.2), (0.1, 0.1, 0.1, 0.1),
])  # fmt: skip
def test_interval_of_weights_holds_the_true_share_about_as_often_as_it_says(
    drawn_missed: float, seen_missed: float, drawn_found: float, seen_found: float
) -> None:
    chance = random.Random(4)  # noqa: S311 - repeatable, not secret
    kinds = (drawn_missed, seen_missed, drawn_found, seen_found)
    true = (drawn_missed + seen_missed) / sum(kinds)
    held = 0
    for _round in range(400):
        # Of 1,000 texts; of those that a rule decides people see a tenth.
        seen = [
            sum(chance.random() < (share * TENTH if is_drawn else share) for _text in range(1_000)) if share else 0
            for share, is_drawn in zip(kinds, (True, False, True, False), strict=True)
        ]
        missed, found = 10 * seen[0] + seen[1], 10 * seen[2] + seen[3]
        low, high = weighted_interval(
            missed, missed + found, part_weight=10 if drawn_missed else 1, rest_weight=10 if drawn_found else 1
        )
        held += low <= true <= high
    # Wilson's own dips so far where hardly one is to be expected.
    assert held / 400 > 0.9
