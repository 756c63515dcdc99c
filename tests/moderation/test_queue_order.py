from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from comments.enums import CheckOutcome, Status
from comments.exceptions import InvalidInputError
from comments.models import Comment
from moderation.models import Finding
from moderation.queue import (
    QueueFilters,
    QueueSort,
    QueueStatus,
    next_in_queue,
    read_queue,
)
from tests.factories import make_article, make_comment, make_site, move
from tests.moderation.desk_pages import add_text, flag, ids

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
WAITING = QueueFilters()


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def test_read_queue_filters_narrow_by_flagger_article_author_and_words() -> None:
    article = make_article()
    other = make_article(article.site)
    here = make_comment(article, body="Wolken 100% grau", name="Ada")
    there = make_comment(other, body="Sonne überall", name="Bo")
    flag(here, "terms")
    Finding.objects.create(comment=there, revision=1, flagger="terms", version="1", outcome=CheckOutcome.CLEAR)

    assert ids(article, QueueFilters(flag="terms")) == [here.public_id]
    assert ids(article, QueueFilters(flag="links")) == []
    assert ids(article, QueueFilters(article=other.key)) == [there.public_id]
    assert ids(article, QueueFilters(author=here.author.public_id)) == [here.public_id]
    assert ids(article, QueueFilters(q="sonne")) == [there.public_id]
    assert ids(article, QueueFilters(q="bo")) == [there.public_id]
    assert ids(article, QueueFilters(q="100%")) == [here.public_id]
    assert ids(article, QueueFilters(q="0_%")) == []


def test_read_queue_searches_and_filters_the_latest_text_alone() -> None:
    article = make_article()
    comment = make_comment(article, body="Wolken")
    flag(comment, "terms")
    add_text(comment, "Sonne")

    assert ids(article, QueueFilters(q="wolken")) == []
    assert ids(article, QueueFilters(q="sonne")) == [comment.public_id]
    assert ids(article, QueueFilters(flag="terms")) == []


def test_read_queue_sorts_by_age_or_by_what_was_found() -> None:
    article = make_article()
    first, second, third, fourth = (make_comment(article) for _ in range(4))
    flag(second, "terms", score=0.4)
    flag(third, "terms", score=None)
    flag(third, "links", score=0.9)

    oldest = [first.public_id, second.public_id, third.public_id, fourth.public_id]
    assert ids(article, WAITING) == oldest
    assert ids(article, QueueFilters(sort=QueueSort.NEWEST)) == oldest[::-1]
    assert ids(article, QueueFilters(sort=QueueSort.RISK)) == [
        third.public_id,
        second.public_id,
        first.public_id,
        fourth.public_id,
    ]


@pytest.mark.parametrize("sort", list(QueueSort))
@pytest.mark.parametrize("status", [QueueStatus.WAITING, QueueStatus.APPROVED])
def test_read_queue_page_by_page_gives_every_comment_once(sort: QueueSort, status: QueueStatus) -> None:
    article = make_article()
    comments = [make_comment(article) for _ in range(7)]
    # Some at the same moment, and not in the order of their identifiers.
    for number, comment in enumerate(comments):
        moment = comment.posted_at + datetime.timedelta(minutes=number * 3 % 7 // 2)
        Comment.objects.filter(pk=comment.pk).update(posted_at=moment, waiting_since=moment)
    for comment in comments[2:5]:
        flag(comment, "terms")
    if status == QueueStatus.APPROVED:
        for comment in comments:
            comment.refresh_from_db()
            move(comment, Status.APPROVED)
    filters = QueueFilters(status=status, sort=sort)

    found: list[str] = []
    cursor = ""
    for _ in range(4):
        page = read_queue(article.site, filters, cursor, size=2)
        found += [item.public_id for item in page.items]
        cursor = page.next_cursor

    assert cursor == ""
    assert len(found) == 7
    assert set(found) == {comment.public_id for comment in comments}
    assert found == ids(article, filters)


def test_read_queue_while_comments_come_and_go_skips_and_repeats_none() -> None:
    article = make_article()
    comments = [make_comment(article) for _ in range(6)]
    first = read_queue(article.site, WAITING, size=3)

    move(comments[0], Status.APPROVED)
    move(comments[2], Status.REJECTED)
    newest = make_comment(article)
    second = read_queue(article.site, WAITING, first.next_cursor, size=10)

    assert [item.public_id for item in first.items] == [comment.public_id for comment in comments[:3]]
    assert [item.public_id for item in second.items] == [
        *(comment.public_id for comment in comments[3:]),
        newest.public_id,
    ]


@pytest.mark.parametrize(
    "cursor",
    ["x", "1", "1.2.3", "-1.5", "1.2.", "９.９", "1" * 18 + ".1", "1.5\n", "99999999999999999.99999999999999999.1"],
)
def test_read_queue_with_an_impossible_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        read_queue(make_site(), WAITING, cursor)
    assert refusal.value.field == "cursor"


def test_read_queue_with_a_cursor_beyond_all_comments_is_empty() -> None:
    article = make_article()
    make_comment(article)
    assert read_queue(article.site, WAITING, "99999999999999999.99999999999999999").items == ()


def test_next_in_queue_is_the_following_one_and_the_first_after_the_last() -> None:
    article = make_article()
    first, second, third = (make_comment(article).public_id for _ in range(3))

    assert next_in_queue(article.site, WAITING, first) == second
    assert next_in_queue(article.site, WAITING, third) == first
    assert next_in_queue(article.site, WAITING, "not-in-it") == first
    assert next_in_queue(article.site, QueueFilters(q="nowhere"), second) == ""


def test_next_in_queue_of_the_only_comment_is_none() -> None:
    article = make_article()
    assert next_in_queue(article.site, WAITING, make_comment(article).public_id) == ""
