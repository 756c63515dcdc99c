"""Eight kinds of bad flagger (one of them in two strengths) in a real worker that some of them kill."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection

from comments.enums import CheckOutcome, Status
from comments.models import Article, Comment
from moderation.models import Finding
from moderation.tasks import screen_comment_task, sweep_unscreened_task
from tests.factories import make_article, make_comment
from tests.services.bad_flaggers import BAD, Asynchronous, Well, Works

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD: tuple[type[Asynchronous], ...] = (Well, Works)
WORDS = "Die alte Brücke soll weg, und niemand hat uns gefragt. Ich fahre jeden Tag darüber; "


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a task that screens, in seconds, in the order of real use: soft, hard, lease. How often is swept, and the promise. How
    many comments are posted at once, how many one after the other, and with which pause."""

    soft: int
    hard: int
    lease: int
    sweep: int
    patience: int
    count: int
    later: int
    pause: float


REAL = Limits(soft=6, hard=9, lease=12, sweep=10, patience=60, count=100, later=100, pause=0.1)
SHORT = Limits(soft=1, hard=2, lease=3, sweep=1, patience=60, count=10, later=4, pause=0.1)


@contextmanager
def worker(flaggers: tuple[type[Asynchronous], ...], limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with two processes on the database and broker of this test."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.services.bad_flaggers_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_FLAGGERS": " ".join(flagger.__name__ for flagger in flaggers),
        "TEST_LEASE_S": str(limits.lease),
    }
    command = ["celery", "--quiet", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "CRITICAL"]
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        while not current_app.control.ping(timeout=0.5):
            assert process.poll() is None
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def screen(at_once: Article, later: Article, limits: Limits, flaggers: tuple[type[Asynchronous], ...]) -> float:
    """Post so many comments at once, and so many more one after the other when these were looked at; the seconds that the
    first ones took. What hangs or kills its process is left out by then, and the others have the worker for themselves."""
    with worker(flaggers, limits) as process:
        took = post(at_once, limits.count, 0, process, limits)
        post(later, limits.later, limits.pause, process, limits)
    assert set(Comment.objects.unscreened().values_list("pk", flat=True)) == set()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    return took


def post(article: Article, count: int, pause: float, process: subprocess.Popen[bytes], limits: Limits) -> float:
    """Post so many comments with a pause after each; the seconds from the first one on until all were looked at."""
    start, swept = time.monotonic(), 0.0
    comments = set(Comment.objects.waiting().values_list("pk", flat=True))
    for number in range(count):
        comments.add(make_comment(article, body=f"{WORDS * 3} {number}").pk)
        time.sleep(pause)
    while Comment.objects.unscreened().exists() and time.monotonic() < start + limits.patience:
        assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
        if time.monotonic() > swept + limits.sweep:
            sweep_unscreened_task()
            swept = time.monotonic()
        time.sleep(0.3)
    took = time.monotonic() - start
    assert process.poll() is None
    assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
    return took


@dataclass(frozen=True, slots=True)
class Waits:
    """How long after a comment was posted one that is well had spoken of it, and how much of the processor that took it, in
    milliseconds: the median and the 95th percentile of the first, the latter of the second."""

    median: float
    p95: float
    processor: float

    def __str__(self) -> str:
        return f"{self.median:,.0f} ms, p95 {self.p95:,.0f} ms (of the processor {self.processor:.1f} ms)"


def waits_for_the_good(article: Article) -> Waits:
    rows = Finding.objects.filter(comment__article=article, flagger="works").select_related("comment")
    waited = [(row.created_at - row.comment.posted_at).total_seconds() * 1_000 for row in rows]
    took = [int(row.parameters["took"]) / 1_000 for row in rows]
    return Waits(
        statistics.median(waited), statistics.quantiles(waited, n=20)[-1], statistics.quantiles(took, n=20)[-1]
    )


@pytest.mark.services
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limits", [SHORT, pytest.param(REAL, marks=pytest.mark.slow)])
def test_bad_flaggers_in_a_real_worker_every_comment_stays_in_the_queue_and_the_good_ones_speak(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A message carries the limits of the task.
    monkeypatch.setattr(screen_comment_task, "soft_time_limit", limits.soft)
    monkeypatch.setattr(screen_comment_task, "time_limit", limits.hard)
    beside_bad, by_themselves = (make_article(), make_article()), (make_article(), make_article())
    # Those that are well are known by then, as on a site that gets a bad one.
    alone = screen(*by_themselves, limits, GOOD) if limits is REAL else 0.0
    took = screen(*beside_bad, limits, (*BAD, *GOOD))
    count = limits.count + limits.later
    screened = Finding.objects.filter(comment__article__in=beside_bad)

    for bad in BAD:
        found = screened.filter(flagger=bad.__name__.lower())
        assert found.count() == count
        assert set(found.values_list("outcome", flat=True)) <= {CheckOutcome.FAILED, CheckOutcome.NOT_RUN}
        assert found.filter(outcome=CheckOutcome.FAILED).exists()
        assert not found.filter(outcome=CheckOutcome.NOT_RUN, attempts__gt=0).exists()
    for good in GOOD:
        found = screened.filter(flagger=good.__name__.lower())
        assert (found.count(), set(found.values_list("outcome", flat=True))) == (count, {CheckOutcome.CLEAR})

    said = [f"{limits.count} comments at once, {len(BAD)} bad flaggers: all were looked at {took:.0f} s later"]
    if limits is REAL:
        said.append(f"without them {alone:.0f} s later")
        for when, *articles in zip(("at once", "later"), beside_bad, by_themselves, strict=True):
            beside, without = map(waits_for_the_good, articles)
            said.append(f"one that is well had spoken, of those {when}: after {beside}, without them after {without}")
            assert beside.processor < 1.2 * without.processor
        # Of those that came later: what hangs is left out, and what answers badly takes its time all the same.
        assert beside.median < 2 * without.median
    print("; ".join(said))  # noqa: T201
