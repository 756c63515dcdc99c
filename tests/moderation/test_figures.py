"""The page of figures, its CSV files, and who sees what of it."""

from __future__ import annotations

import csv
import datetime
import io
import random
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from comments.models import Article, StatusChange
from moderation import charts
from moderation.enums import Action, Role
from moderation.insights import Period, cohens_kappa, read_figures, read_own_week, span_of, wilson_interval
from moderation.insights.statistics import nearest_rank
from moderation.insights.writing import write_count, write_part
from moderation.models import Decision, Opinion
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.newsroom import Newsroom
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db

PAGE = "/moderation/figures/"
TABLES = (
    "flow", "backlog", "speed", "outcomes", "flaggers", "overturned", "opinions", "decisions", "articles", "sections",
)  # fmt: skip


def rows_of(response: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(html_of(response))))


def judged_by(people: int, *, article: Article | None = None) -> tuple[Article, list[User]]:
    """An article under which so many people judged a comment each: the first one rejects, the others approve."""
    article = article or make_article()
    moderators = [make_moderator(article.site) for _ in range(people)]
    for number, moderator in enumerate(moderators):
        action, clause = (Action.APPROVE, "") if number else (Action.REJECT, "respect")
        judge(make_comment(article), action, clause=clause, moderator=moderator)
    return article, moderators


# --- Formulas, against examples that others have published or that can be done by hand


def test_kappa_is_that_of_the_textbook() -> None:
    # https://en.wikipedia.org/wiki/Cohen%27s_kappa, simple example: 20 and 15 alike, 5 and 10 not.
    pairs = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    assert cohens_kappa({("a", "a"): 5, ("b", "b"): 5}) == 1
    assert cohens_kappa({("a", "b"): 5, ("b", "a"): 5}) == -1
    assert (cohens_kappa({}), cohens_kappa({("a", "a"): 9})) == (None, None)


def test_counts_have_their_thousands_set_apart_as_the_language_does() -> None:
    with translation.override("en"):
        assert write_part(3_970, 12_003_971) == "3,970 of 12,003,971"
    with translation.override("de"):
        assert write_count(3_971) == "3.971"


def test_wilson_interval_is_that_of_the_literature() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3 (score, without correction).
    for agreed, fired, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert list(wilson_interval(agreed, fired)) == pytest.approx([low, high], abs=5e-5)
    assert wilson_interval(0, 0) == (0, 1)


def test_nearest_rank_is_the_smallest_at_or_above_the_share() -> None:
    assert [nearest_rank(0.9, count) for count in (1, 2, 9, 10, 11, 20, 100)] == [1, 2, 9, 9, 10, 18, 90]
    assert [nearest_rank(0.5, count) for count in (1, 2, 3, 4)] == [1, 1, 2, 2]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-05", 24)])
