"""What of a site's decisions teaches the judge that learns, and how much it counts."""

from __future__ import annotations

import pytest

from comments.enums import CheckOutcome, Status
from comments.models import Article, Comment
from moderation.enums import Action, Automation, OpinionKind, Role
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.learning.knowledge import with_what_was_learnt
from moderation.models import DecidingRule, Decision, Finding, Opinion
from moderation.services import labels, learning
from moderation.services.appeals import file_appeal, uphold_appeal
from moderation.services.decisions import undo
from moderation.services.screening import screen_stored_comment
from moderation.services.vectors import DecidedTexts
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.learning import keep_version
from tests.moderation.reporting import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learned_alone")]


def labels_of(article: Article) -> list[tuple[str, str]]:
    return [(label.comment, label.clause) for batch in labels.read_labels(article.site) for label in batch]


def test_labels_are_the_last_standing_decisions_of_people() -> None:
    article = make_article()
    senior, other = make_moderator(article.site, role=Role.SENIOR), make_moderator(article.site, role=Role.SENIOR)
    approved, refused, spam, undone, restored, automatic = (make_comment(article) for _comment in range(6))
    judge(approved, Action.APPROVE, moderator=senior)
    judge(refused, Action.REJECT, clause="respect", moderator=senior)
    judge(spam, Action.SPAM, moderator=senior)
    undo(decision=judge(undone, Action.REJECT, clause="respect", moderator=senior), moderator=senior)
    judge(restored, Action.REJECT, clause="respect", moderator=senior)
    restored.refresh_from_db()
    uphold_appeal(appeal=file_appeal(comment=restored, text="Das war ein Irrtum."), moderator=other)
    rule = judge(automatic, Action.APPROVE, moderator=senior)
    Decision.objects.filter(pk=rule.pk).update(automated_decision=Automation.FULL)
    # Published without anybody's judgement: no label.
    make_comment(article, status=Status.APPROVED)
    assert labels_of(article) == [
        (approved.public_id, ""),
        (refused.public_id, "respect"),
        (spam.public_id, "no-advertising"),
        (restored.public_id, ""),
    ]


def test_moderators_count_by_how_often_others_came_to_the_same() -> None:
    article = make_article()
    careful, hasty, third = (make_moderator(article.site) for _moderator in range(3))
    for action in (Action.APPROVE, Action.REJECT):
        comment = make_comment(article)
        decision = judge(comment, action, clause="respect" if action == Action.REJECT else "", moderator=careful)
        for moderator, opinion in ((third, action), (hasty, Action.SPAM)):
            Opinion.objects.create(
                comment=comment,
                revision=1,
                moderator=moderator,
                kind=OpinionKind.SECOND,
                action=opinion,
                change=decision.change,
            )
    for _decision in range(4):
        undo(decision=judge(make_comment(article), Action.REJECT, clause="respect", moderator=hasty), moderator=careful)
    weights = labels.moderator_weights(article.site)
    assert weights[third.pk] == pytest.approx(6.5 / 7)
    assert weights[careful.pk] == pytest.approx(7.5 / 9)
    assert weights[hasty.pk] == pytest.approx(5.5 / 11)


def test_decision_that_is_taken_back_during_an_appeal_counts_against_its_moderator_once() -> None:
    article = make_article()
    senior, other = (make_moderator(article.site, role=Role.SENIOR) for _moderator in range(2))

    def refused() -> Decision:
        decision = judge(make_comment(article), Action.REJECT, clause="respect", moderator=other)
        decision.comment.refresh_from_db()
        file_appeal(comment=decision.comment, text="Das war ein Irrtum.")
        return decision

    undo(decision=refused(), moderator=senior)
    assert labels.moderator_weights(article.site) == {other.pk: pytest.approx(4.5 / 6)}
    # Who brings a text back that they had refused themselves has not been contradicted.
    judge(refused().comment, Action.RESTORE, moderator=other)
    assert labels.moderator_weights(article.site) == {other.pk: pytest.approx(4.5 / 6)}
    uphold_appeal(appeal=refused().appeal, moderator=senior)
    assert labels.moderator_weights(article.site) == {other.pk: pytest.approx(4.5 / 7)}


def test_what_others_said_after_the_judge_had_spoken_teaches_nothing() -> None:
    article = make_article()
    comments = [make_comment(article) for _comment in range(2)]
    for comment in comments:
        Finding.objects.create(
            comment=comment, revision=1, flagger="links", version="1", outcome=CheckOutcome.FLAGGED, score=0.25
        )
    screen_stored_comment(comments[0].pk)
    for comment in comments:
        Finding.objects.create(
            comment=comment, revision=1, flagger="outside_judge", version="1", clause="respect",
            outcome=CheckOutcome.FLAGGED, score=0.5,
        )  # fmt: skip
        judge(comment, Action.APPROVE, moderator=make_moderator(article.site))
    examples = learning._examples(article.site, ["respect"], DecidedTexts(article.site, 2))
    # Where it did not speak nobody knows what it would have been told.
    assert [example.facts[-1] for _label, _body, example, _past in examples] == [0.25, 0.75]


@pytest.mark.parametrize(("is_shadow", "counted"), [(False, {"": 0.25, "respect": 0.75}), (True, {})])
def test_what_checks_in_shadow_found_counts_nothing_in_judging_and_in_learning(
    counted: dict[str, float], *, is_shadow: bool
) -> None:
    article = make_article()
    keep_version(article, 1, 0.8, is_current=True)
    comment = make_comment(article)
    said = {"comment": comment, "revision": 1, "version": "1", "outcome": CheckOutcome.FLAGGED, "is_shadow": is_shadow}
    Finding.objects.create(flagger="bursts", score=0.25, **said)
    Finding.objects.create(flagger="respect", score=0.75, clause="respect", **said)
    how = with_what_was_learnt(SiteKnowledge(), comment).circumstances
    assert how is not None
    # What the shipped model makes of a text would be asked for as well.
    assert (how.flagged, how.scores) == (counted, {"respect": 0.75})

    judge(comment, Action.APPROVE, moderator=make_moderator(article.site))
    ((_label, _body, example, _past),) = learning._examples(article.site, ["respect"], DecidedTexts(article.site, 1))
    assert example.facts[-1] == sum(counted.values())


@pytest.mark.parametrize("is_by_rule", [True, False])
def test_what_software_decided_of_an_author_counts_for_nothing(*, is_by_rule: bool) -> None:
    article = make_article()
    keep_version(article, 1, 0.8, is_current=True)
    moderator = make_moderator(article.site)
    refused, published, comment = (make_comment(article) for _comment in range(3))
    # Where comments appear at once nobody has judged it.
    make_comment(article, status=Status.APPROVED)
    Comment.objects.update(author=refused.author)
    comment.refresh_from_db()
    judge(refused, Action.REJECT, clause="respect", moderator=moderator)
    judge(published, Action.APPROVE, moderator=moderator)

    def counted() -> tuple[int, int]:
        known = with_what_was_learnt(SiteKnowledge(), comment).circumstances
        assert known is not None
        return known.rejected, known.approved

    assert counted() == (1, 1)
    # By a rule, or for trust in the author.
    rule = DecidingRule.objects.create(site=article.site, flagger="learned", action=Action.REJECT)
    Decision.objects.update(rule=rule if is_by_rule else None, moderator=None, automated_decision=Automation.FULL)
    assert counted() == (0, 0)
