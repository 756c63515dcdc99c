from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from comments.enums import Status
from moderation.enums import Mine, Role
from moderation.exceptions import NotAllowedError
from moderation.models import Lease
from moderation.queue import QueueFilters, next_in_queue
from moderation.services.leases import give_back, hold, release, take
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.desk_pages import ids

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)
START = datetime.datetime(2026, 11, 28, 12, 0, tzinfo=datetime.UTC)


def stored() -> list[tuple[object, ...]]:
    return list(
        Lease.objects.order_by("comment_id").values_list("comment__public_id", "user", "expires_at", "is_taken")
    )


def test_opening_a_comment_holds_it_and_renewing_moves_its_end() -> None:
    comment = make_comment(make_article())
    user = make_moderator(comment.site)

    with time_machine.travel(START, tick=False):
        hold(comment_id=comment.pk, user=user)
        assert stored() == [(comment.public_id, user.pk, START + 2 * MINUTE, False)]
    with time_machine.travel(START + MINUTE, tick=False):
        hold(comment_id=comment.pk, user=user)
    assert stored() == [(comment.public_id, user.pk, START + 3 * MINUTE, False)]


def test_renewing_within_twenty_seconds_changes_nothing() -> None:
    comment = make_comment(make_article())
    user = make_moderator(comment.site)
    with time_machine.travel(START, tick=False):
        hold(comment_id=comment.pk, user=user)

    with time_machine.travel(START + datetime.timedelta(seconds=19), tick=False):
        hold(comment_id=comment.pk, user=user)

    assert stored() == [(comment.public_id, user.pk, START + 2 * MINUTE, False)]


def test_somebody_else_holds_a_comment_only_after_the_first_one_left_it() -> None:
    comment = make_comment(make_article())
    first, second = make_moderator(comment.site), make_moderator(comment.site)

    with time_machine.travel(START, tick=False):
        hold(comment_id=comment.pk, user=first)
    with time_machine.travel(START + MINUTE, tick=False):
        hold(comment_id=comment.pk, user=second)
        assert stored() == [(comment.public_id, first.pk, START + 2 * MINUTE, False)]
    with time_machine.travel(START + 2 * MINUTE, tick=False):
        hold(comment_id=comment.pk, user=second)
        assert stored() == [(comment.public_id, second.pk, START + 4 * MINUTE, False)]
        release(comment=comment, user=first)
        assert len(stored()) == 1
        release(comment=comment, user=second)
    assert stored() == []


def test_decision_ends_a_lease_and_is_possible_in_spite_of_it() -> None:
    comment = make_comment(make_article())
    hold(comment_id=comment.pk, user=make_moderator(comment.site))

    move(comment, Status.APPROVED)

    assert stored() == []


def test_taking_reserves_the_next_of_the_view_that_nobody_has_and_giving_back_frees_them(settings) -> None:
    settings.MODERATION_TAKE_SIZE = 2
    article = make_article()
    held, *free = (make_comment(article) for _ in range(4))
    other_view = make_comment(make_article(article.site))
    me, colleague = make_moderator(article.site), make_moderator(article.site)
    filters = QueueFilters(article=article.key)

    with time_machine.travel(START, tick=False):
        hold(comment_id=held.pk, user=colleague)
        mine = take(site=article.site, filters=filters, user=me)
        theirs = take(site=article.site, filters=QueueFilters(), user=colleague)
        view = QueueFilters(mine=Mine.TAKEN, viewer_id=me.pk)

        assert mine == free[:2]
        assert theirs == [held, free[2]]
        assert ids(article, view) == [one.public_id for one in free[:2]]
        until = START + 20 * MINUTE
        assert stored() == [
            (held.public_id, colleague.pk, until, True),
            (free[0].public_id, me.pk, until, True),
            (free[1].public_id, me.pk, until, True),
            (free[2].public_id, colleague.pk, until, True),
        ]
        assert give_back(site=article.site, user=me) == 2
        assert ids(article, view) == []
        assert take(site=article.site, filters=QueueFilters(), user=colleague) == free[:2]
    assert other_view.public_id not in {row[0] for row in stored()}


def test_what_was_taken_comes_back_by_itself_and_is_not_let_go_by_leaving_its_page() -> None:
    comment = make_comment(make_article())
    me, colleague = make_moderator(comment.site), make_moderator(comment.site)
    with time_machine.travel(START, tick=False):
        take(site=comment.site, filters=QueueFilters(), user=me)
        hold(comment_id=comment.pk, user=me)
        release(comment=comment, user=me)
        assert stored() == [(comment.public_id, me.pk, START + 20 * MINUTE, True)]

    with time_machine.travel(START + 20 * MINUTE, tick=False):
        assert take(site=comment.site, filters=QueueFilters(), user=colleague) == [comment]


def test_taking_by_an_auditor_is_refused() -> None:
    comment = make_comment(make_article())

    with pytest.raises(NotAllowedError):
        take(site=comment.site, filters=QueueFilters(), user=make_moderator(comment.site, role=Role.AUDITOR))
    assert stored() == []


def test_next_comment_is_one_that_no_colleague_has_before_them_unless_there_is_no_other() -> None:
    article = make_article()
    first, second, third = (make_comment(article) for _ in range(3))
    me, colleague = make_moderator(article.site), make_moderator(article.site)
    filters = QueueFilters(viewer_id=me.pk)
    now = timezone.now()

    hold(comment_id=second.pk, user=colleague)
    assert next_in_queue(article.site, filters, first.public_id) == third.public_id
    hold(comment_id=third.pk, user=colleague)
    assert next_in_queue(article.site, filters, first.public_id) == second.public_id
    with time_machine.travel(now + 3 * MINUTE, tick=False):
        assert next_in_queue(article.site, filters, first.public_id) == second.public_id