def test_day_on_which_the_clocks_change_has_its_own_number_of_hours(day: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    date = datetime.date.fromisoformat(day)
    now = datetime.datetime.combine(date + datetime.timedelta(days=2), datetime.time(12), zone)
    month, week = span_of(Period.MONTH, now), span_of(Period.WEEK, now)
    lengths = {
        start.date(): (end.astimezone(datetime.UTC) - start.astimezone(datetime.UTC)) / datetime.timedelta(hours=1)
        for start, end in zip(month.bounds, month.ends, strict=True)
    }
    assert (lengths[date], len(lengths)) == (hours, 30)
    assert len({one.astimezone(datetime.UTC) for one in week.bounds}) == 168
    assert sum(one.date() == date for one in week.bounds) == hours


# --- The page


def test_figures_of_a_desk_of_three_are_these() -> None:
    with time_machine.travel("2026-11-20T10:10:00+01:00", tick=False):
        article = make_article()
        article.section = "Politik"
        article.save()
        comments = [make_comment(article) for _ in range(4)]
    moderators = [make_moderator(article.site) for _ in range(3)]
    for number, (comment, moderator) in enumerate(zip(comments, moderators, strict=False)):
        with time_machine.travel(f"2026-11-20T1{number}:20:00+01:00", tick=False):
            judge(
                comment,
                Action.APPROVE if number else Action.REJECT,
                clause="" if number else "respect",
                moderator=moderator,
            )
    with time_machine.travel("2026-11-20T13:10:00+01:00", tick=False):
        client = sign_in(moderators[0])
        page = client.get(f"{PAGE}?period=24h")
        tables = {name: rows_of(client.get(f"{PAGE}{name}.csv?period=24h")) for name in TABLES}

    words = text_of(page)
    assert "Waiting now 1" in words
    assert "Oldest 3.0 h" in words
    assert "3 texts were judged, half of them within 70 min, nine of ten within 2.2 h" in words
    assert "Within the promised 60 min 33 %" in words
    # The page writes the dates for people, the file for programs.
    assert "20 November 2026, 11:00 0 1 2 110.0" in words
    assert "20 November 2026 3 70.0 130.0" in words
    assert tables["flow"][0] == ["From", "Came", "Went", "Waited at the end", "Oldest, minutes"]
    assert tables["flow"][-4:] == [
        ["2026-11-20T10:00+01:00", "4", "1", "3", "50.0"],
        ["2026-11-20T11:00+01:00", "0", "1", "2", "110.0"],
        ["2026-11-20T12:00+01:00", "0", "1", "1", "170.0"],
        ["2026-11-20T13:00+01:00", "0", "0", "1", "180.0"],
    ]
    assert [row[1:] for row in tables["backlog"]] == [["Texts"], ["0"], ["0"], ["1"], ["0"]]
    assert tables["speed"][1:] == [["all", "3", "70.0", "130.0"], ["2026-11-20", "3", "70.0", "130.0"]]
    assert tables["outcomes"][1:] == [["Approve", "", "", "2"], ["Reject", "Title respect", "respect", "1"]]
    assert [row[1] for row in tables["overturned"][1:]] == ["3", "0", "0", "0", "0"]
    assert tables["articles"][1:] == [[article.title, article.key, "4", "1", "2", "1"]]
    assert tables["sections"][1:] == [["Politik", "Politik", "4", "1", "2", "1"]]
    assert tables["opinions"][1:] == tables["decisions"][1:] == tables["flaggers"][1:] == []


def test_figures_on_decisions_of_two_people_are_not_shown_and_of_three_are() -> None:
    article, [moderator, _other] = judged_by(2)
    client = sign_in(moderator)
    page = client.get(PAGE)
    tables = {name: rows_of(client.get(f"{PAGE}{name}.csv")) for name in TABLES}

    assert "2 people decided in this time. Figures on decisions are shown from 3 people on" in text_of(page)
    assert "Outcomes by clause" not in text_of(page)
    assert not any("respect" in cell for table in tables.values() for row in table for cell in row)
    assert [len(tables[name]) for name in ("speed", "outcomes", "flaggers", "overturned")] == [1, 1, 1, 1]
    assert tables["articles"][1:] == [[article.title, article.key, "2", "0", "", ""]]

    judged_by(1, article=article)
    assert "Reject: Title respect" in text_of(client.get(PAGE))
    assert rows_of(client.get(f"{PAGE}outcomes.csv"))[1:] == [
        ["Reject", "Title respect", "respect", "2"],
        ["Approve", "", "", "1"],
    ]


def test_agreement_of_two_people_is_not_shown_and_of_three_is() -> None:
    article, moderators = judged_by(3)
    client = sign_in(moderators[0])
    for place, words in (
        (2, "Two opinions Shown once 3 people took part."),
        (3, "Two opinions κ 0.00 3 of 4 texts alike (75 %)"),
    ):
        for comment in (make_comment(article), make_comment(article)):
            for moderator in moderators[place - 2 : place]:
                action = "reject" if moderator == moderators[2] and comment.pk % 2 else "approve"
                Opinion.objects.create(comment=comment, revision=1, moderator=moderator, kind="second", action=action)
        assert words in text_of(client.get(PAGE))


def test_own_week_is_shown_to_its_owner_alone() -> None:
    article, moderators = judged_by(3)
    for _number in range(4):
        judge(make_comment(article), Action.APPROVE, moderator=moderators[0])
    own = "Your own week The last seven days. Only you see this; nobody else can open it. Judged"
    assert f"{own} 5" in text_of(sign_in(moderators[0]).get(PAGE))
    assert f"{own} 1" in text_of(sign_in(moderators[1]).get(PAGE))
    auditor = sign_in(make_moderator(article.site, role=Role.AUDITOR))
    page = text_of(auditor.get(PAGE))
    assert "You judged nothing in these seven days." in page
    assert not any(one.email in page for one in moderators)
    assert read_own_week(article.site, moderators[0]).overturned.judged == 5


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "rubbish"])
def test_figures_of_an_empty_desk_say_that_there_is_nothing(period: str) -> None:
    site = make_site()
    client = sign_in(make_moderator(site))
    page = client.get(f"{PAGE}?period={period}")
    words = text_of(page)
    assert page.status_code == 200
    for sentence in (
        "Waiting now 0",
        "Oldest –",
        "Nobody decided in this time, so there is nothing to say about decisions.",
        "Nothing came and nothing went in this time.",
        "Nothing waits, and nothing waited.",
        "No text was judged twice in this time.",
        "No comment came in this time.",
    ):
        assert sentence in words
    assert all(client.get(f"{PAGE}{name}.csv").status_code == 200 for name in TABLES)


