from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import lifecycle
from comments.enums import ActorKind, AuthorKind, CheckOutcome, Status
from comments.models import Comment
from comments.screening import Span
from moderation.enums import Action
from moderation.models import Finding
from moderation.queue import (
    COUNT_LIMIT,
    QueueArticle,
    QueueAuthor,
    QueueChange,
    QueueFilters,
    QueueFinding,
    QueueItem,
    QueuePage,
    QueueParent,
    QueueStatus,
    queue_counts,
    read_item,
    read_queue,
)
from moderation.services.decisions import decide, undo
from tests.factories import make_article, make_comment, make_moderator, make_policy
from tests.moderation.desk_pages import add_text, flag, ids, make_chain

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
WAITING = QueueFilters()


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def test_read_queue_with_a_reply_gives_all_that_a_moderator_needs() -> None:
    article = make_article()
    root = make_comment(article, body="Wurzel", name="Ada", status=Status.APPROVED)
    parent = make_comment(article, body="Zweig", name="Bo", status=Status.APPROVED, parent=root)
    comment = make_comment(article, body="Blatt im Wind", name="Cleo", parent=parent)
    Comment.objects.update(screened_revision=1)

    page = read_queue(article.site, WAITING)

    author = comment.author
    expected = QueueItem(
        pk=comment.pk,
        public_id=comment.public_id,
        status=Status.PENDING,
        revision=1,
        body="Blatt im Wind",
        body_html="<p>Blatt im Wind</p>",
        previous_body=None,
        language="de",
        article=QueueArticle(key=article.key, title=article.title, teaser="", url=article.url),
        author=QueueAuthor(author.public_id, "Cleo", AuthorKind.GUEST, "", author.created_at, approved=0, rejected=0),
        author_name="Cleo",
        parent=QueueParent(parent.public_id, "Bo", Status.APPROVED, parent.posted_at, "Zweig"),
        root=QueueParent(root.public_id, "Ada", Status.APPROVED, root.posted_at, "Wurzel"),
        posted_at=comment.posted_at,
        edited_at=None,
        waiting_since=comment.posted_at,
        is_screened=True,
        is_discussed=False,
        findings=(),
        last_change=QueueChange(
            from_status="",
            to_status=Status.PENDING,
            at=comment.posted_at,
            actor_kind=ActorKind.AUTHOR,
            actor_id=None,
            actor_name="",
            is_undo=False,
        ),
    )
    assert page == QueuePage(items=(expected,), next_cursor="")


def test_read_queue_gives_what_was_found_in_the_latest_text_the_flagged_first() -> None:
    article = make_article()
    comment = make_comment(article)
    Finding.objects.create(comment=comment, revision=1, flagger="links", version="1", outcome=CheckOutcome.FAILED)
    flag(comment, "terms")
    Finding.objects.create(comment=comment, revision=0, flagger="old", version="1", outcome=CheckOutcome.FLAGGED)

    (item,) = read_queue(article.site, WAITING).items

    found = QueueFinding(
        flagger="terms",
        outcome=CheckOutcome.FLAGGED,
        score=0.5,
        clause="",
        sentence="The word “Nudel” is there.",
        spans=(Span(0, 4, "word"),),
    )
    assert item.findings == (found, QueueFinding("links", CheckOutcome.FAILED, None, "", "", ()))


def test_read_queue_with_an_edit_gives_both_texts_and_keeps_the_public_one_out_of_the_words() -> None:
    article = make_article()
    comment = make_comment(article, body="Alter Text", status=Status.APPROVED)
    add_text(comment, "Neuer Text")

    (item,) = read_queue(article.site, QueueFilters(status=QueueStatus.EDITED)).items

    assert (item.body, item.previous_body, item.revision, item.has_waiting_edit) == (
        "Neuer Text",
        "Alter Text",
        2,
        True,
    )
    assert ids(article, WAITING) == [comment.public_id]


def test_read_queue_after_a_decision_says_who_decided_what() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article)
    decision = decide(
        comment=comment,
        moderator=moderator,
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
        note="Ohne Spitznamen.",
    )

    (item,) = read_queue(article.site, QueueFilters(status=QueueStatus.REJECTED)).items

    assert item.last_change == QueueChange(
        from_status="pending",
        to_status=Status.REJECTED,
        at=decision.change.created_at,
        actor_kind=ActorKind.MODERATOR,
        actor_id=moderator.pk,
        actor_name=moderator.get_username(),
        is_undo=False,
        decision=decision.pk,
        action=Action.REJECT,
        clause_number=2,
        clause_title="Titel respect",
        note="Ohne Spitznamen.",
        may_be_undone=True,
    )
    undo(decision=decision, moderator=moderator)
    (item,) = read_queue(article.site, WAITING).items
    assert item.last_change is not None
    assert (item.last_change.is_undo, item.last_change.may_be_undone) == (True, False)


def test_read_queue_counts_what_became_of_an_authors_comments() -> None:
    article = make_article()
    author = make_comment(article, status=Status.APPROVED).author
    for status in (Status.APPROVED, Status.REJECTED, Status.SPAM, Status.REMOVED, Status.RETURNED, Status.PENDING):
        comment = make_comment(article, status=status)
        Comment.objects.filter(pk=comment.pk).update(author=author)

    (item,) = read_queue(article.site, WAITING).items

    assert (item.author.approved, item.author.rejected) == (2, 3)


