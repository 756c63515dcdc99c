from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from comments.enums import Status
from comments.models import Article, Comment, Site
from moderation.enums import Action, Mine
from moderation.models import Deferral, Lease
from moderation.queue import QueueFilters, QueueSort, QueueStatus, next_in_queue, queue_counts, read_rows
from moderation.services.decisions import decide, undo
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site, make_user, move
from tests.moderation.desk_pages import QUEUE, add_text, flag, html_of, ids, rows, sign_in

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

BY_ARTICLE = QueueFilters(sort=QueueSort.ARTICLE)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def names(site: Site, filters: QueueFilters, cursor: str = "", size: int = 50) -> list[str]:
    return [row.author_name for row in read_rows(site, filters, cursor, size).rows]


def waits(article: Article, name: str, hours: float, **values: object) -> Comment:
    """A comment that has waited for so many hours."""
    comment = make_comment(article, name=name)
    moment = timezone.now() - hours * HOUR
    Comment.objects.filter(pk=comment.pk).update(posted_at=moment, waiting_since=moment, **values)
    comment.refresh_from_db()
    return comment


def judge(comment: Comment, user: object, action: Action = Action.REJECT, clause: str = "respect") -> object:
    comment.refresh_from_db()
    return decide(
        comment=comment,
        moderator=user,  # type: ignore[arg-type]
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause=clause,
    )


def test_flagged_queue_holds_what_waits_and_was_flagged_in_its_latest_text() -> None:
    article = make_article()
    plain, flagged, changed = (make_comment(article, name=name) for name in ("Plain", "Flagged", "Changed"))
    approved = make_comment(article, name="Approved")
    for comment in (flagged, changed, approved):
        flag(comment, "terms", score=0.0)
    add_text(changed, "Better")
    move(approved, Status.APPROVED)

    assert names(article.site, QueueFilters(status=QueueStatus.FLAGGED)) == ["Flagged"]
    assert queue_counts(article.site)[QueueStatus.FLAGGED] == 1
    assert [(row.author_name, row.flag_count) for row in read_rows(article.site, QueueFilters()).rows] == [
        ("Plain", 0),
        ("Flagged", 1),
        ("Changed", 0),
    ]
    assert plain.risk == 0


def test_deferred_comments_leave_the_waiting_queues_until_their_moment() -> None:
    article = make_article()
    aside, back = make_comment(article, name="Aside"), make_comment(article, name="Back")
    flag(aside, "terms")
    now = timezone.now()
    Deferral.objects.create(comment=aside, until=now + HOUR)
    Deferral.objects.create(comment=back, until=now - HOUR)

    assert names(article.site, QueueFilters()) == ["Back"]
    assert names(article.site, QueueFilters(status=QueueStatus.FLAGGED)) == []
    assert names(article.site, QueueFilters(status=QueueStatus.DEFERRED)) == ["Aside"]
    counts = queue_counts(article.site)
    assert [counts[one] for one in (QueueStatus.WAITING, QueueStatus.FLAGGED, QueueStatus.DEFERRED)] == [1, 0, 1]

    Deferral.objects.filter(comment=aside).update(until=now)
    assert names(article.site, QueueFilters()) == ["Aside", "Back"]


def test_filters_narrow_by_section_language_domain_and_age() -> None:
    site = make_site()
    Site.objects.filter(pk=site.pk).update(promised_minutes=120)
    site.refresh_from_db()
    sport, culture = make_article(site), make_article(site)
    Article.objects.filter(pk=sport.pk).update(section="Sport")
    waits(sport, "Old", 3)
    waits(sport, "Middle", 1.5, language="en")
    waits(culture, "New", 0.1)
    make_comment(culture, name="Linking", body="Siehe https://www.Verein.example/spiel.")

    assert names(site, QueueFilters(section="Sport")) == ["Old", "Middle"]
    assert names(site, QueueFilters(language="en")) == ["Middle"]
    assert names(site, QueueFilters(domain="verein.example")) == ["Linking"]
    assert names(site, QueueFilters(domain="example")) == []
    assert names(site, QueueFilters(age=60)) == ["Old", "Middle"]
    assert names(site, QueueFilters(is_late=True)) == ["Old"]
    assert names(site, QueueFilters(age=60, language="de", section="Sport")) == ["Old"]
    assert names(make_site(), QueueFilters(domain="verein.example")) == []


