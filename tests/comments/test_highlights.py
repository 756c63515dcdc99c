"""Comments that stand first, and the editors' choice: what readers see of them, and when a comment loses its place."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comments import lifecycle
from comments.enums import ActorKind, Sort, Status
from comments.exceptions import InvalidInputError
from comments.models import Article, Comment
from comments.services.highlights import feature_comment, pin_comment, unfeature_comment, unpin_comment
from comments.threads import read_page
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

MODERATOR, RULE = lifecycle.Actor(ActorKind.MODERATOR), lifecycle.Actor(ActorKind.RULE)


def published(article: Article, number: int) -> list[Comment]:
    return [
        make_comment(article, body=f"Nummer {Comment.objects.count()}", status=Status.APPROVED) for _ in range(number)
    ]


def shown(article: Article, sort: Sort, size: int = 3) -> list[list[str]]:
    """The public identifiers on each page of an order."""
    pages, cursor = [], ""
    while True:
        page = read_page(article, sort=sort, cursor=cursor, size=size)
        pages.append([row.public_id for row in page.rows])
        cursor = page.next_cursor
        if not cursor:
            return pages


def move(comment: Comment, status: Status, actor: lifecycle.Actor = MODERATOR) -> int:
    comment.refresh_from_db()
    change = lifecycle.set_status(
        comment.pk,
        status,
        actor=actor,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
    )
    return change.pk


@pytest.mark.parametrize("sort", Sort.values)
def test_pinned_comments_come_first_in_every_order_and_on_no_other_page(sort: str) -> None:
    article = make_article()
    comments = published(article, 8)
    for comment in (comments[0], comments[5]):
        pin_comment(comment=comment)

    pages = shown(article, Sort(sort))

    assert pages[0][:2] == [comments[5].public_id, comments[0].public_id]
    rest = [comment.public_id for comment in comments if comment not in (comments[0], comments[5])]
    if sort != Sort.OLDEST:
        rest.reverse()
    assert [one for page in pages for one in page][2:] == rest
    assert [len(page) for page in pages] == [5, 3]


@pytest.mark.parametrize("count", [1, 30])
def test_a_first_page_with_pinned_conversations_still_takes_two_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article, empty = make_article(), make_article()
    for comment in published(article, 3):
        pin_comment(comment=comment)
        make_comment(article, parent=comment, status=Status.APPROVED)
    published(article, count)

    with django_assert_num_queries(2):
        page = read_page(article, sort=Sort.BEST)
    with django_assert_num_queries(1):
        read_page(empty, sort=Sort.BEST)

    assert len(page.rows) == 6 + count
    assert [row.is_pinned for row in page.rows[:6]] == [True, False] * 3


def test_at_most_three_beginnings_of_conversations_can_be_pinned() -> None:
    article = make_article()
    comments = published(article, 4)
    reply = make_comment(article, parent=comments[0], status=Status.APPROVED)
    waiting = make_comment(article)
    for comment in comments[:3]:
        pin_comment(comment=comment)
    pin_comment(comment=comments[0])

    for refused in (comments[3], reply, waiting):
        with pytest.raises(InvalidInputError):
            pin_comment(comment=refused)

    assert set(Comment.objects.pinned()) == set(comments[:3])
    unpin_comment(comment=comments[0])
    pin_comment(comment=comments[3])
    assert set(Comment.objects.pinned()) == set(comments[1:])


def test_readers_see_the_label_and_the_mark_in_page_fragment_and_api(client: Client) -> None:
    article = make_article()
    first, second = published(article, 2)
    address = f"/embed/v1/{article.site.slug}/{article.key}/thread.html?lang=en"
    before = client.get(address)
    assert "Pinned by the editors" not in before.content.decode()

    pin_comment(comment=first)
    feature_comment(comment=second)

    fragment = client.get(address)
    html = fragment.content.decode()
    assert fragment["ETag"] != before["ETag"]
    assert html.index("Pinned by the editors") < html.index(f'id="by-{first.public_id}"')
    assert html.index(f'id="by-{second.public_id}"') < html.index("Editors’ choice")
    assert (html.count("Pinned by the editors"), html.count("Editors’ choice")) == (1, 1)
    rows = client.get(f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments").json()["comments"]
    assert [(row["id"], row["pinned"], row["featured"]) for row in rows] == [
        (first.public_id, True, False),
        (second.public_id, False, True),
    ]


def test_the_editors_choice_is_a_list_of_a_site_or_an_article_for_templates_and_programs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article = make_article()
    other = make_article(article.site)
    one, two = published(article, 2)
    third = published(other, 1)[0]
    gone = published(article, 1)[0]
    for comment in (one, two, third, gone):
        feature_comment(comment=comment)
    move(gone, Status.REMOVED)

    site = article.site.slug
    everything = client.get(f"/api/v1/sites/{site}/comments/featured").json()["comments"]
    of_article = client.get(f"/api/v1/sites/{site}/comments/featured?article={article.key}&limit=1").json()["comments"]
    template = Template("{% load marginalia %}{% featured_comments site 5 article=key as comments %}"
                        "{% for comment in comments %}{{ comment.public_id }} {% endfor %}")  # fmt: skip
    with django_assert_num_queries(1):
        html = template.render(Context({"site": site, "key": article.key}))

    assert [comment["id"] for comment in everything] == [third.public_id, two.public_id, one.public_id]
    assert [comment["id"] for comment in of_article] == [two.public_id]
    assert html.split() == [two.public_id, one.public_id]
    unfeature_comment(comment=two)
    assert client.get(f"/api/v1/sites/{site}/comments/featured?article={article.key}").json()["comments"][0]["id"] == (
        one.public_id
    )


def test_a_removed_comment_loses_its_place_and_an_undo_gives_it_back() -> None:
    article = make_article()
    (comment,) = published(article, 1)
    pin_comment(comment=comment)
    feature_comment(comment=comment)
    comment.refresh_from_db()
    places = (comment.pinned_at, comment.featured_at)

    change = move(comment, Status.REMOVED)
    comment.refresh_from_db()
    assert (comment.pinned_at, comment.featured_at) == (None, None)
    lifecycle.undo_change(change, actor=MODERATOR)

    comment.refresh_from_db()
    assert (comment.pinned_at, comment.featured_at) == places


def test_an_undo_gives_no_place_where_three_others_are_pinned_by_now() -> None:
    article = make_article()
    comments = published(article, 4)
    pin_comment(comment=comments[0])
    change = move(comments[0], Status.REMOVED)
    for comment in comments[1:]:
        pin_comment(comment=comment)

    lifecycle.undo_change(change, actor=MODERATOR)

    comments[0].refresh_from_db()
    assert (comments[0].status, comments[0].pinned_at) == (Status.APPROVED, None)


def test_a_withdrawn_comment_loses_its_place_and_one_that_waits_again_does_not() -> None:
    article = make_article()
    withdrawn, reported = published(article, 2)
    for comment in (withdrawn, reported):
        pin_comment(comment=comment)

    move(withdrawn, Status.WITHDRAWN, lifecycle.Actor(ActorKind.AUTHOR))
    move(reported, Status.PENDING, RULE)
    assert read_page(article, sort=Sort.NEWEST).rows == ()
    move(reported, Status.APPROVED)

    assert [(row.public_id, row.is_pinned) for row in read_page(article, sort=Sort.NEWEST).rows] == [
        (reported.public_id, True)
    ]