def test_figures_are_for_the_desk_of_the_site() -> None:
    article, _moderators = judged_by(3)
    stranger = sign_in(make_moderator(make_site()))
    for address in (PAGE, f"{PAGE}flow.csv"):
        assert sign_in(make_user()).get(address).status_code == 404
        assert stranger.get(f"{address}?site={article.site.slug}").status_code == 404
        assert sign_in().get(address).status_code == 302
    assert article.title not in html_of(stranger.get(PAGE))
    assert sign_in(make_moderator(article.site, role=Role.AUDITOR)).get(f"{PAGE}rubbish.csv").status_code == 404
    assert sign_in(make_moderator(article.site, role=Role.AUDITOR)).post(PAGE).status_code == 405


def test_csv_cells_that_a_spreadsheet_would_run_are_words() -> None:
    article = make_article()
    for title in ('=HYPERLINK("https://evil.example")', "+1", "-1", "@SUM(A1)", "\tTab", 'Quote " and, comma', "Plain"):
        other = make_article(article.site)
        Article.objects.filter(pk=other.pk).update(title=title)
        make_comment(other)
    response = sign_in(make_moderator(article.site)).get(f"{PAGE}articles.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{article.site.slug}-articles-7d.csv"'
    assert sorted(row[0] for row in rows_of(response)[1:]) == sorted(
        ['\'=HYPERLINK("https://evil.example")', "'+1", "'-1", "'@SUM(A1)", "'\tTab", 'Quote " and, comma', "Plain"]
    )


def test_figures_with_a_hostile_title_stay_words() -> None:
    _article, moderators = judged_by(3)
    Article.objects.update(title="<script>alert(1)</script>", section="</text><script>alert(2)</script>")
    html = html_of(sign_in(moderators[0]).get(PAGE))
    assert "<script>alert" not in html
    assert "&lt;/text&gt;&lt;script&gt;alert(2)" in html


def test_figures_take_as_many_queries_for_much_as_for_little() -> None:
    article, moderators = judged_by(3)
    client = sign_in(moderators[0])
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{PAGE}?period=30d").status_code == 200
        counts.append(len(queries))
        judged_by(3, article=article)
    # Two of them are the session and its account.
    assert counts == [23, 23]


def test_figures_look_no_further_back_than_the_time() -> None:
    with time_machine.travel(timezone.now() - datetime.timedelta(days=31)):
        article, moderators = judged_by(3)
    figures = read_figures(article.site, span_of(Period.MONTH))
    assert (figures.people, sum(figures.flow.came), figures.articles) == (0, 0, [])
    assert StatusChange.objects.count() == 6
    assert Decision.objects.count() == 3
    assert moderators


# --- Graphics


def test_graphics_have_words_and_a_table_beside_them_and_no_decimal_comma() -> None:
    room = Newsroom(random.Random(5))  # noqa: S311 - a test repeats its chance
    room.live(20)
    client = sign_in(room.moderators[0])
    html = html_of(client.get(f"{PAGE}?period=30d", headers={"accept-language": "de"}))
    graphics = re.findall(r"<svg class=\"mg-chart mg-chart--.*?</svg>", html, re.DOTALL)
    assert len(graphics) >= 4
    for graphic in graphics:
        assert re.search(r"<title id=\"[a-z]+-t\">[^<]+</title>\s*<desc id=\"[a-z]+-d\">[^<]+</desc>", graphic)
        numbers = re.findall(r" (?:x|y|x1|y1|x2|y2|cx|cy|width|height)=\"([^\"]*)\"", graphic)
        assert numbers
        assert all(re.fullmatch(r"-?\d+(\.\d+)?%?", number) for number in numbers)
    assert html.count('class="mg-details mg-twin"') == 10
    assert "style=" not in html
    assert "https://" not in "".join(graphics)


def test_bars_stand_on_one_scale_and_inside_their_graphic() -> None:
    made = charts.make_flows("a", "t", "d", came=[0, 7, 10], went=[10, 0, 5], names=["x", "", ""], words=("in", "out"))
    assert [(bar.y, bar.height) for bar in made.up] == [("42.4", "61.6"), ("16.0", "88.0")]
    assert [(bar.y, bar.height) for bar in made.down] == [("104.0", "88.0"), ("104.0", "44.0")]
    assert [bar.x for bar in made.up] == ["38.000%", "71.333%"]
    assert made.height == 212


def test_lines_break_where_nothing_is_known() -> None:
    made = charts.make_lines(
        "a", "t", "d", values=[("now", [1, None, 4, 5])], names=["", "", "", ""], unit="h", room=100
    )
    assert [(line.y1, line.y2) for line in made.series[0].lines] == [("36.0", "16.0")]
    assert made.series[0].dots == (("12.500%", "96.0"),)
