from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from comments import hints
from comments.conf import Limit
from comments.enums import ArticleMode, Sort, Status
from comments.exceptions import DiscussionClosedError, InvalidInputError, TooManyRequestsError
from comments.models import Article, Author, Comment, Vote
from comments.ranking import wilson_lower_bound
from comments.receivers import RANK_PAUSE_S
from comments.services.identity import Identity
from comments.services.voting import cast_vote, rank_article, take_vote_back, voted_comment_ids
from comments.tasks import purge_task, rank_article_task
from comments.threads import read_page
from tests.comments.readers import guest, published, votes_of
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


MINUTE = datetime.timedelta(minutes=1)


def version_of(comment: Comment) -> int:
    return Article.objects.get(pk=comment.article_id).version


# --- The service


def test_vote_of_a_guest_counts_once_and_changes_what_everybody_sees() -> None:
    comment = published()
    before = version_of(comment)

    ballot = cast_vote(comment=comment, identity=Identity(network="n"))

    assert (ballot.votes, ballot.voted) == (1, True)
    assert ballot.reader is not None
    assert (ballot.reader.kind, ballot.reader.name, ballot.reader.site) == ("guest", "", comment.site)
    assert votes_of(comment) == (1, 1)
    assert version_of(comment) == before + 1
    again = cast_vote(comment=comment, identity=Identity(author=ballot.reader))
    assert (again.votes, again.reader) == (1, ballot.reader)
    assert votes_of(comment) == (1, 1)
    assert version_of(comment) == before + 1


def test_vote_taken_back_twice_is_gone_once() -> None:
    comment = published()
    readers = [guest(comment), guest(comment)]
    for reader in readers:
        cast_vote(comment=comment, identity=Identity(author=reader))
    before = version_of(comment)

    ballots = [take_vote_back(comment=comment, identity=Identity(author=readers[0])) for _ in range(2)]

    assert [(ballot.votes, ballot.voted) for ballot in ballots] == [(1, False), (1, False)]
    assert votes_of(comment) == (1, 1)
    assert comment.votes.get().author == readers[1]
    assert version_of(comment) == before + 1


def test_vote_taken_back_by_a_stranger_makes_nobody_and_takes_nothing() -> None:
    comment = published()
    cast_vote(comment=comment, identity=Identity(network="n"))
    authors = Author.objects.count()

    ballot = take_vote_back(comment=comment, identity=Identity(network="n"))

    assert (ballot.votes, ballot.voted, ballot.reader) == (1, False, None)
    assert (votes_of(comment), Author.objects.count()) == ((1, 1), authors)


def test_vote_of_an_account_makes_one_author_that_gets_its_name_with_the_first_comment() -> None:
    comment, user = published(), make_user(name="Ada Lund")
    identity = Identity(user=user, network="n")

    cast_vote(comment=comment, identity=identity)

    reader = Author.objects.get(user=user)
    assert (reader.kind, reader.name, reader.email) == ("user", "", user.email)
    written = make_comment(comment.article, identity=identity, name="")
    assert written.author == reader
    assert written.author_name == "Ada Lund"
    assert Author.objects.get(user=user).name == "Ada Lund"


def test_first_comment_of_an_account_that_voted_may_not_bear_the_editorial_teams_name() -> None:
    comment, user = published(), make_user()
    identity = Identity(user=user)
    cast_vote(comment=comment, identity=identity)
    with pytest.raises(InvalidInputError) as refusal:
        make_comment(comment.article, identity=identity, name="Redaktion")
    assert refusal.value.field == "name"
    assert Author.objects.get(user=user).name == ""


def test_vote_in_a_browser_that_was_a_guests_before_belongs_to_the_account_and_is_one() -> None:
    comment = published()
    reader = guest(comment)
    cast_vote(comment=comment, identity=Identity(author=reader))
    user = make_user()
    identity = Identity(user=user, author=reader)

    assert cast_vote(comment=comment, identity=identity).votes == 1
    other = published(comment.article)
    assert cast_vote(comment=other, identity=identity).reader == Author.objects.get(user=user)
    assert take_vote_back(comment=comment, identity=identity).votes == 0


def test_vote_for_ones_own_comment_is_refused_to_account_and_guest() -> None:
    user, article = make_user(name="Ada Lund"), make_article()
    by_account = published(article, identity=Identity(user=user))
    by_guest = published(article)
    for comment, identity in ((by_account, Identity(user=user)), (by_guest, Identity(author=by_guest.author))):
        with pytest.raises(InvalidInputError, match="your own comment"):
            cast_vote(comment=comment, identity=identity)
        assert votes_of(comment) == (0, 0)


