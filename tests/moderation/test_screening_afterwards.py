"""The asynchronous stage: each flagger gets its turn, however the others end, and a lost message is only a delay."""

from __future__ import annotations

import datetime
import logging
import time

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from comments import hints
from comments.enums import ActorKind, ArticleMode, CheckOutcome, Status
from comments.lifecycle import Actor, set_status
from comments.models import Comment
from comments.screening import ScreeningInput
from comments.services.posting import revise_comment
from comments.services.screening import find_unscreened, mark_screened, stored_screening_input
from moderation.flaggers.guard import CRASHED, RUNNING, TOO_HUNGRY, TOO_SLOW
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.registry import added
from moderation.models import Finding as FindingRow
from moderation.services.screening import screen_stored_comment
from moderation.tasks import screen_comment_task, sweep_unscreened_task
from tests.factories import make_article, make_comment, make_site
from tests.moderation.screening import LEASE_OVER, Remembers, crash, is_screened, outcomes
from tests.services.bad_flaggers import ANSWERING, MEBIBYTE, Asynchronous, EatsMemory, GoesDown, RunsOutOfTime, Well

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_added_flaggers")]

DAY = datetime.timedelta(days=1)


def test_screen_stored_comment_flags_inform_and_move_nothing() -> None:
    comment = make_comment(make_article())
    with added(Remembers()):
        assert screen_stored_comment(comment.pk)
    assert outcomes(comment) == {"remembers": CheckOutcome.FLAGGED}
    assert is_screened(comment)
    assert comment.status == Status.PENDING


def test_screen_stored_comment_flag_on_a_published_comment_leaves_it_published() -> None:
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED))
    with added(Remembers()):
        screen_stored_comment(comment.pk)
    assert is_screened(comment)
    assert comment.status == Status.APPROVED


def test_screen_stored_comment_again_asks_nobody_twice() -> None:
    comment, remembers = make_comment(make_article()), Remembers()
    with added(remembers):
        screen_stored_comment(comment.pk)
        screen_stored_comment(comment.pk)
    assert len(remembers.shown) == 1
    assert FindingRow.objects.count() == 1


def test_screen_stored_comment_new_revision_is_looked_at_anew() -> None:
    comment, remembers = make_comment(make_article(), body="Erste Fassung"), Remembers()
    with added(remembers):
        screen_stored_comment(comment.pk)
        revise_comment(comment=comment, body="Zweite Fassung")
        assert find_unscreened(older_than=datetime.timedelta(0), limit=9) == [comment.pk]
        screen_stored_comment(comment.pk)
    assert [shown.body for shown, _site in remembers.shown] == ["Erste Fassung", "Zweite Fassung"]
    assert list(FindingRow.objects.values_list("revision", flat=True).order_by("revision")) == [1, 2]
    assert is_screened(comment)


def test_screen_stored_comment_that_is_gone_is_no_error() -> None:
    assert screen_stored_comment(4711)


@pytest.mark.parametrize("kind", ANSWERING)
def test_screen_stored_comment_bad_answer_is_a_failed_finding(
    kind: type[Asynchronous], caplog: pytest.LogCaptureFixture
) -> None:
    comment = make_comment(make_article(), body="Ein Satz mit Geheimwort.")
    bad = kind()
    with added(bad, Well()), caplog.at_level(logging.DEBUG):
        screen_stored_comment(comment.pk)
    assert outcomes(comment) == {bad.name: CheckOutcome.FAILED, "well": CheckOutcome.CLEAR}
    assert is_screened(comment)
    assert Comment.objects.waiting().get() == comment
    assert "Geheimwort" not in caplog.text


def test_screen_stored_comment_flagger_that_eats_memory_fails_and_the_process_lives(settings: Settings) -> None:
    settings.MODERATION_FLAGGER_MEMORY_BYTES = 128 * MEBIBYTE
    comment = make_comment(make_article())
    with added(EatsMemory(), Well()):
        screen_stored_comment(comment.pk)
    assert outcomes(comment) == {"eatsmemory": CheckOutcome.FAILED, "well": CheckOutcome.CLEAR}
    assert FindingRow.objects.get(flagger="eatsmemory").message == TOO_HUNGRY
    assert len(bytearray(192 * MEBIBYTE)) > 0  # the limit was for the flagger alone


