"""What a rule by which a check may decide is measured on: decisions of people, on what the check had said by then."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.utils import timezone

from comments.enums import CheckOutcome, Status
from comments.models import Comment, Revision
from comments.screening import Finding, ScreeningInput
from comments.text import body_digest
from moderation.enums import Action, Automation, Measure, RuleStanding
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.registry import added
from moderation.insights.deciding import read_agreement
from moderation.models import DecidingRule, Decision
from moderation.models import Finding as FindingRow
from moderation.services.deciding_rules import review_rules
from moderation.services.policies import current_policy
from moderation.tasks import screen_comment_task
from tests.factories import make_article, make_comment
from tests.moderation.deciding import BAD, GOOD, Judge, add_judged, switch_on
from tests.moderation.test_deciding import proved, send
from tests.moderation.test_notifications import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge_alone")]


class DecidedMeanwhile(Judge):
    """While it looks, somebody decides."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        judge(Comment.objects.get())
        return super().check(comment, site)


def test_what_software_and_undone_decisions_say_proves_nothing() -> None:
    article = make_article()
    add_judged(article, 5)
    decisions = Decision.objects.order_by("id")
    decisions.filter(pk=decisions[0].pk).update(moderator=None, automated_decision=Automation.FULL)
    decisions.filter(pk=decisions[1].pk).update(undone_at=timezone.now())
    assert switch_on(article).decisions == 3


def test_what_was_decided_before_a_check_spoke_proves_nothing() -> None:
    article = make_article()
    add_judged(article, 3)
    finding = FindingRow.objects.order_by("id")[0]
    FindingRow.objects.filter(pk=finding.pk).update(created_at=timezone.now())
    assert switch_on(article).decisions == 2


def test_text_that_was_sent_many_times_proves_as_much_as_one() -> None:
    article = make_article()
    add_judged(article, 500)
    copies = Comment.objects.filter(status=Status.WITHDRAWN).order_by("id")
    Comment.objects.filter(pk__in=copies[:300].values("pk")).update(body_digest="digest")
    rule = switch_on(article)
    assert (rule.standing, rule.decisions) == (RuleStanding.MEASURING, 201)
    # Of an earlier revision it says nothing.
    Comment.objects.filter(pk=copies[0].pk).update(revision=2)
    add_judged(article, 298)
    assert switch_on(article).decisions == 500
    assert DecidingRule.objects.get().pile == 500


def test_copies_changed_where_nobody_looks_prove_as_much_as_one() -> None:
    article = make_article()
    add_judged(article, 500)
    copies = list(
        Revision.objects.select_related("comment").order_by("comment_id").exclude(comment__status=Status.PENDING)
    )
    signs = ("\u034f", "\ufe0f")
    for number, copy in enumerate(copies[:300]):
        copy.body = f"Gut so{signs[number % 4 == 1] * number}." if number % 2 else f"Gut so! {number}"
        copy.comment.body_digest = body_digest(copy.body)
    assert len({copy.comment.body_digest for copy in copies[:300]}) == 300
    Revision.objects.bulk_update(copies[:300], ["body"])
    Comment.objects.bulk_update([copy.comment for copy in copies[:300]], ["body_digest"])
    rule = switch_on(article)
    assert (rule.standing, rule.decisions) == (RuleStanding.MEASURING, 201)


def test_check_speaks_when_it_has_come_to_a_result_not_when_it_began() -> None:
    article = make_article()
    comment = make_comment(article, body=GOOD)
    with added(DecidedMeanwhile()):
        screen_comment_task(comment.pk)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED
    rule = DecidingRule(site=article.site, flagger="decidedmeanwhile", action=Action.APPROVE, version="1")
    assert read_agreement(rule) == []


