"""What was proved under one version of a policy, and another one comes into force: the proof stays where it reads the same."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone

from comments.enums import Status
from comments.models import Site
from moderation.enums import Action, FlaggerState, PolicyState, Role, RuleEventKind, RuleStanding
from moderation.models import Clause, DecidingRule, Decision, FlaggerSwitch, PolicyVersion
from moderation.services import deciding
from moderation.services.deciding_rules import review_rules, switch_rule_off
from moderation.services.policies import current_policy, publish_policy
from tests.factories import make_article, make_moderator
from tests.moderation.deciding import BAD, GOOD, add_judged, switch_on
from tests.moderation.desk_pages import sign_in, text_of
from tests.moderation.test_deciding import events, proved, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge_alone")]

CHANGED = {"text_de": "Ein anderer Text"}


def publish_next(
    site: Site,
    changes: Mapping[str, Mapping[str, Any] | None],
    *,
    after: datetime.timedelta = datetime.timedelta(0),
    **added_clauses: str,
) -> PolicyVersion:
    """Another version, in force now or after a time: the clauses with other values, without those that have none."""
    policy = current_policy(site)
    assert policy is not None
    clauses = []
    for clause in policy.clauses.all():
        values = changes.get(clause.slug, {})
        if values is not None:
            clause.pk, clause._state.adding = None, True
            for name, value in values.items():
                setattr(clause, name, value)
            clauses.append(clause)
    for slug, title in added_clauses.items():
        clauses.append(Clause(slug=slug, position=99, category=clauses[0].category, title_de=title, title_en=title))
    version = PolicyVersion(
        site=site, number=policy.number + 1, state=PolicyState.PUBLISHED, effective_at=timezone.now() + after
    )
    return publish_policy(version=version, clauses=clauses)


@pytest.mark.parametrize(
    ("action", "changes", "added_clauses", "stays"),
    [
        (Action.APPROVE, {}, {}, True),
        (Action.APPROVE, {"on-topic": {"position": 98, "facts_de": "Anders.", "needs_two_people": True}}, {}, True),
        (Action.APPROVE, {"on-topic": CHANGED}, {}, False),
        (Action.APPROVE, {"on-topic": {"title_en": "Another title"}}, {}, False),
        (Action.APPROVE, {"on-topic": {"guidance_en": "Be strict."}}, {}, False),
        (Action.APPROVE, {"on-topic": {"examples_de": {"fits": ["Ja."], "does_not_fit": []}}}, {}, False),
        (Action.APPROVE, {"on-topic": None}, {}, False),
        (Action.APPROVE, {}, {"humour": "Humor"}, False),
        (Action.REJECT, {"on-topic": CHANGED}, {"humour": "Humor"}, True),
        (Action.REJECT, {"respect": CHANGED}, {}, False),
        (Action.REJECT, {"respect": None}, {}, False),
    ],
)
def test_proof_stays_where_what_a_rule_rests_on_reads_the_same(
    action: Action,
    changes: Mapping[str, Mapping[str, Any] | None],
    added_clauses: Mapping[str, str],
    stays: bool,
) -> None:
    article = proved(action)
    bad = action == Action.REJECT
    add_judged(article, 5 if bad else 4, bad=bad)
    version = publish_next(article.site, changes, **added_clauses)
    comment = send(article, BAD if bad else GOOD)
    rule = DecidingRule.objects.get()
    assert rule.policy == version
    if stays:
        assert comment.status == (Status.REJECTED if bad else Status.APPROVED)
        assert (Decision.objects.get(comment=comment).policy_version, rule.decisions) == (version, 5)
        assert events() == []
    else:
        assert comment.status == Status.PENDING
        assert (rule.standing, rule.threshold, rule.is_active) == (RuleStanding.MEASURING, None, True)
        assert (rule.decisions, rule.looks) == (0, 0)
        assert events() == [RuleEventKind.NEW_POLICY]


def test_rule_decides_again_when_it_is_proved_under_the_new_policy_and_the_page_says_why() -> None:
    article = make_article()
    add_judged(article, 500)
    assert switch_on(article).standing == RuleStanding.DECIDING
    assert send(article).status == Status.APPROVED
    publish_next(article.site, {"respect": CHANGED})
    assert review_rules() == 0
    page = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR)).get("/moderation/flaggers/")
    assert "What it rests on in the policy has changed: measured anew" in text_of(page)
    add_judged(article, 499)
    assert review_rules() == 0
    add_judged(article, 1)
    assert review_rules() == 1
    assert send(article).status == Status.APPROVED
    assert events()[1:] == [RuleEventKind.BEGAN, RuleEventKind.NEW_POLICY, RuleEventKind.BEGAN]


def test_policy_that_is_to_come_changes_nothing_until_its_day() -> None:
    article = proved()
    coming = publish_next(article.site, {"respect": CHANGED}, after=datetime.timedelta(hours=1))
    assert review_rules() == 1
    assert send(article).status == Status.APPROVED
    PolicyVersion.objects.filter(pk=coming.pk).update(effective_at=timezone.now())
    assert send(article).status == Status.PENDING
    assert events() == [RuleEventKind.NEW_POLICY]


def test_text_that_comes_back_is_measured_anew_too() -> None:
    article = proved()
    add_judged(article, 500)
    for text in ("Ein anderer Text", "Text respect"):
        publish_next(article.site, {"respect": {"text_de": text}})
        assert review_rules() == 0
    assert DecidingRule.objects.get().decisions == 0
    assert events() == [RuleEventKind.NEW_POLICY, RuleEventKind.NEW_POLICY]


@pytest.mark.parametrize(
    ("action", "slug", "standing", "counting"),
    [
        (Action.APPROVE, "on-topic", RuleStanding.MEASURING, 0),
        (Action.REJECT, "respect", RuleStanding.MEASURING, 0),
        (Action.REJECT, "on-topic", RuleStanding.DECIDING, 500),
    ],
)
def test_rule_that_is_switched_on_later_is_not_proved_by_decisions_under_another_text(
    action: Action, slug: str, standing: RuleStanding, counting: int
) -> None:
    article = make_article()
    add_judged(article, 500, bad=action == Action.REJECT)
    publish_next(article.site, {slug: CHANGED})
    # Nor does a version that changes nothing bring them back.
    publish_next(article.site, {})
    rule = switch_on(article, action)
    assert (rule.standing, rule.decisions) == (standing, counting)


def test_rule_that_was_off_while_the_policy_changed_does_not_go_on_by_its_old_proof() -> None:
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="judge", state=FlaggerState.ON)
    add_judged(article, 500)
    rule = switch_on(article)
    switch_rule_off(rule=rule, administrator=make_moderator(article.site, role=Role.ADMINISTRATOR))
    publish_next(article.site, {"respect": CHANGED})
    assert switch_on(article).standing == RuleStanding.MEASURING
    assert send(article).status == Status.PENDING


def test_rule_that_somebody_else_measured_under_a_newer_policy_in_between_does_not_decide_by_the_older_one() -> None:
    article = proved()
    DecidingRule.objects.update(is_active=False)
    comment = send(article)
    DecidingRule.objects.update(is_active=True)
    earlier, rule = current_policy(article.site), DecidingRule.objects.get()
    publish_next(article.site, {})
    assert review_rules() == 1
    assert deciding._decide(comment.pk, [rule], earlier) is None
    assert deciding._decide(comment.pk, [rule], current_policy(article.site)) is not None