@pytest.mark.parametrize("count", [1, 50])
def test_read_queue_of_any_length_takes_five_queries(count: int) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    for _ in range(count):
        flag(make_comment(article, parent=parent), "terms")

    with CaptureQueriesContext(connection) as queries:
        page = read_queue(article.site, WAITING, size=50)

    assert len(page.items) == count
    assert len(queries) == 5


def test_read_queue_at_depth_200_takes_five_queries_and_gives_parent_and_root() -> None:
    article = make_article()
    chain = make_chain(article, 200)

    with CaptureQueriesContext(connection) as queries:
        (item,) = read_queue(article.site, WAITING).items

    assert len(queries) == 5
    assert item.public_id == chain[199].public_id
    assert item.parent is not None
    assert item.root is not None
    assert (item.parent.body, item.root.body) == ("Text 198", "Text 0")


def test_read_queue_shows_no_comment_of_another_site() -> None:
    article, elsewhere = make_article(), make_article()
    comment = make_comment(article)
    make_comment(elsewhere)

    assert ids(article, WAITING) == [comment.public_id]
    assert queue_counts(article.site)[QueueStatus.WAITING] == 1


@pytest.mark.parametrize(
    ("queue", "status"),
    [
        (QueueStatus.WAITING, Status.PENDING),
        (QueueStatus.APPROVED, Status.APPROVED),
        (QueueStatus.REJECTED, Status.REJECTED),
        (QueueStatus.SPAM, Status.SPAM),
        (QueueStatus.RETURNED, Status.RETURNED),
        (QueueStatus.REMOVED, Status.REMOVED),
    ],
)
def test_read_queue_of_a_status_holds_only_comments_of_it(queue: QueueStatus, status: Status) -> None:
    article = make_article()
    comments: dict[Status, Comment] = {
        one: make_comment(article, status=one) for one in Status if one != Status.AWAITING_EMAIL
    }

    assert ids(article, QueueFilters(status=queue)) == [comments[status].public_id]
    expected = dict.fromkeys(QueueStatus, 0) | {
        QueueStatus.WAITING: 1,
        QueueStatus.RETURNED: 1,
        QueueStatus.SPAM: 1,
        QueueStatus.DECIDED: 4,
        QueueStatus.APPROVED: 1,
        QueueStatus.REJECTED: 1,
        QueueStatus.REMOVED: 1,
    }
    assert queue_counts(article.site) == expected


def test_queue_counts_of_a_long_queue_stop_at_the_limit_in_one_query() -> None:
    article = make_article()
    author = make_comment(article, status=Status.SPAM).author
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            site=article.site,
            article=article,
            author=author,
            author_name="x",
            language="de",
            status=Status.PENDING,
            waiting_since=now,
            posted_at=now,
            idempotency_key=f"many-{number}",
        )
        for number in range(COUNT_LIMIT + 5)
    )

    with CaptureQueriesContext(connection) as queries:
        counts = queue_counts(article.site)

    assert len(queries) == 1
    assert counts == dict.fromkeys(QueueStatus, 0) | {
        QueueStatus.WAITING: COUNT_LIMIT,
        QueueStatus.SPAM: 1,
        QueueStatus.DECIDED: 1,
    }


def test_read_item_of_a_withdrawn_comment_still_shows_it() -> None:
    comment = make_comment(make_article(), body="Ohne mich", status=Status.WITHDRAWN)
    item = read_item(comment)
    assert (item.status, item.body, item.waiting_since) == (Status.WITHDRAWN, "Ohne mich", None)


def test_read_item_of_a_reply_to_a_removed_comment_shows_its_words_to_the_desk() -> None:
    article = make_article()
    make_policy(article.site, number=2)
    parent = make_comment(article, body="Grob", status=Status.APPROVED)
    reply = make_comment(article, parent=parent)
    lifecycle.set_status(
        parent.pk,
        Status.REMOVED,
        actor=lifecycle.Actor(ActorKind.MODERATOR),
        expected_status=Status.APPROVED,
        expected_revision=1,
    )

    item = read_item(reply)

    assert item.parent == QueueParent(parent.public_id, "Hanna Kuhl", Status.REMOVED, parent.posted_at, "Grob")
    assert item.root is None


def test_read_item_of_a_reply_to_an_edited_comment_shows_the_words_that_were_answered() -> None:
    article = make_article()
    parent = make_comment(article, body="Wie veröffentlicht", status=Status.APPROVED)
    reply = make_comment(article, parent=parent)
    add_text(parent, "Nachträglich geändert")

    item = read_item(reply)

    assert item.parent is not None
    assert item.parent.body == "Wie veröffentlicht"


def test_excerpt_of_a_long_parent_ends_with_an_ellipsis() -> None:
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert QueueParent("x", "Ada", Status.APPROVED, moment, "a" * 280).excerpt == "a" * 280
    assert QueueParent("x", "Ada", Status.APPROVED, moment, "a" * 281).excerpt == "a" * 279 + "…"
