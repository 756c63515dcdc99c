from __future__ import annotations

import datetime
from collections import Counter

from comments.conf import settings
from demo.contents import CommentContent, Outcome, comment_contents
from demo.seeding.timeline import plan_events

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def content(name: str, outcome: Outcome, *, minutes_ago: int, parent: str | None = None) -> CommentContent:
    return {
        "id": name,
        "article": "an-article",
        "parent": parent,
        "author": "somebody",
        "body": "Text",
        "minutes_ago": minutes_ago,
        "votes": 0,
        "outcome": outcome,
        "clause": "respect",
        "note": None,
    }


def acts(*contents: CommentContent) -> list[tuple[str, str]]:
    return [(event.comment["id"], event.act) for event in plan_events(contents, NOW)]


def test_plan_events_pending_comment_is_only_posted() -> None:
    assert acts(content("a", "pending", minutes_ago=9)) == [("a", "post")]


def test_plan_events_removed_comment_was_published_first() -> None:
    assert acts(content("a", "removed", minutes_ago=300)) == [("a", "post"), ("a", "approve"), ("a", "remove")]


def test_plan_events_withdrawn_comment_without_reply_was_never_published() -> None:
    assert acts(content("a", "withdrawn", minutes_ago=300)) == [("a", "post"), ("a", "withdraw")]


def test_plan_events_withdrawn_comment_with_reply_goes_after_the_reply_came() -> None:
    planned = acts(
        content("a", "withdrawn", minutes_ago=300),
        content("b", "approved", minutes_ago=280, parent="a"),
    )

    assert planned[:3] == [("a", "post"), ("a", "approve"), ("b", "post")]
    assert sorted(planned[3:]) == [("a", "withdraw"), ("b", "approve")]


def test_plan_events_quick_reply_comes_after_its_parent_was_approved() -> None:
    planned = acts(
        content("a", "approved", minutes_ago=300),
        content("b", "approved", minutes_ago=299, parent="a"),
    )

    assert planned == [("a", "post"), ("a", "approve"), ("b", "post"), ("b", "approve")]


def test_plan_events_of_the_demo_are_in_order_and_past() -> None:
    planned = [event.at for event in plan_events(comment_contents(), NOW)]

    assert planned == sorted(planned)
    assert planned[-1] < NOW


def test_comment_contents_no_author_writes_faster_than_the_limits_allow() -> None:
    """The seeding posts all comments within seconds, through the service that counts them."""
    busiest = max(Counter(one["author"] for one in comment_contents()).values())

    assert busiest <= min(limit.count for limit in settings.post_limits["author"])
