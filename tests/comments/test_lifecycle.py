from __future__ import annotations

import itertools

import pytest
from django.db import IntegrityError, transaction

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.exceptions import IllegalTransitionError, StaleDecisionError
from comments.markup import RENDER_VERSION, render
from comments.models import Article, Comment, StatusChange
from tests.factories import make_article, make_comment, move

MODERATOR = lifecycle.Actor(ActorKind.MODERATOR)
AUTHOR = lifecycle.Actor(ActorKind.AUTHOR)

pytestmark = pytest.mark.django_db


def snapshot(comment: Comment) -> dict[str, object]:
    """All columns of a comment and the counter of its article."""
    values = Comment.objects.filter(pk=comment.pk).values().get()
    count = Article.objects.get(pk=comment.article_id).comment_count
    return {**values, "article_count": count}


def settle(comment: Comment, status: Status, actor: lifecycle.Actor = MODERATOR) -> StatusChange:
    return lifecycle.set_status(
        comment.pk,
        status,
        actor=actor,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
    )


def test_set_status_outside_the_table_is_refused_for_every_pair_and_actor() -> None:
    article = make_article()
    refused = allowed = 0
    for start in (s for s in Status if s != Status.AWAITING_EMAIL):
        comment = make_comment(article, status=start)
        for new, kind in itertools.product(Status, ActorKind):
            if kind in lifecycle.TRANSITIONS[start].get(new, ()):
                allowed += 1
                continue
            with pytest.raises(IllegalTransitionError):
                settle(comment, new, lifecycle.Actor(kind))
            refused += 1
        assert Comment.objects.get(pk=comment.pk).status == start
    assert (refused, allowed) == (7 * 8 * 4 - 17, 17)


def test_set_status_approving_publishes_counts_and_writes_history() -> None:
    article = make_article()
    comment = make_comment(article, body="Ein **klares** Wort")
    version = article.version

    change = settle(comment, Status.APPROVED)

    comment.refresh_from_db()
    article.refresh_from_db()
    assert comment.status == Status.APPROVED
    assert comment.public_html == "<p>Ein <strong>klares</strong> Wort</p>"
    assert comment.waiting_since is None
    assert comment.published_at == change.created_at
    assert comment.published_revision == 1
    assert (article.comment_count, article.version) == (1, version + 1)
    steps = list(comment.status_changes.values_list("from_status", "to_status", "actor_kind", "revision"))
    assert steps == [("", "pending", "author", 1), ("pending", "approved", "moderator", 1)]


def test_set_status_with_a_stale_view_is_refused_and_names_who_was_first() -> None:
    comment = make_comment(make_article())
    change = settle(comment, Status.REJECTED)
    before = snapshot(comment)

    with pytest.raises(StaleDecisionError) as refusal:
        settle(comment, Status.APPROVED)  # `comment` still says pending

    assert refusal.value.standing == change
    assert snapshot(comment) == before
    assert comment.status_changes.count() == 2


def test_set_status_on_an_unseen_revision_is_refused() -> None:
    comment = make_comment(make_article())
    seen = Comment.objects.get(pk=comment.pk)
    lifecycle.add_revision(comment, body="Neu", body_html=render("Neu"), render_version=RENDER_VERSION)

    with pytest.raises(StaleDecisionError):
        settle(seen, Status.APPROVED)

    assert Comment.objects.get(pk=comment.pk).status == Status.PENDING


@pytest.mark.parametrize("decided", [Status.APPROVED, Status.REJECTED, Status.SPAM, Status.RETURNED])
def test_undo_change_of_a_first_decision_restores_every_column(decided: Status) -> None:
    comment = make_comment(make_article())
    before = snapshot(comment)
    change = settle(comment, decided)

    undone = lifecycle.undo_change(change.pk, actor=MODERATOR)

    assert snapshot(comment) == before
    assert undone.undoes_id == change.pk
    assert comment.status_changes.count() == 3


def test_undo_change_of_a_removal_brings_text_and_count_back() -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)
    before = snapshot(comment)
    change = settle(comment, Status.REMOVED)
    assert snapshot(comment)["public_html"] == ""
    assert snapshot(comment)["article_count"] == 0

    lifecycle.undo_change(change.pk, actor=MODERATOR)

    assert snapshot(comment) == before


