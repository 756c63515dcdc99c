from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.enums import Status
from comments.exceptions import InvalidInputError, StaleDecisionError
from comments.models import Article, Comment, Outbox
from comments.services.posting import revise_comment
from comments.signals import comment_status_changed
from moderation.enums import Action, Role
from moderation.exceptions import ClauseNeededError, NotAllowedError
from moderation.models import Batch, Decision
from moderation.services.bulk import BulkAnswer, BulkItem, BulkResult, decide_together
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import flag
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db


def make_comments(article: Article, count: int, *, email: str = "") -> list[Comment]:
    return [make_comment(article, name=f"Leser {number}", email=email) for number in range(count)]


def together(
    comments: list[Comment], action: Action, *, moderator: User, clause: str = "", reason: str = "", note: str = ""
) -> BulkResult:
    """Judge what these objects show, which may be older than what is stored."""
    items = [
        BulkItem(one.public_id, action, Status(one.status), one.revision, clause=clause, note=note) for one in comments
    ]
    loaded = {one.public_id: one for one in Comment.objects.with_context()}
    return decide_together(items=items, comments=loaded, moderator=moderator, reason=reason)


def outcome(answer: BulkAnswer) -> str:
    if answer.decision is not None:
        return answer.decision.to_status
    return "failed" if answer.has_failed else type(answer.refusal).__name__


def test_decide_together_answers_for_each_and_keeps_one_batch_with_its_reason() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fresh, quick, edited = make_comments(article, 3, email="hanna@reader.example")
    judge(quick, Action.SPAM)
    quick.status = Status.PENDING
    revise_comment(comment=Comment.objects.with_context().get(pk=edited.pk), body="Ganz anders")
    flag(fresh, "of-a-test")
    removed = make_comment(article, status=Status.REMOVED)

    result = together(
        [fresh, quick, edited, removed], Action.REJECT, moderator=moderator, clause="respect", reason="Eine\nWelle "
    )

    assert [outcome(answer) for answer in result.answers] == [
        "rejected",
        "StaleDecisionError",
        "StaleDecisionError",
        "IllegalTransitionError",
    ]
    refusal = result.answers[1].refusal
    assert isinstance(refusal, StaleDecisionError)
    assert refusal.standing == quick.status_changes.get(to_status="spam")
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["rejected", "spam", "pending", "removed"]
    decision = Decision.objects.get(batch_id=result.batch_id)
    assert (decision.comment, decision.clause.slug if decision.clause else "") == (fresh, "respect")
    assert decision.automated_detection
    assert list(Batch.objects.values_list("id", "site", "moderator", "reason")) == [
        (result.batch_id, article.site_id, moderator.pk, "Eine Welle")
    ]
    assert Outbox.objects.filter(payload={"decision": decision.pk}).count() == 1


def test_decide_together_leaves_the_others_decided_when_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    article = make_article()
    comments = make_comments(article, 3)

    def fail(comment: Comment, **_arguments: object) -> None:
        if comment.pk == comments[1].pk:
            raise RuntimeError

    comment_status_changed.connect(fail)
    try:
        result = together(comments, Action.APPROVE, moderator=make_moderator(article.site))
    finally:
        comment_status_changed.disconnect(fail)

    assert [outcome(answer) for answer in result.answers] == ["approved", "failed", "approved"]
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["approved", "pending", "approved"]
    assert Article.objects.get().comment_count == 2
    assert comments[1].public_id in caplog.text


def test_decide_together_that_decides_nothing_leaves_no_batch() -> None:
    article = make_article()
    comments = make_comments(article, 2)

    refused = together(comments, Action.REJECT, moderator=make_moderator(article.site))
    forbidden = together(comments, Action.APPROVE, moderator=make_moderator(article.site, role=Role.AUDITOR))
    elsewhere = together(comments, Action.APPROVE, moderator=make_moderator(make_article().site))

    assert [type(answer.refusal) for answer in refused.answers] == [ClauseNeededError] * 2
    assert [type(answer.refusal) for answer in (*forbidden.answers, *elsewhere.answers)] == [NotAllowedError] * 4
    assert Batch.objects.count() == Decision.objects.count() == 0


def test_decide_together_refuses_a_reason_that_is_too_long() -> None:
    article = make_article()

    with pytest.raises(InvalidInputError) as refusal:
        together(make_comments(article, 1), Action.APPROVE, moderator=make_moderator(article.site), reason="x" * 501)

    assert refusal.value.field == "reason"
    assert Comment.objects.get().status == Status.PENDING


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT])
def test_decide_together_costs_few_queries_for_each_comment(action: Action) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    counts = {}
    for count in (1, 10, 40):
        comments = make_comments(article, count, email="hanna@reader.example")
        with CaptureQueriesContext(connection) as queries:
            together(comments, action, moderator=moderator, clause="respect" if action == Action.REJECT else "")
        said = [query["sql"] for query in queries]
        counts[count] = len([sql for sql in said if "SAVEPOINT" not in sql])

    each = (counts[10] - counts[1]) / 9
    assert counts[40] - counts[10] == 30 * each
    assert counts[1] - each == 7
    # One more for an approval: whoever follows the discussion is to be told.
    assert each <= (11 if action == Action.APPROVE else 8)