def test_vote_in_a_paused_discussion_is_refused_and_in_an_ended_one_taken() -> None:
    comment = published()
    comment.article.mode = ArticleMode.READ_ONLY
    for act in (cast_vote, take_vote_back):
        with pytest.raises(DiscussionClosedError, match="paused"):
            act(comment=comment, identity=Identity(network="n"))
    assert votes_of(comment) == (0, 0)
    assert not Author.objects.filter(name="").exists()
    comment.article.mode = ArticleMode.CLOSED
    assert cast_vote(comment=comment, identity=Identity(network="n")).votes == 1


def test_vote_for_a_comment_taken_away_meanwhile_leaves_nothing() -> None:
    comment = published()
    Comment.objects.filter(pk=comment.pk).update(status=Status.REMOVED, public_html="")
    with pytest.raises(InvalidInputError, match="no longer there"):
        cast_vote(comment=comment, identity=Identity(network="n"))
    assert votes_of(comment) == (0, 0)
    assert not Author.objects.filter(name="").exists()


def test_votes_faster_than_the_limit_are_refused_and_not_stored(settings: Settings) -> None:
    settings.COMMENTS_VOTE_LIMITS = {
        "author": (Limit(2, MINUTE * 60 * 24 * 365),),
        "network": (Limit(3, MINUTE * 60 * 24 * 365),),
        "new_readers": (Limit(9, MINUTE),),
    }
    article = make_article()
    comments = [published(article) for _ in range(4)]
    readers = [guest(comments[0]), guest(comments[0])]
    assert [cast_vote(comment=comments[n], identity=Identity(author=readers[0])).votes for n in (0, 1)] == [1, 1]
    with pytest.raises(TooManyRequestsError):
        cast_vote(comment=comments[2], identity=Identity(author=readers[0]))
    for comment in comments[:3]:
        cast_vote(comment=comment, identity=Identity(network="n"))
    with pytest.raises(TooManyRequestsError):
        cast_vote(comment=comments[3], identity=Identity(author=readers[1], network="n"))
    assert [votes_of(comment) for comment in comments] == [(2, 2), (2, 2), (1, 1), (0, 0)]


def test_new_readers_of_one_network_are_ten_a_day_and_then_asked_to_sign_in() -> None:
    comment = published()
    for _ in range(10):
        cast_vote(comment=comment, identity=Identity(network="one"))
    with pytest.raises(TooManyRequestsError, match=r"Netz|network"):
        cast_vote(comment=comment, identity=Identity(network="one"))
    assert votes_of(comment) == (10, 10)
    cast_vote(comment=comment, identity=Identity(user=make_user(), network="one"))
    cast_vote(comment=comment, identity=Identity(network="two"))
    assert votes_of(comment) == (12, 12)


@pytest.mark.django_db(transaction=True)
def test_vote_sent_200_times_at_once_by_one_reader_counts_once(settings: Settings) -> None:
    unlimited = (Limit(1_000, MINUTE),)
    settings.COMMENTS_VOTE_LIMITS = dict.fromkeys(("author", "network", "new_readers"), unlimited)
    comment, user = published(), make_user()

    def send(_number: int) -> int:
        try:
            own = Comment.objects.with_context().get(pk=comment.pk)
            return cast_vote(comment=own, identity=Identity(user=user, network="n")).votes
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(200))) == {1}
    assert votes_of(comment) == (1, 1)
    assert Author.objects.filter(user=user).count() == 1


@pytest.mark.django_db(transaction=True)
def test_votes_of_many_readers_at_once_are_all_counted_and_all_taken_back_once() -> None:
    comment = published()
    readers = [guest(comment) for _ in range(24)]
    before = version_of(comment)

    def send(act: object, reader: Author) -> None:
        try:
            own = Comment.objects.with_context().get(pk=comment.pk)
            act(comment=own, identity=Identity(author=reader))  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda reader: send(cast_vote, reader), readers))
    assert votes_of(comment) == (24, 24)
    assert version_of(comment) == before + 24
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda reader: send(take_vote_back, reader), readers[:12] * 3))
    assert votes_of(comment) == (12, 12)
    assert version_of(comment) == before + 36


# --- What a reader voted for


