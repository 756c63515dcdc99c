"""Queries that are compiled once: each run has its own values, and gives what the query itself would."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment
from moderation.prepared import (
    Prepared,
    given_moment,
    given_number,
    given_numbers,
    given_share,
    given_texts,
)
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def test_each_run_has_its_own_values() -> None:
    first, second, third = (make_comment(make_article()) for _ in range(3))
    prepared = Prepared(Comment.objects.filter(pk__in=given_numbers("ids", 2)).order_by("pk"))

    assert prepared.run(ids=[first.pk, third.pk]) == [first, third]
    assert prepared.run(ids=[second.pk, third.pk]) == [second, third]


def test_rows_are_as_the_query_itself_gives_them() -> None:
    comment, other = make_comment(make_article()), make_comment(make_article())
    now = timezone.now()
    plain = Comment.objects.filter(article=comment.article_id, posted_at__lte=now, language__in=["de", "en"])
    prepared = Comment.objects.filter(
        Q(language=given_texts("languages", 2)[0]) | Q(language=given_texts("languages", 2)[1]),
        article=given_number("article"),
        posted_at__lte=given_moment("now"),
    )
    given = {"article": comment.article_id, "now": now, "languages": ["de", "en"]}

    assert Prepared(prepared.values("pk", "posted_at")).run(**given) == list(plain.values("pk", "posted_at"))
    listed = Prepared(prepared.values_list("language").annotate(Count("pk"))).run(**given)
    assert listed == list(plain.values_list("language").annotate(Count("pk")))
    (row,) = Prepared(prepared.select_related("article").annotate(count=Count("revisions"))).run(**given)
    with CaptureQueriesContext(connection) as queries:
        assert row.article.key == comment.article.key
        assert vars(row)["count"] == 1
    assert not queries
    late = given | {"now": now - datetime.timedelta(days=1), "article": other.article_id}
    assert Prepared(prepared).run(**late) == []


def test_nothing_compares_with_a_share_that_is_not_given() -> None:
    comment = make_comment(make_article())
    prepared = Prepared(Comment.objects.filter(pk=comment.pk, risk__gte=given_share("least")))

    assert prepared.run(least=0.0) == [comment]
    assert prepared.run(least=None) == []
