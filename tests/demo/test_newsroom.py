from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from django.core.management import CommandError
from django.db import transaction
from django.test import Client

from comments.enums import Sort, Status
from comments.models import Article, Comment, Revision, StatusChange
from comments.threads import read_page
from demo.models import Article as NewspaperArticle
from demo.seeding.bulk import level_sizes
from demo.seeding.newsroom import Size, draw_fates, generate_newsroom, share_out
from moderation.enums import Action
from moderation.models import Decision
from moderation.services.decisions import decide
from tests.demo.conftest import run_seed_demo
from tests.demo.test_seed_demo import all_rows

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SIZE = Size(articles=3, comments=60, pending=12)


def test_level_sizes_are_three_four_and_three_tenths() -> None:
    assert level_sizes(100) == [30, 40, 15, 8, 4, 2, 1]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 999])
def test_level_sizes_add_up(count: int) -> None:
    assert sum(level_sizes(count)) == count


@pytest.mark.parametrize(("comments", "articles"), [(60, 3), (2, 5), (0, 4), (1000, 1)])
def test_share_out_leaves_no_comment_over(comments: int, articles: int) -> None:
    shares = share_out(comments, articles)

    assert (sum(shares), len(shares)) == (comments, articles)
    assert shares == sorted(shares, reverse=True)


def test_draw_fates_exactly_as_many_wait_as_asked_for() -> None:
    fates = Counter(draw_fates(Size(articles=1, comments=500, pending=37), random.Random(1)))  # noqa: S311

    assert (fates[Status.PENDING], fates.total()) == (37, 500)


def test_newsroom_is_consistent_with_itself(demo: str) -> None:
    assert generate_newsroom(SIZE)

    comments = Comment.objects.filter(article__key__startswith="generated-")
    assert comments.count() == SIZE.comments
    assert Counter(comments.values_list("status", flat=True))[Status.PENDING] == SIZE.pending
    for article in Article.objects.filter(key__startswith="generated-"):
        assert article.comment_count == Comment.objects.for_article(article).published().count()
        assert article.url.endswith(f"/articles/{article.key}/")
        assert article.created_at == NewspaperArticle.objects.get(key=article.key).published_at
    for comment in comments.select_related("parent"):
        check_comment(comment)


def check_comment(comment: Comment) -> None:
    """Place, history and decisions of one generated comment tell one story."""
    changes = list(comment.status_changes.all())
    steps = [(change.from_status, change.to_status) for change in changes]
    assert steps[0] == ("", Status.PENDING)
    assert all(before[1] == after[0] for before, after in pairwise(steps))
    assert steps[-1][1] == comment.status
    assert [change.created_at for change in changes] == sorted(change.created_at for change in changes)
    assert set(comment.decisions.values_list("change_id", flat=True)) == {change.pk for change in changes[1:]}
    revision = comment.revisions.get()
    assert comment.public_html == (revision.body_html if comment.is_published else "")
    if comment.parent is not None:
        assert comment.parent.is_published
        assert comment.parent.article_id == comment.article_id
        assert comment.depth == comment.parent.depth + 1
        assert comment.root_id == (comment.parent.root_id or comment.parent_id)


def test_newsroom_worth_reading_begins_with_what_has_most_votes(demo: str) -> None:
    generate_newsroom(SIZE)

    for article in Article.objects.filter(key__startswith="generated-"):
        rows = read_page(article, sort=Sort.BEST).rows
        votes = [row.votes for row in rows if row.depth == 0 and not row.is_stub]
        assert len(set(votes)) > 1
        assert votes == sorted(votes, reverse=True)
    ranked = Comment.objects.filter(article__key__startswith="generated-", vote_count__gt=0)
    assert ranked.exists()
    assert not ranked.exclude(rank__gt=0, rank__lt=1).exists()
    assert not Comment.objects.filter(article__key__startswith="generated-", vote_count=0).exclude(rank=0).exists()


def test_newsroom_waiting_comment_can_be_judged(demo: str) -> None:
    generate_newsroom(SIZE)
    comment = Comment.objects.with_context().waiting().filter(article__key__startswith="generated-").first()
    assert comment is not None
    moderator = comment.site.memberships.get(user__email="moderator@demo.example").user
    count = comment.article.comment_count

    decide(
        comment=comment,
        moderator=moderator,
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )

    assert Article.objects.get(pk=comment.article_id).comment_count == count + 1


def test_newsroom_same_numbers_give_the_same_texts(demo: str) -> None:
    seen = []
    for _time in range(2):
        with transaction.atomic():
            generate_newsroom(SIZE)
            texts = Revision.objects.filter(comment__article__key__startswith="generated-").order_by("pk")
            seen.append(
                list(texts.values_list("body", "comment__article__key", "comment__author_name", "comment__depth"))
            )
            transaction.set_rollback(True)

    assert seen[0] == seen[1]
    assert len(seen[0]) == SIZE.comments


def test_seed_demo_generating_twice_generates_once(demo: str) -> None:
    first = run_seed_demo(comments=60, articles=3, pending=12)
    before = all_rows()

    second = run_seed_demo(comments=60, articles=3, pending=12)

    assert "Generated 3 articles with 60 comments, 12 of them waiting." in first
    assert "There is a generated newsroom already; nothing was added." in second
    assert all_rows() == before


def test_seed_demo_generated_articles_do_not_push_the_demo_off_the_front_page(demo: str, client: Client) -> None:
    front = client.get("/").content.decode()
    run_seed_demo(comments=10)

    assert NewspaperArticle.objects.filter(key__startswith="generated-").count() == 1
    assert client.get("/articles/generated-000001/").status_code == 200
    assert headlines(client.get("/").content.decode()) == headlines(front)
    assert len(headlines(front)) == 6


def headlines(page: str) -> list[str]:
    return [line for line in page.splitlines() if "np-teaser__title" in line]


def test_seed_demo_more_pending_than_comments_is_refused(demo: str) -> None:
    with pytest.raises(CommandError, match="--pending 5 is more than --comments 4"):
        run_seed_demo(comments=4, pending=5)

    assert not NewspaperArticle.objects.filter(key__startswith="generated-").exists()


def test_newsroom_without_comments_has_articles_alone(demo: str) -> None:
    decisions, changes = Decision.objects.count(), StatusChange.objects.count()

    generate_newsroom(Size(articles=2, comments=0, pending=0))

    assert NewspaperArticle.objects.filter(key__startswith="generated-").count() == 2
    assert (Decision.objects.count(), StatusChange.objects.count()) == (decisions, changes)
