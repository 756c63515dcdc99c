from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.models import Comment
from comments.services.posting import revise_comment
from comments.skeleton import absolute_time
from moderation.enums import Action, Automation
from moderation.models import Decision
from moderation.services.decisions import decide, undo
from moderation.slots import form_policy
from tests.factories import CLAUSES, make_article, make_comment, make_moderator, make_policy, make_site, move
from tests.moderation.reporting import outcome_of
from tests.moderation.test_policy_page import date

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

pytestmark = pytest.mark.django_db


def words(html: SafeString) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def judge(comment: Comment, action: Action, *, clause: str = "", note: str = "") -> Decision:
    decision = decide(
        comment=comment,
        moderator=make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause=clause,
        note=note,
    )
    comment.refresh_from_db()
    return decision


def test_form_policy_gives_the_policy_in_force_in_the_language_of_the_form() -> None:
    site = make_site("post")
    policy = make_policy(site, number=3)

    with CaptureQueriesContext(connection) as queries, override("de"):
        html = form_policy(site=site, language="en")

    assert len(queries) == 2
    clauses = " ".join(f"Title {slug}. Text of {slug}" for slug in CLAUSES)
    assert words(html) == (
        f"Stay on the topic. Respect each other. All clauses {clauses} "
        f"Version 3 of {date(policy.effective_at)} · The policy on its own page"
    )
    assert '<a href="/policy/post/">' in html


def test_form_policy_in_german_gives_the_german_texts() -> None:
    site = make_site("post")
    make_policy(site)
    german = words(form_policy(site=site, language="de"))
    assert "Bleiben Sie beim Thema. Achten Sie einander." in german
    assert "Titel respect. Text respect" in german


def test_form_policy_of_a_site_without_one_is_empty() -> None:
    assert form_policy(site=make_site(), language="en") == ""


def test_status_outcome_of_a_rejected_comment_gives_the_statement_of_reasons() -> None:
    article = make_article(make_site("post"))
    policy = make_policy(article.site, number=4)
    comment = make_comment(article)
    decision = judge(comment, Action.REJECT, clause="respect", note="Ohne <b>Spitznamen</b>.\nDanke.")
    comment = Comment.objects.with_context().get()

    with CaptureQueriesContext(connection) as queries, override("en"):
        html = outcome_of(comment)

    assert len(queries) == 1
    assert words(html) == (
        "Why Clause 2, Title respect. Text of respect “Ohne <b>Spitznamen</b>. Danke.” "
        f"Policy Version 4 of {date(policy.effective_at)} "
        f"Decided {absolute_time(decision.applied_at, 'en')} "
        "Software A person decided; software had no part in it. "
        "What you can do You can write a new comment that keeps to the policy. If you think that this was a mistake, "
        "you can appeal below. Appeal against the decision Why was the decision a mistake? Somebody who did not decide "
        "before reads it and answers you. You can appeal once. At most 1,000 characters. Send appeal"
    )
    assert '<a href="/policy/post/?version=4">' in html
    assert "<b>Spitznamen" not in html


@pytest.mark.parametrize(
    ("detected", "automation", "sentence"),
    [
        (False, Automation.NONE, "A person decided; software had no part in it."),
        (True, Automation.NONE, "A person decided. Software had pointed to something in the comment."),
        (True, Automation.PARTIAL, "A person decided what software had proposed."),
        (True, Automation.FULL, "Software decided, by a rule of this site."),
    ],
)
def test_status_outcome_says_what_part_software_had(*, detected: bool, automation: Automation, sentence: str) -> None:
    article = make_article()
    comment = make_comment(article)
    judge(comment, Action.REJECT, clause="respect")
    Decision.objects.update(automated_detection=detected, automated_decision=automation)
    with override("en"):
        assert sentence in words(outcome_of(comment))


def test_status_outcome_of_a_returned_comment_asks_for_a_new_text() -> None:
    comment = make_comment(make_article())
    judge(comment, Action.RETURN, clause="on-topic")
    with override("en"):
        html = words(outcome_of(comment))
    assert "Clause 1, Title on-topic." in html
    assert "Change your text and send it again; somebody reads it anew." in html


def test_status_outcome_of_spam_says_so_without_a_clause() -> None:
    comment = make_comment(make_article())
    judge(comment, Action.SPAM)
    with override("en"):
        html = words(outcome_of(comment))
    assert html.startswith("Why We took the comment for spam")
    assert "Clause" not in html


def test_status_outcome_of_a_removed_comment_names_the_decision_that_stands() -> None:
    comment = make_comment(make_article())
    judge(comment, Action.REJECT, clause="on-topic", note="Erster Satz")
    judge(comment, Action.RESTORE)
    judge(comment, Action.REMOVE, clause="unlawful", note="Letzter Satz")
    with override("en"):
        html = words(outcome_of(comment))
    assert "Clause 5, Title unlawful." in html
    assert "Letzter Satz" in html
    assert "Erster Satz" not in html


def test_status_outcome_after_an_undo_is_empty() -> None:
    comment = make_comment(make_article())
    decision = judge(comment, Action.REJECT, clause="on-topic")
    undo(decision=decision, moderator=make_moderator(comment.site))
    comment.refresh_from_db()
    assert outcome_of(comment) == ""


def test_status_outcome_after_a_taken_back_restoring_names_the_rejection_again() -> None:
    comment = make_comment(make_article())
    judge(comment, Action.REJECT, clause="on-topic")
    undo(decision=judge(comment, Action.RESTORE), moderator=make_moderator(comment.site))
    comment.refresh_from_db()
    with override("en"):
        assert "Clause 1, Title on-topic." in words(outcome_of(comment))


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.WITHDRAWN])
def test_status_outcome_of_a_comment_that_is_not_restricted_is_empty(status: Status) -> None:
    comment = make_comment(make_article())
    judge(comment, Action.REJECT, clause="on-topic")
    judge(comment, Action.RESTORE)
    if status == Status.PENDING:
        comment = make_comment(comment.article)
    elif status == Status.WITHDRAWN:
        comment = move(make_comment(comment.article), status)
    assert comment.status == status
    assert outcome_of(comment) == ""


def test_status_outcome_after_a_step_without_a_decision_names_no_older_one() -> None:
    comment = make_comment(make_article())
    judge(comment, Action.APPROVE, note="Danke!")
    lifecycle.set_status(
        comment.pk,
        Status.REMOVED,
        actor=lifecycle.Actor(ActorKind.MODERATOR),
        expected_status=Status.APPROVED,
        expected_revision=1,
    )
    comment.refresh_from_db()
    assert outcome_of(comment) == ""


def test_status_outcome_of_a_comment_refused_without_a_decision_is_empty() -> None:
    assert outcome_of(make_comment(make_article(), status=Status.REJECTED)) == ""


def test_status_outcome_of_a_refused_edit_names_the_clause_until_the_author_writes_anew() -> None:
    article = make_article()
    comment = make_comment(article, status=Status.APPROVED)
    revise_comment(comment=comment, body="Neu")
    decide(
        comment=comment,
        moderator=make_moderator(article.site),
        action=Action.REJECT,
        expected_status=Status.APPROVED,
        expected_revision=2,
        clause="respect",
    )
    comment.refresh_from_db()
    with override("en"):
        assert "Title respect" in outcome_of(comment)

    revise_comment(comment=comment, body="Noch neuer")

    assert outcome_of(comment) == ""