def test_screen_stored_comment_out_of_time_gives_that_flagger_up_and_leaves_the_rest_for_another_task() -> None:
    comment = make_comment(make_article())
    with added(RunsOutOfTime(), Well()):
        assert not screen_stored_comment(comment.pk)
        assert FindingRow.objects.get(flagger="runsoutoftime").message == TOO_SLOW
        assert not is_screened(comment)
        assert screen_stored_comment(comment.pk)
    assert outcomes(comment) == {"runsoutoftime": CheckOutcome.FAILED, "well": CheckOutcome.CLEAR}
    assert is_screened(comment)


def test_screen_stored_comment_process_ends_others_speak_first_next_time_and_two_attempts_are_the_end() -> None:
    article, start = make_article(), timezone.now()
    with added(Well()):
        screen_stored_comment(make_comment(article).pk)
    comment = make_comment(article)
    with added(GoesDown(), Well()), time_machine.travel(start) as clock:
        crash(comment)
        row = FindingRow.objects.get(comment=comment, flagger="goesdown")
        assert (row.outcome, row.attempts, row.message) == (CheckOutcome.NOT_RUN, 1, RUNNING)

        # At once again, as when the broker hands the message to another worker: somebody may still be at it.
        assert screen_stored_comment(comment.pk)
        assert outcomes(comment) == {"goesdown": CheckOutcome.NOT_RUN, "well": CheckOutcome.CLEAR}
        assert not is_screened(comment)

        clock.move_to(start + LEASE_OVER)
        crash(comment)
        row.refresh_from_db()
        assert row.attempts == 2

        clock.move_to(start + 2 * LEASE_OVER)
        assert screen_stored_comment(comment.pk)
        row.refresh_from_db()
        assert (row.outcome, row.message) == (CheckOutcome.FAILED, CRASHED)
        assert is_screened(comment)
    assert comment in Comment.objects.waiting()


def test_screen_stored_comment_after_its_process_ended_waits_for_nobody() -> None:
    comment = make_comment(make_article())
    with added(GoesDown(), Well()):
        crash(comment)
        with pytest.raises(GoesDown.ProcessEndedError):
            screen_stored_comment(comment.pk, is_after_crash=True)
        assert outcomes(comment) == {"goesdown": CheckOutcome.NOT_RUN, "well": CheckOutcome.CLEAR}
        assert screen_stored_comment(comment.pk, is_after_crash=True)
    row = FindingRow.objects.get(comment=comment, flagger="goesdown")
    assert (row.outcome, row.message, row.attempts) == (CheckOutcome.FAILED, CRASHED, 2)
    assert is_screened(comment)


def test_screen_stored_comment_begun_before_comes_last_so_that_others_have_spoken_when_it_crashes_again() -> None:
    comment, start = make_comment(make_article()), timezone.now()
    with added(GoesDown(), Well()), time_machine.travel(start) as clock:
        crash(comment)
        clock.move_to(start + LEASE_OVER)
        crash(comment)
    assert outcomes(comment) == {"goesdown": CheckOutcome.NOT_RUN, "well": CheckOutcome.CLEAR}


def test_screen_stored_comment_shows_other_recent_texts_of_the_site_alone() -> None:
    article, elsewhere = make_article(), make_article(make_site())
    with time_machine.travel(timezone.now() - 4 * DAY):
        make_comment(article, body="Zu lange her")
    make_comment(elsewhere, body="Anderswo")
    other = make_comment(article, body="Vorher")
    revise_comment(comment=other, body="Nachher")
    comment, remembers = make_comment(article, body="Jetzt"), Remembers()
    with added(remembers):
        screen_stored_comment(comment.pk)
    (_shown, site), *_ = remembers.shown
    assert [(text.comment, text.body, text.by_same_author) for text in site.recent_texts] == [
        (other.public_id, "Nachher", False)
    ]