def test_clause_filter_looks_at_findings_while_it_waits_and_at_decisions_afterwards() -> None:
    article = make_article()
    user = make_moderator(article.site)
    found, _other, rejected = (make_comment(article, name=name) for name in ("Found", "Other", "Rejected"))
    finding = flag(found, "terms")
    finding.clause = "respect"
    finding.save()
    decision = judge(rejected, user)

    assert names(article.site, QueueFilters(clause="respect")) == ["Found"]
    assert names(article.site, QueueFilters(clause="on-topic")) == []
    assert names(article.site, QueueFilters(status=QueueStatus.DECIDED, clause="respect")) == ["Rejected"]
    assert names(article.site, QueueFilters(status=QueueStatus.DECIDED, clause="on-topic")) == []

    undo(decision=decision, moderator=user)  # type: ignore[arg-type]
    assert names(article.site, QueueFilters(clause="respect")) == ["Found"]


def test_decided_by_me_starts_with_the_latest_decision_and_holds_each_comment_once() -> None:
    article = make_article()
    me, colleague = make_moderator(article.site), make_moderator(article.site)
    first, second, third, theirs = (make_comment(article, name=name) for name in ("1", "2", "3", "theirs"))
    judge(third, me)
    judge(first, me)
    judge(second, me, Action.RETURN)
    judge(theirs, colleague)
    judge(third, me, Action.RESTORE, clause="")
    mine = QueueFilters(status=QueueStatus.DECIDED, mine=Mine.DECIDED, viewer_id=me.pk)

    assert names(article.site, mine) == ["3", "2", "1"]
    page = read_rows(article.site, mine, size=2)
    assert names(article.site, mine, page.next_cursor) == ["1"]
    rejected = QueueFilters(status=QueueStatus.REJECTED, mine=Mine.DECIDED, viewer_id=me.pk)
    assert names(article.site, rejected) == ["1"]
    assert names(article.site, QueueFilters(status=QueueStatus.DECIDED)) == ["theirs", "3", "1"]


def test_rows_by_article_begin_with_the_article_that_waits_longest() -> None:
    site = make_site()
    young, old = make_article(site), make_article(site)
    waits(young, "y2", 4)
    waits(old, "o1", 9)
    waits(young, "y1", 5)
    waits(old, "o2", 1)

    page = read_rows(site, BY_ARTICLE)

    assert [(row.author_name, row.begins_article) for row in page.rows] == [
        ("o1", True),
        ("o2", False),
        ("y1", True),
        ("y2", False),
    ]
    assert names(site, QueueFilters(sort=QueueSort.ARTICLE, age=4 * 60)) == ["o1", "y1", "y2"]
    html = html_of(sign_in(make_moderator(site)).get(f"{QUEUE}?sort=article"))
    assert [html.count(f'<h2 class="mg-list__group-title" dir="auto">{one.title}') for one in (old, young)] == [1, 1]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_rows_by_article_while_others_decide_undo_and_post_skip_and_repeat_none(size: int) -> None:
    site = make_site()
    make_policy(site)
    user = make_moderator(site)
    articles = [make_article(site) for _ in range(3)]
    comments = {
        f"{letter}{number}": waits(article, f"{letter}{number}", 30 - 3 * number - at)
        for at, (letter, article) in enumerate(zip("abc", articles, strict=True))
        for number in range(4)
    }
    returning = judge(waits(articles[2], "back", 50), user)

    seen: list[str] = []
    page = read_rows(site, BY_ARTICLE, size=size)
    steps = iter([
        lambda: judge(comments["a0"], user),
        lambda: judge(comments["b0"], user),
        lambda: undo(decision=returning, moderator=user),  # type: ignore[arg-type]
        lambda: make_comment(articles[0], name="new"),
        lambda: judge(comments["c0"], user),
    ])  # fmt: skip
    gone: set[str] = set()
    while True:
        seen += [row.author_name for row in page.rows]
        if not page.next_cursor:
            break
        for step in (next(steps, None), next(steps, None)):
            if step:
                step()
        gone |= {name for name, one in comments.items() if not Comment.objects.waiting().filter(pk=one.pk).exists()}
        page = read_rows(site, BY_ARTICLE, page.next_cursor, size)

    assert len(seen) == len(set(seen))
    assert set(comments) - gone <= set(seen)
    # The order of articles stands, whatever was decided in between.
    letters = [name[0] for name in seen if name in comments]
    assert letters == sorted(letters)


