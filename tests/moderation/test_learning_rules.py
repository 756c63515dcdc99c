"""Rules that rest on what a site has taught: proved anew where somebody chose another version, or what is learnt does not hold."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from moderation.enums import Action, Role, RuleEventKind, RuleStanding
from moderation.models import DecidingEvent, DecidingRule, Decision, Finding, SiteModel
from moderation.services import learnt_versions
from moderation.services.deciding_rules import RuleChoice, review_rule, switch_rule_on
from moderation.services.policies import current_policy
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.deciding import add_judged
from tests.moderation.learning import fill, keep_version, learn, spelled
from tests.moderation.reporting import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learned_alone")]


@pytest.mark.parametrize("standing", [RuleStanding.DECIDING, RuleStanding.FALLEN])
def test_rule_that_was_off_while_another_version_was_chosen_does_not_go_on_by_its_old_proof(
    standing: RuleStanding,
) -> None:
    article = make_article()
    keep_version(article, 1, 0.8)
    keep_version(article, 2, 0.8, is_current=True)
    add_judged(article, 500)
    Finding.objects.update(flagger="learned")
    rule = DecidingRule.objects.create(
        site=article.site, flagger="learned", action=Action.APPROVE, is_active=False,
        standing=standing, threshold=0.9, version="1", policy=current_policy(article.site),
    )  # fmt: skip
    learnt_versions.roll_back(site=article.site)
    for language in ("", "de"):
        switch_rule_on(
            site=article.site,
            administrator=make_moderator(article.site, role=Role.ADMINISTRATOR),
            flagger="learned",
            choice=RuleChoice(Action.APPROVE, language, rule.bound, rule.ceiling, rule.people_share),
        )
    measured = DecidingRule.objects.order_by("language").values_list("standing", "threshold", "decisions")
    # That for German is a new one.
    assert list(measured) == [(RuleStanding.MEASURING, None, 0)] * 2


def test_what_another_version_had_said_proves_nothing_of_the_one_that_was_chosen() -> None:
    article = make_article()
    keep_version(article, 1, 0.8)
    keep_version(article, 2, 0.8, is_current=True)
    rule = DecidingRule.objects.create(
        site=article.site, flagger="learned", action=Action.APPROVE, version="1", policy=current_policy(article.site)
    )
    add_judged(article, 3)
    learnt_versions.roll_back(site=article.site)
    # Of what waited then people decide now.
    Decision.objects.update(applied_at=timezone.now())
    add_judged(article, 2)
    Finding.objects.update(flagger="learned")
    assert review_rule(rule.pk).decisions == 2


@pytest.mark.parametrize(
    ("action", "values", "goes_on"),
    [
        (Action.APPROVE, {}, True),
        (Action.REJECT, {}, False),
        # Not of texts that it speaks of, or not sure enough of any, or those decisions are from before it was proved.
        (Action.REJECT, {"language": "en"}, True),
        (Action.REJECT, {"threshold": 0.9999}, True),
        (Action.REJECT, {"measured_since": datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)}, True),
        (Action.REJECT, {"bound": 0.5}, True),
    ],
)
def test_rule_goes_on_after_a_night_only_where_it_holds_with_what_was_learnt(
    action: Action, values: dict[str, Any], *, goes_on: bool
) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator, bad=12, good=24)
    values = {"threshold": 0.5, "bound": 0.75} | values
    rule = DecidingRule.objects.create(
        site=article.site, flagger="learned", action=action, standing=RuleStanding.DECIDING, version="3", **values
    )
    # The words that were refused are published as often from now on.
    for number in range(4):
        judge(
            make_comment(article, body=f"Reiner Klüngel und Filz im Rathaus, {spelled(number)}"),
            Action.APPROVE,
            moderator=moderator,
        )
        body = f"Nichts als Klüngel und Filz im Rathaus, {spelled(number)}"
        judge(make_comment(article, body=body), Action.REJECT, clause="respect", moderator=moderator)
    # Sent many times, it counts once.
    for copy in range(12):
        body = "Immer Klüngel und Filz im Rathaus" + "!" * copy
        judge(make_comment(article, body=body), Action.REJECT, clause="respect", moderator=moderator)
    assert learn(article).is_current
    rule.refresh_from_db()
    events = DecidingEvent.objects.values_list("kind", "threshold")
    if goes_on:
        assert (rule.standing, rule.threshold, list(events)) == (RuleStanding.DECIDING, values["threshold"], [])
    else:
        assert (rule.standing, rule.threshold, rule.is_active) == (RuleStanding.MEASURING, None, True)
        assert list(events) == [(RuleEventKind.NEW_VERSION, 0.5)]
        assert rule.measured_since is not None
        assert rule.measured_since >= SiteModel.objects.in_use().get().made_at