@pytest.mark.parametrize(
    ("action", "measure", "is_right"),
    [
        (Action.REJECT, Measure.NOT_PUBLISHED, True),
        (Action.REMOVE, Measure.REMOVED, True),
        (Action.RETURN, Measure.RETURNED, False),
    ],
)
def test_rejection_is_right_where_people_took_the_comment_down(
    action: Action, measure: Measure, *, is_right: bool
) -> None:
    article = make_article()
    add_judged(article, 1, bad=True)
    Decision.objects.update(action=action, measure=measure)
    for direction, is_agreed in ((Action.REJECT, is_right), (Action.APPROVE, False)):
        rule = DecidingRule(site=article.site, flagger="judge", action=direction, version="1")
        assert [one.is_right for one in read_agreement(rule)] == [is_agreed]


def test_rule_that_cannot_be_measured_keeps_no_other_from_it(caplog: pytest.LogCaptureFixture) -> None:
    article = make_article()
    add_judged(article, 500)
    # After so many tests its level is too small to be a number.
    broken, sound = (
        DecidingRule.objects.create(
            site=article.site,
            flagger="judge",
            action=Action.APPROVE,
            version="1",
            language=language,
            looks=looks,
            policy=current_policy(article.site),
        )
        for language, looks in (("de", 2_000), ("", 0))
    )
    assert review_rules() == 1
    for rule, standing in ((broken, RuleStanding.MEASURING), (sound, RuleStanding.DECIDING)):
        rule.refresh_from_db()
        assert rule.standing == standing
    assert f"Rule {broken.pk} could not be measured." in caplog.text


def test_rule_is_tested_again_however_many_decisions_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.insights.deciding.MOST_DECISIONS", 600)
    article = make_article()
    add_judged(article, 510, wrong=6)
    assert switch_on(article).next_look == 1_020
    add_judged(article, 600)
    assert review_rules() == 1
    assert (DecidingRule.objects.get().decisions, DecidingRule.objects.get().pile) == (1_110, 600)


@pytest.mark.parametrize(
    ("said", "is_measured"),
    [
        ({}, True),
        ({"score": 0.999}, True),
        ({"clause": "on-topic"}, False),
        # It has to be sure to reject, and of this it was not, or said the opposite.
        ({"score": 0.998}, False),
        ({"outcome": CheckOutcome.CLEAR}, False),
        ({"version": "0"}, False),
    ],
)
def test_nothing_is_rejected_by_a_clause_that_the_check_was_not_measured_on(
    said: Mapping[str, object], *, is_measured: bool
) -> None:
    article = proved(Action.REJECT)
    add_judged(article, 1, bad=True)
    finding = FindingRow.objects.get()
    FindingRow.objects.update(**said)
    # What another check says of the same text by this clause is not what this one was measured on.
    FindingRow.objects.create(
        comment=finding.comment, revision=1, flagger="other", version="1", clause="respect",
        outcome=CheckOutcome.FLAGGED, score=1.0,
    )  # fmt: skip
    assert send(article, BAD).status == (Status.REJECTED if is_measured else Status.PENDING)
    add_judged(article, 1, bad=True)
    assert send(article, BAD).status == Status.REJECTED


@pytest.mark.parametrize(
    ("right", "wrong", "status"),
    [(1, 0, Status.REJECTED), (50, 1, Status.REJECTED), (0, 1, Status.PENDING), (50, 4, Status.PENDING)],
)
def test_nothing_is_rejected_by_a_clause_that_people_do_not_agree_on(right: int, wrong: int, status: Status) -> None:
    article = proved(Action.REJECT)
    add_judged(article, right + wrong, wrong=wrong, bad=True)
    assert send(article, BAD).status == status


@pytest.mark.parametrize(("action", "body"), [(Action.APPROVE, "This is right."), (Action.REJECT, BAD)])
def test_nothing_is_decided_in_a_language_that_the_check_was_not_measured_in(action: Action, body: str) -> None:
    article = proved(action)
    add_judged(article, 1, bad=action == Action.REJECT)
    article.language = "en"
    article.save(update_fields=["language"])
    assert send(article, body).status == Status.PENDING
    Comment.objects.filter(status=Status.WITHDRAWN).update(language="en-GB")
    assert send(article, body).status == (Status.REJECTED if action == Action.REJECT else Status.APPROVED)