def test_voted_comment_ids_are_those_of_all_authors_of_the_reader_under_this_article(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    comments = [published(article) for _ in range(4)]
    elsewhere = published(make_article(article.site))
    one, two, stranger = (guest(comments[0]) for _ in range(3))
    for comment, readers in ((comments[0], [one, two]), (comments[1], [two]), (comments[2], [stranger])):
        for reader in readers:
            cast_vote(comment=comment, identity=Identity(author=reader))
    cast_vote(comment=elsewhere, identity=Identity(author=one))

    with django_assert_num_queries(1):
        found = voted_comment_ids(article=article, readers=[one, two])

    assert found == sorted([comments[0].public_id, comments[1].public_id])
    with django_assert_num_queries(0):
        assert voted_comment_ids(article=article, readers=[]) == []


def test_voted_comment_ids_leave_out_what_is_no_longer_public() -> None:
    comment = published()
    reader = guest(comment)
    cast_vote(comment=comment, identity=Identity(author=reader))
    Comment.objects.filter(pk=comment.pk).update(status=Status.REMOVED, public_html="")
    assert voted_comment_ids(article=comment.article, readers=[reader]) == []


# --- Ranks


def dated(comment: Comment, published_minutes_ago: int) -> Comment:
    comment.published_at = timezone.now() - published_minutes_ago * MINUTE
    comment.save(update_fields=["published_at"])
    return comment


def voted(comment: Comment, count: int, minutes_ago: int) -> None:
    """Votes of so many new readers, cast at a moment of the past."""
    for _ in range(count):
        cast_vote(comment=comment, identity=Identity(author=guest(comment)))
    moment = timezone.now() - minutes_ago * MINUTE
    Vote.objects.filter(comment=comment).update(created_at=moment)


def test_rank_article_orders_worth_reading_by_votes_since_each_was_published() -> None:
    article = make_article()
    old, new, silent = (dated(published(article), minutes) for minutes in (600, 60, 300))
    voted(old, 5, 400)
    voted(new, 4, 30)
    before = version_of(old)

    assert rank_article(article.pk) == 2

    ranks = [Comment.objects.get(pk=comment.pk).rank for comment in (old, new, silent)]
    assert ranks == [wilson_lower_bound(5, 9), wilson_lower_bound(4, 4), 0.0]
    assert version_of(old) == before + 1
    article.refresh_from_db()
    shown = [row.public_id for row in read_page(article, sort=Sort.BEST).rows]
    assert shown == [comment.public_id for comment in (new, old, silent)]
    assert rank_article(article.pk) == 0
    assert version_of(old) == before + 1


def test_rank_article_touches_neither_other_articles_nor_what_is_not_public() -> None:
    article = make_article()
    comment, elsewhere = published(article), published(make_article(article.site))
    removed = published(article)
    for one in (comment, elsewhere, removed):
        voted(one, 2, 0)
    Comment.objects.filter(pk=removed.pk).update(status=Status.REMOVED, public_html="")
    rank_article(article.pk)
    ranks = [Comment.objects.get(pk=one.pk).rank for one in (comment, elsewhere, removed)]
    assert ranks[0] > 0
    assert ranks[1:] == [0.0, 0.0]


@pytest.mark.parametrize("count", [1, 3])
def test_rank_article_needs_no_more_queries_for_more_comments(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article = make_article()
    for _ in range(count):
        voted(published(article), 1, 0)
    with django_assert_num_queries(6):  # two reads; two writes and the two ends of their transaction
        assert rank_article(article.pk) == count


def sent_messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[int, ...], object]]:
    """What goes to the broker, which is what stands beyond our edge: the arguments and the countdown."""
    sent: list[tuple[tuple[int, ...], object]] = []
    monkeypatch.setattr(
        rank_article_task, "apply_async", lambda args, **options: sent.append((args, options.get("countdown")))
    )
    return sent


def test_votes_within_the_pause_are_one_message_that_comes_after_it(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent = sent_messages(monkeypatch)
    first, other = published(), published()
    for comment in (first, first, other):
        with django_capture_on_commit_callbacks(execute=True):
            cast_vote(comment=comment, identity=Identity(author=guest(comment)))
    assert hints.wait_for_hints(5)
    assert sent == [((first.article_id,), RANK_PAUSE_S), ((other.article_id,), RANK_PAUSE_S)]


def test_vote_that_is_rolled_back_or_none_sends_no_message(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    comment = published()
    reader = guest(comment)
    cast_vote(comment=comment, identity=Identity(author=reader))
    sent = sent_messages(monkeypatch)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        cast_vote(comment=comment, identity=Identity(author=reader))
        take_vote_back(comment=comment, identity=Identity(network="n"))
    assert callbacks == []
    assert sent == []


def test_daily_round_ranks_every_article_with_votes_of_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, stale, silent = (dated(published(), 60 * 72) for _ in range(3))
    voted(fresh, 2, 60)
    voted(stale, 2, 60 * 48)
    sent = sent_messages(monkeypatch)
    purge_task()
    assert sent == [((fresh.article_id,), None)]
    rank_article_task(fresh.article_id)
    assert [Comment.objects.get(pk=one.pk).rank > 0 for one in (fresh, stale, silent)] == [True, False, False]
