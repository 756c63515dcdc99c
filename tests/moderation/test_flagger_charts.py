"""The graphics of how the checks do, in what they say to who hears them, and the two pages that say how often people agreed."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from comments.enums import CheckOutcome
from moderation.enums import Action, FlaggerState
from moderation.insights.flagger_counts import Looks, Tally
from moderation.insights.flagger_graphics import agreement_chart, firing_chart
from moderation.insights.flagger_report import FlaggerFigures, Part
from moderation.insights.weeks import Weeks
from moderation.models import Finding, FindingFeedback, FlaggerSwitch
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in, text_of
from tests.moderation.reporting import judge

WEEKS = Weeks(datetime.date(2026, 11, 20), 3, ZoneInfo("Europe/Berlin"))


def figures_of(*weeks: Part) -> FlaggerFigures:
    part, whole = sum(week[0] for week in weeks), sum(week[1] for week in weeks)
    return FlaggerFigures("terms", Looks(whole, part), Tally(whole, part), (), weeks, weeks, drifts=(), versions=())


@pytest.mark.parametrize(
    ("latest", "agreed", "found"),
    [
        ((0, 0), "in the last seven days nothing was judged.", "in the last seven days it looked at none."),
        ((0, 5), "in the last seven days in 0 %.", "in the last seven days in 0 %."),
    ],
)
def test_last_seven_days_of_which_nothing_is_known_are_not_said_to_be_none_of_a_hundred(
    latest: Part, agreed: str, found: str
) -> None:
    figures = figures_of(latest, (9, 10), (8, 10))
    with override("en"):
        charts = agreement_chart(figures, WEEKS), firing_chart(figures, WEEKS)
    ends = [chart.description.partition("; ")[2].replace("\xa0", " ") for chart in charts if chart]
    assert ends == [agreed, found]


@pytest.mark.django_db
def test_pages_of_the_figures_call_what_people_restricted_so_where_flags_were_called_wrong() -> None:
    article = make_article()
    moderators = [make_moderator(article.site) for _ in range(3)]
    for moderator in moderators:
        comment = make_comment(article)
        said = {"version": "1", "outcome": CheckOutcome.FLAGGED}
        finding, _new = Finding.objects.update_or_create(comment=comment, revision=1, flagger="terms", defaults=said)
        judge(comment, Action.REJECT, clause="respect", moderator=moderator)
        FindingFeedback.objects.create(finding=finding, user=moderator)
    client = sign_in(moderators[0])
    page = client.get("/moderation/figures/")
    (table,) = re.findall(r"What each check contributed</h2>.*?<table.*?</table>", page.content.decode(), re.DOTALL)
    words = " ".join(re.sub(r"<[^>]*>", " ", table).replace("\xa0", " ").split())
    assert "Check People restricted Share" in words
    assert words.endswith("Words 3 of 3 100 % (44 to 100)")
    assert "agreed" not in words
    assert "People restricted" in client.get("/moderation/figures/flaggers.csv").content.decode().splitlines()[0]
    assert "in which share of what it had flagged people agreed." in text_of(client.get("/moderation/figures/checks/"))


@pytest.mark.django_db
@pytest.mark.parametrize(("also_shown", "badge"), [(False, "Found in shadow"), (True, "Partly found in shadow")])
def test_check_that_is_on_by_now_is_said_to_have_found_in_shadow_and_not_to_be_there(
    badge: str, *, also_shown: bool
) -> None:
    article = make_article()
    for is_shadow in (True, not also_shown):
        said = {"version": "1", "outcome": CheckOutcome.FLAGGED, "is_shadow": is_shadow}
        comment = make_comment(article)
        Finding.objects.update_or_create(comment=comment, revision=1, flagger="language", defaults=said)
    FlaggerSwitch.objects.create(site=article.site, flagger="language", state=FlaggerState.ON)
    page = sign_in(make_moderator(article.site)).get("/moderation/figures/checks/").content.decode()
    assert f'Language of the text <span class="mg-badge">{badge}</span>' in page