def test_rows_by_article_with_a_cursor_of_another_order_are_refused_kindly() -> None:
    article = make_article()
    comment = make_comment(article)

    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?sort=article&cursor=1.2")

    assert (page.status_code, rows(page)) == (200, [comment.public_id])


def test_next_in_queue_by_article_stays_in_the_article_and_passes_over_what_a_colleague_has() -> None:
    site = make_site()
    old, young = make_article(site), make_article(site)
    o1, o2, o3 = waits(old, "o1", 9), waits(old, "o2", 1), waits(old, "o3", 0.5)
    y1 = waits(young, "y1", 5)

    assert next_in_queue(site, BY_ARTICLE, o1.public_id) == o2.public_id
    assert next_in_queue(site, BY_ARTICLE, o3.public_id) == y1.public_id
    assert next_in_queue(site, BY_ARTICLE, y1.public_id) == o1.public_id
    Lease.objects.create(comment=o2, user=make_user(), expires_at=timezone.now() + HOUR)
    assert next_in_queue(site, BY_ARTICLE, o1.public_id) == o3.public_id


@pytest.mark.parametrize("sort", list(QueueSort))
def test_rows_page_by_page_while_risk_is_found_and_comments_come_and_go(sort: QueueSort) -> None:
    article = make_article()
    comments = [make_comment(article, name=f"c{number}") for number in range(9)]
    for comment in comments[::3]:
        flag(comment, "terms", score=0.5)
    filters = QueueFilters(sort=sort)

    first = read_rows(article.site, filters, size=4)
    seen = [row.author_name for row in first.rows]
    for name in seen[:2]:
        move(Comment.objects.get(author_name=name), Status.REJECTED)
    make_comment(article, name="new")
    rest = names(article.site, filters, first.next_cursor)

    assert sorted({*seen, *rest} - {"new"}) == sorted(comment.author_name for comment in comments)
    assert len(seen + rest) == len(set(seen + rest))


@pytest.mark.parametrize("count", [1, 3])
def test_rows_take_two_queries_and_one_more_by_article(django_assert_num_queries, count: int) -> None:
    site = make_site()
    for _ in range(count):
        flag(make_comment(make_article(site)), "terms")

    with django_assert_num_queries(2):
        assert len(read_rows(site, QueueFilters(sort=QueueSort.RISK)).rows) == count
    with django_assert_num_queries(3):
        assert len(read_rows(site, BY_ARTICLE).rows) == count


def test_row_is_light_and_says_what_a_choice_needs() -> None:
    article = make_article()
    comment = make_comment(article, name="Ada", body="Erste Zeile\n\n" + "lang " * 60)
    user = make_user(name="Kim Berger")
    Lease.objects.create(comment=comment, user=user, expires_at=timezone.now() + HOUR)

    (row,) = read_rows(article.site, QueueFilters()).rows

    assert row.excerpt == ("Erste Zeile " + "lang " * 60)[:159].rstrip() + "…"
    assert (row.article.title, row.status, row.report_count, row.clause_title) == (article.title, Status.PENDING, 0, "")
    assert row.lease is not None
    assert (row.lease.user_id, row.lease.name) == (user.pk, "Kim Berger")
    assert ids(article, QueueFilters()) == [row.public_id]
