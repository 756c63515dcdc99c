from __future__ import annotations

import datetime

import pytest
from django.core.cache import cache
from django.utils import timezone, translation

from comments.enums import Status
from comments.models import Site, StatusChange
from comments.standing import promise
from comments.waiting import round_up, usual_wait_minutes
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def judge_after(site: Site, minutes: list[float], *, days_ago: float = 0) -> None:
    """Judged comments on this site that waited so long."""
    article = make_article(site)
    for wait in minutes:
        comment = make_comment(article, status=Status.APPROVED)
        decided = timezone.now() - datetime.timedelta(days=days_ago)
        StatusChange.objects.filter(comment=comment, to_status=Status.APPROVED).update(
            created_at=decided, from_waiting_since=decided - datetime.timedelta(minutes=wait)
        )


def test_usual_wait_is_what_three_of_four_comments_waited_at_most_rounded_up() -> None:
    site = make_article().site
    judge_after(site, [1, 2, 3, 4, 11, 12, 200, 300])

    assert usual_wait_minutes(site) == 15


def test_usual_wait_is_the_promise_while_too_few_were_judged_lately() -> None:
    site = make_article().site
    judge_after(site, [1, 1, 1, 1])
    judge_after(site, [1] * 20, days_ago=8)

    assert usual_wait_minutes(site) == site.promised_minutes == 60


def test_usual_wait_of_one_site_says_nothing_of_another() -> None:
    site, other = make_article().site, make_article().site
    judge_after(other, [1] * 10)

    assert (usual_wait_minutes(site), usual_wait_minutes(other)) == (60, 5)


def test_usual_wait_is_kept_for_a_while() -> None:
    site = make_article().site
    judge_after(site, [1] * 10)
    assert usual_wait_minutes(site) == 5
    judge_after(site, [50] * 100)

    assert usual_wait_minutes(site) == 5
    cache.clear()
    assert usual_wait_minutes(site) == 60


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, 5), (5, 5), (5.1, 10), (31, 45), (61, 90), (91, 120), (121, 180), (3000, 3000)]
)
def test_round_up_gives_a_number_that_people_say(minutes: float, said: int) -> None:
    assert round_up(minutes) == said


@pytest.mark.parametrize(
    ("wait", "sentence"),
    [
        (20, "Read by our team, usually within 20 minutes."),
        (170, "Read by our team, usually within 3 hours."),
        (60 * 70, "Read by our team, usually within 3 days."),
    ],
)
def test_promise_is_honest_also_when_the_wait_is_long(wait: int, sentence: str) -> None:
    site = make_article().site
    judge_after(site, [wait] * 6)

    with translation.override("en"):
        assert promise(site) == sentence
