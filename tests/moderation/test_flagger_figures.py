"""How flaggers are measured: against a recount in plain Python, and on the page, in the file and by the command."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import re
from collections import Counter, defaultdict

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.checks import check_drift
from moderation.enums import Action, Automation, Role
from moderation.flaggers.registry import installed_flagger
from moderation.insights import Period, span_of
from moderation.insights.flagger_counts import Place, Tally
from moderation.insights.flagger_report import FlaggerReport, read_flagger_report
from moderation.insights.judging import FlaggerShare, read_flaggers
from moderation.insights.statistics import difference_interval, two_proportions
from moderation.insights.weeks import weeks_up_to_now
from moderation.models import Decision, Finding, FindingFeedback, FlaggerDay
from moderation.services.bulk import BulkItem, decide_together
from moderation.services.decisions import undo
from moderation.services.finding_feedback import call_wrong
from moderation.services.flagger_days import sum_days
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.reporting import judge

PAGE = "/moderation/figures/checks/"
DAY = datetime.timedelta(days=1)
BAD = (Action.REJECT, Action.SPAM, Action.REMOVE, Action.RETURN)


def say(
    comment: Comment,
    flagger: str,
    outcome: str = "flagged",
    clause: str = "",
    *,
    is_shadow: bool = False,
    version: str | None = None,
) -> Finding:
    """Of the version that is installed unless one is named."""
    installed = installed_flagger(flagger)
    version = version or (installed.version if installed else "1")
    said = {"version": version, "outcome": CheckOutcome(outcome), "clause": clause, "is_shadow": is_shadow}
    return Finding.objects.update_or_create(comment=comment, revision=1, flagger=flagger, defaults=said)[0]


def shift(comment: Comment, days: float) -> None:
    """Move a comment, what was found in it and what was decided of it into the past."""
    moment = timezone.now() - DAY * days
    Comment.objects.filter(pk=comment.pk).update(posted_at=moment)
    Finding.objects.filter(comment=comment).update(created_at=moment)
    Decision.objects.filter(comment=comment).update(applied_at=moment)


def places_of(report: FlaggerReport, flagger: str) -> dict[Place, tuple[float, ...]]:
    (found,) = (one for one in report.flaggers if one.flagger == flagger)
    return {
        one.place: (
            one.looks.looked,
            one.fired,
            one.all.judged,
            one.all.agreed,
            one.all.by_clause,
            one.all.wrong,
            one.misses.missed,
            one.shown.judged,
            one.shown.agreed,
        )
        for one in found.places
    }


@pytest.mark.once
def test_two_proportions_and_their_difference_are_those_of_the_literature() -> None:
    # NIST/SEMATECH e-Handbook 7.3.3: 38 of 200 and 45 of 250 defectives have z = .27... of two sides.
    assert two_proportions((38, 200), (45, 250)) == pytest.approx(0.786, abs=2e-3)
    assert two_proportions((1, 3), (2, 4)) is None
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10: 56/70 - 48/80.
    assert difference_interval((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert difference_interval((0, 0), (1, 2)) == (-1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_figures_of_a_random_desk_are_those_of_a_recount_in_as_many_queries_as_always(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    article = make_article()
    with CaptureQueriesContext(connection) as empty:
        read_flagger_report(article.site, weeks_up_to_now(4))
    people = [make_moderator(article.site, role=Role.SENIOR) for _ in range(3)]
    for _number in range(25):
        live(make_comment(article), people, chance)
    if seed == 1:
        sum_days(article.site)
        assert FlaggerDay.objects.filter(fired__gt=0).exists()

    with CaptureQueriesContext(connection) as queries:
        report = read_flagger_report(article.site, weeks_up_to_now(4))

    assert len(queries) == len(empty) == 11
    for name in ("links", "terms"):
        assert places_of(report, name) == recount(name)
        (found,) = (one for one in report.flaggers if one.flagger == name)
        assert {(str(one.version), one.tally) for one in found.versions if one.tally.judged} == recount_versions(name)


def live(comment: Comment, people: list[User], chance: random.Random) -> None:
    for flagger, clause in (("links", "no-advertising"), ("terms", chance.choice(["respect", "unlawful"]))):
        outcome = chance.choice(["flagged", "flagged", "clear", "failed"])
        finding = say(
            comment,
            flagger,
            outcome,
            clause if outcome == "flagged" else "",
            is_shadow=chance.random() < 0.3,
            version=chance.choice(["1", "2"]),
        )
        if outcome == "flagged" and chance.random() < 0.3:
            for user in people[: chance.randint(1, 2)]:
                call_wrong(finding=finding, moderator=user, is_wrong=True)
    for _step in range(chance.choice([0, 1, 2, 3])):
        comment.refresh_from_db()
        possible = {"pending": (Action.APPROVE, Action.REJECT, Action.SPAM), "approved": (Action.REMOVE,)}
        action = chance.choice(possible.get(comment.status, (Action.RESTORE,)))
        clause = chance.choice(["respect", "no-advertising"]) if action in (Action.REJECT, Action.REMOVE) else ""
        decision = judge(comment, action, clause=clause, moderator=chance.choice(people))
        if chance.random() < 0.3:
            undo(decision=decision, moderator=people[0])
    if chance.random() < 0.1:
        Decision.objects.filter(comment=comment).update(automated_decision=Automation.FULL)
    shift(comment, chance.choice([0, 3, 10, 26, 40]))
    if chance.random() < 0.3:
        # Of some flaggers nobody saw anything before deciding.
        Finding.objects.filter(comment=comment, flagger="links").update(created_at=timezone.now())
    if chance.random() < 0.2:
        Decision.objects.filter(comment=comment).update(findings_hidden=True)


def recount(flagger: str) -> dict[Place, tuple[float, ...]]:
    """The same, row by row."""
    first = timezone.localdate() - DAY * 27
    looked: Counter[str] = Counter()
    fired: Counter[Place] = Counter()
    counts: dict[str, Counter[Place]] = {name: Counter() for name in (
        "judged", "agreed", "same", "wrong", "missed", "shown", "shown_agreed"
    )}  # fmt: skip
    for finding in Finding.objects.filter(flagger=flagger).select_related("comment"):
        comment, place = finding.comment, Place(flagger, finding.comment.language, finding.clause)
        if timezone.localtime(comment.posted_at).date() >= first:
            looked[place.language] += finding.outcome in ("clear", "flagged")
            fired[place] += finding.outcome == "flagged"
        standing = Decision.objects.filter(comment=comment, undone_at=None, automated_decision=Automation.NONE)
        decision = standing.order_by("-pk").first()
        if decision is None or timezone.localtime(decision.applied_at).date() < first:
            continue
        is_bad = decision.action in BAD
        by = "no-advertising" if decision.action == Action.SPAM else getattr(decision.clause, "slug", "")
        if finding.outcome == "clear" and is_bad:
            counts["missed"][place._replace(clause=by)] += 1
        if finding.outcome == "flagged":
            is_wrong = finding.feedback.exists()
            counts["judged"][place] += 1
            counts["agreed"][place] += is_bad and not is_wrong
            counts["same"][place] += is_bad and by == finding.clause and not is_wrong
            counts["wrong"][place] += is_wrong
            is_shown = not (finding.is_shadow or decision.findings_hidden or finding.created_at > decision.applied_at)
            counts["shown"][place] += is_shown
            counts["shown_agreed"][place] += is_shown and is_bad and not is_wrong
    return {
        place: (looked[place.language], fired[place], *(counts[name][place] for name in counts))
        for place in {place for place, count in fired.items() if count} | set(counts["judged"])
    }


def recount_versions(flagger: str) -> set[tuple[str, Tally]]:
    """What people made of each version."""
    first = timezone.localdate() - DAY * 27
    tallies: dict[str, Tally] = defaultdict(Tally)
    for finding in Finding.objects.filter(flagger=flagger, outcome="flagged").select_related("comment"):
        standing = Decision.objects.filter(comment=finding.comment, undone_at=None, automated_decision=Automation.NONE)
        decision = standing.order_by("-pk").first()
        if decision is None or timezone.localtime(decision.applied_at).date() < first:
            continue
        is_wrong, is_bad = finding.feedback.exists(), decision.action in BAD
        by = "no-advertising" if decision.action == Action.SPAM else getattr(decision.clause, "slug", "")
        is_agreed, day = is_bad and not is_wrong, timezone.localdate(finding.created_at)
        is_same = is_agreed and by == finding.clause
        tallies[finding.version] += Tally(1, int(is_agreed), int(is_same), int(is_wrong), day, day)
    return set(tallies.items())


@pytest.mark.django_db
def test_page_file_and_command_say_the_same_and_name_what_was_missed() -> None:
    article = make_article()
    moderator, administrator = make_moderator(article.site), make_moderator(article.site, role=Role.ADMINISTRATOR)
    flagged, missed, hidden = (make_comment(article) for _ in range(3))
    say(flagged, "terms", clause="respect")
    say(missed, "terms", "clear")
    say(hidden, "terms", clause="respect", is_shadow=True)
    judge(flagged, Action.REJECT, clause="respect", moderator=moderator)
    judge(missed, Action.REJECT, clause="respect", moderator=moderator)
    judge(hidden, Action.APPROVE, moderator=moderator)
    Decision.objects.filter(comment=missed).update(findings_hidden=True)

    page = sign_in(administrator).get(PAGE)
    rows = list(csv.DictReader(io.StringIO(html_of(sign_in(administrator).get("/moderation/figures/checks.csv")))))
    out = io.StringIO()
    call_command("flagger_report", "--site", article.site.slug, "--days", "28", "--json", stdout=out)
    (terms,) = (one for one in json.loads(out.getvalue())["flaggers"] if one["flagger"] == "terms")
    (row,) = (row for row in rows if row["Check"] == "terms")

    assert "Of 2 texts that people restricted by its clauses it missed 1" in text_of(page)
    assert f"/moderation/comments/{missed.public_id}/history/" in html_of(page)
    assert "Nothing found, hidden 1 of 1" in text_of(page)
    assert '<td dir="auto">100\xa0% (21 to 100)</td>' in html_of(page)
    assert [row[name] for name in ("Found something", "Judged", "People agreed", "Precision", "Missed")] == [
        "2", "2", "1", "0.5", "1",
    ]  # fmt: skip
    (place,) = terms["places"]
    assert (place["judged"], place["agreed"], place["missed"], place["hidden"]["judged"]) == (2, 1, 1, 1)
    assert [one["comment"] for one in place["latest_missed"]] == [missed.public_id]
    # One person decided: what that person did is for nobody but who answers for the checks.
    page = sign_in(moderator).get(PAGE)
    assert "Looked at 3 texts and found something in 2" in text_of(page)
    assert "One person decided in this time" in text_of(page)
    assert "it missed" not in text_of(page)
    assert "Precision" not in html_of(sign_in(moderator).get("/moderation/figures/checks.csv"))


@pytest.mark.django_db
def test_finding_that_came_after_the_decision_counts_as_one_that_nobody_saw() -> None:
    article = make_article()
    people = [make_moderator(article.site) for _ in range(3)]
    for moderator, is_late in zip(people, (False, True, True), strict=True):
        comment = make_comment(article)
        finding = say(comment, "terms", clause="respect")
        decision = judge(comment, Action.REJECT, clause="respect", moderator=moderator)
        said_at = decision.applied_at + DAY / 24 if is_late else decision.applied_at
        Finding.objects.filter(pk=finding.pk).update(created_at=said_at)
    sampled = make_comment(article)
    say(sampled, "terms", clause="respect")
    judge(sampled, Action.REJECT, clause="respect", moderator=people[0])
    Decision.objects.filter(comment=sampled).update(findings_hidden=True)

    (terms,) = (one for one in read_flagger_report(article.site, weeks_up_to_now(4)).flaggers if one.flagger == "terms")
    (share,) = read_flaggers(article.site, span_of(Period.DAY))

    (place,) = terms.places
    today = timezone.localdate()
    shown, hidden = Tally(1, 1, 1, 0, today, today), Tally(3, 3, 3, 0, today, today)
    assert (place.all.judged, place.shown, place.hidden) == (4, shown, hidden)
    assert share == FlaggerShare("terms", 1, 1)


@pytest.mark.django_db
def test_what_was_decided_together_is_no_part_of_the_comparison_with_and_without_flags() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comments = [make_comment(article) for _ in range(3)]
    for comment in comments:
        say(comment, "terms", clause="respect")
    alone, *together = comments
    judge(alone, Action.REJECT, clause="respect", moderator=moderator)
    items = [BulkItem(one.public_id, Action.SPAM, Status.PENDING, 1) for one in together]
    decide_together(
        items=items,
        comments={one.public_id: one for one in Comment.objects.with_context().filter(article=article)},
        moderator=moderator,
        shows_findings=False,
    )

    report = read_flagger_report(article.site, weeks_up_to_now(4))

    assert dict(report.trust) == {(True, False): (1, 1)}
    (terms,) = (one for one in report.flaggers if one.flagger == "terms")
    assert [(one.shown.judged, one.hidden.judged) for one in terms.places] == [(1, 2)]


@pytest.mark.django_db
def test_page_of_many_checks_leads_to_each_and_names_languages_and_clauses() -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    checks = {"links": 1, "shouting": 4, "terms": 3, "bursts": 2}
    for name, count in checks.items():
        for _ in range(count):
            comment = make_comment(article)
            say(comment, name, clause="respect")
            judge(comment, Action.REJECT, clause="respect", moderator=administrator)

    page = html_of(sign_in(administrator).get(PAGE))

    assert re.findall(r'<a href="#check-(\w+)">', page) == ["shouting", "terms", "bursts", "links"]
    assert [name for name in checks if f'id="check-{name}"' not in page] == []
    chart = page[page.index('id="precision-title"') : page.index('id="trust-title"')]
    places = [chart.index(label) for label in ("Shouting", "Words", "Many at once", "Links")]
    assert places == sorted(places)
    assert re.findall(r'<th scope="row" dir="auto">(.*?)</th>', page) == ["German · Title respect"] * 4


@pytest.mark.django_db
def test_flagger_that_fires_otherwise_than_before_is_named_and_a_steady_one_is_not() -> None:
    article = make_article()
    comment = make_comment(article)
    site, today = article.site, timezone.localdate()
    FlaggerDay.objects.bulk_create(
        FlaggerDay(
            site=site, day=today - DAY * number, flagger=flagger, language="de", looked=10_000, missing=0,
            # Both have changed by more than chance, one of them by enough to matter.
            fired=(3_000 if flagger == "links" else 1_300) if number < 7 else 1_000,
        )
        for number in range(1, 40)
        for flagger in ("links", "terms")
    )  # fmt: skip

    assert [(one.flagger, one.measure) for one in read_flagger_report(site, weeks_up_to_now(9)).drifts] == [
        ("links", "firing")
    ]
    assert [one.id for one in check_drift(databases=["default"])] == ["marginalia_moderation.W001"]
    assert list(check_drift()) == []
    assert "“Links” found something in 30 % of the texts" in text_of(sign_in(make_moderator(site)).get(PAGE))
    assert comment.site == site


@pytest.mark.django_db
@override("de")
def test_command_writes_in_one_language_and_heads_stand_over_their_columns() -> None:
    article = make_article()
    say(make_comment(article), "terms", clause="respect")
    written, table = io.StringIO(), io.StringIO()
    call_command("flagger_report", "--site", article.site.slug, stdout=written)
    call_command("flagger_report", "--site", article.site.slug, "--csv", stdout=table)

    (head,) = (line for line in written.getvalue().splitlines() if line.startswith("Check"))
    (row,) = (line for line in written.getvalue().splitlines() if line.startswith("terms"))
    assert head.index("Clause") == row.index("respect")
    assert head.index("Looked at") + len("Looked at") == row.index("1") + 1
    assert table.getvalue().startswith("site,Check,Language,Clause,Looked at,")


@pytest.mark.django_db
def test_feedback_of_an_account_that_is_gone_still_counts() -> None:
    article = make_article()
    comment, moderator = make_comment(article), make_moderator(article.site)
    call_wrong(finding=say(comment, "terms", clause="respect"), moderator=moderator, is_wrong=True)
    judge(comment, Action.REJECT, clause="respect", moderator=make_moderator(article.site))
    moderator.delete()

    assert FindingFeedback.objects.get().user is None
    assert places_of(read_flagger_report(article.site, weeks_up_to_now(4)), "terms") == {
        Place("terms", comment.language, "respect"): (1, 1, 1, 0, 0, 1, 0, 1, 0)
    }