def test_screen_stored_comment_number_of_queries_does_not_depend_on_the_site(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    with added(Well()):
        screen_stored_comment(make_comment(article).pk)
        for others in (1, 3):
            comment = [make_comment(article) for _ in range(others + 1)][-1]
            forget_knowledge()
            with django_assert_num_queries(16):
                screen_stored_comment(comment.pk)


def test_stored_screening_input_is_what_was_known_when_it_was_posted() -> None:
    article = make_article()
    parent = make_comment(article, body="Die Frage", status=Status.APPROVED)
    reply = Comment.objects.with_context().get(pk=make_comment(article, body="Die Antwort", parent=parent).pk)
    assert stored_screening_input(reply) == ScreeningInput(
        site=article.site.slug,
        article_key=article.key,
        article_title=article.title,
        language=reply.language,
        mode="pre",
        body="Die Antwort",
        author_name="Hanna Kuhl",
        author_kind="guest",
        revision=1,
        parent_body="Die Frage",
    )


def test_mark_screened_never_goes_back() -> None:
    comment = make_comment(make_article())
    mark_screened(comment_id=comment.pk, revision=2)
    mark_screened(comment_id=comment.pk, revision=1)
    comment.refresh_from_db()
    assert comment.screened_revision == 2


# --- Messages and the sweep


def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """What goes to the broker, which is what stands beyond our edge."""
    sent: list[tuple[str, tuple[int, ...]]] = []
    for task in (screen_comment_task, sweep_unscreened_task):
        monkeypatch.setattr(
            task, "apply_async", lambda args, *, _name=task.name, **_options: sent.append((_name, args))
        )
    return sent


def test_post_and_revise_hint_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent = published(monkeypatch)
    with django_capture_on_commit_callbacks(execute=True):
        comment = make_comment(make_article(), body="Erste Fassung")
        assert hints.wait_for_hints(5)
        assert sent == []
    assert hints.wait_for_hints(5)
    assert sent == [(screen_comment_task.name, (comment.pk,))]
    with django_capture_on_commit_callbacks(execute=True):
        revise_comment(comment=comment, body="Zweite Fassung")
    assert hints.wait_for_hints(5)
    assert sent == [(screen_comment_task.name, (comment.pk,))] * 2


def test_hint_broker_that_hangs_and_then_fails_delays_nothing_and_drops_what_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[tuple[int, ...]] = []

    def fail_slowly(args: tuple[int, ...], **_options: object) -> None:
        tried.append(args)
        time.sleep(0.5)
        raise ConnectionError("nobody there")

    monkeypatch.setattr(screen_comment_task, "apply_async", fail_slowly)
    start = time.perf_counter()
    for number in range(100):
        hints._messenger.take(screen_comment_task, (number,))
    assert time.perf_counter() - start < 0.4
    assert hints.wait_for_hints(5)
    assert tried == [(0,)]
    assert "100 are left to the sweep" in caplog.text


def test_hint_works_again_when_the_broker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = published(monkeypatch)
    hints._messenger.take(screen_comment_task, (1,))
    assert hints.wait_for_hints(5)
    assert sent == [(screen_comment_task.name, (1,))]


def test_sweep_hands_out_what_nobody_has_screened_oldest_first(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    article = make_article()
    with time_machine.travel(timezone.now() - DAY):
        screened, *lost = [make_comment(article) for _ in range(4)]
    make_comment(article)  # too young: its own message is under way
    mark_screened(comment_id=screened.pk, revision=1)
    sent = published(monkeypatch)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_unscreened_task()
    assert hints.wait_for_hints(5)
    assert sent == [(screen_comment_task.name, (comment.pk,)) for comment in lost]


def test_screen_comment_task_out_of_time_asks_for_another_one(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    comment = make_comment(make_article())
    sent = published(monkeypatch)
    with added(RunsOutOfTime(), Well()), django_capture_on_commit_callbacks(execute=True):
        screen_comment_task(comment.pk)
    assert hints.wait_for_hints(5)
    assert sent == [(screen_comment_task.name, (comment.pk,))]


def test_screen_comment_task_of_a_judged_comment_leaves_the_judgement() -> None:
    comment = make_comment(make_article())
    set_status(
        comment.pk,
        Status.REJECTED,
        actor=Actor(ActorKind.MODERATOR),
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    with added(Remembers()):
        screen_comment_task(comment.pk)
    assert is_screened(comment)
    assert comment.status == Status.REJECTED