def test_undo_change_after_something_else_is_refused() -> None:
    comment = make_comment(make_article())
    first = settle(comment, Status.APPROVED)
    comment.refresh_from_db()
    settle(comment, Status.REMOVED)
    before = snapshot(comment)

    with pytest.raises(StaleDecisionError):
        lifecycle.undo_change(first.pk, actor=MODERATOR)

    assert snapshot(comment) == before


def test_undo_change_twice_is_refused() -> None:
    comment = make_comment(make_article())
    change = settle(comment, Status.REJECTED)
    lifecycle.undo_change(change.pk, actor=MODERATOR)

    with pytest.raises(StaleDecisionError):
        lifecycle.undo_change(change.pk, actor=MODERATOR)


def test_undo_change_of_what_an_author_did_is_refused() -> None:
    comment = make_comment(make_article())
    change = settle(comment, Status.WITHDRAWN, AUTHOR)

    with pytest.raises(IllegalTransitionError):
        lifecycle.undo_change(change.pk, actor=MODERATOR)


def public_state(comment: Comment) -> tuple[str, int | None, bool]:
    stored = Comment.objects.get(pk=comment.pk)
    return stored.public_html, stored.published_revision, stored.has_waiting_edit


def edit(comment: Comment, body: str) -> None:
    lifecycle.add_revision(comment, body=body, body_html=render(body), render_version=RENDER_VERSION)


def test_edit_of_a_published_comment_keeps_the_old_text_public_until_it_is_settled() -> None:
    comment = make_comment(make_article(), body="Alt", status=Status.APPROVED)
    edit(comment, "Neu")
    assert public_state(comment) == ("<p>Alt</p>", 1, True)

    change = lifecycle.settle_edit(comment.pk, publish=True, actor=MODERATOR, expected_revision=2)

    assert public_state(comment) == ("<p>Neu</p>", 2, False)
    assert Comment.objects.get().edited_at == comment.revisions.get(number=2).created_at
    assert Article.objects.get(pk=comment.article_id).comment_count == 1
    lifecycle.undo_change(change.pk, actor=MODERATOR)
    assert public_state(comment) == ("<p>Alt</p>", 1, True)
    assert Comment.objects.get().edited_at is None


def test_settle_edit_refusing_leaves_the_published_text() -> None:
    comment = make_comment(make_article(), body="Alt", status=Status.APPROVED)
    version = Article.objects.get(pk=comment.article_id).version
    edit(comment, "Neu")

    lifecycle.settle_edit(comment.pk, publish=False, actor=MODERATOR, expected_revision=2)

    comment.refresh_from_db()
    assert (comment.status, comment.public_html, comment.waiting_since) == ("approved", "<p>Alt</p>", None)
    assert Article.objects.get(pk=comment.article_id).version == version


def test_settle_edit_without_a_waiting_edit_is_stale() -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)

    with pytest.raises(StaleDecisionError):
        lifecycle.settle_edit(comment.pk, publish=True, actor=MODERATOR, expected_revision=1)


def test_add_revision_to_a_comment_decided_meanwhile_is_refused_and_stores_nothing() -> None:
    comment = make_comment(make_article())
    seen = Comment.objects.get(pk=comment.pk)
    settle(comment, Status.REJECTED)

    with pytest.raises(StaleDecisionError):
        edit(seen, "Neu")

    assert comment.revisions.count() == 1


def test_approving_a_parent_touches_no_reply() -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    reply = make_comment(article, parent=parent)
    change = settle(parent, Status.REMOVED)

    lifecycle.undo_change(change.pk, actor=MODERATOR)

    assert Comment.objects.get(pk=reply.pk).status == Status.PENDING


def test_hidden_text_in_the_public_column_is_refused_by_the_database() -> None:
    comment = make_comment(make_article())

    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(public_html="<p>leak</p>")


def test_every_status_can_be_reached() -> None:
    article = make_article()
    reached = {make_comment(article, status=status).status for status in Status if status != Status.AWAITING_EMAIL}
    assert reached == set(Status) - {Status.AWAITING_EMAIL}
    assert move(make_comment(article), Status.PENDING).status == Status.PENDING
