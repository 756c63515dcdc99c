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
    """Of a task that screens, in seconds, in the order of real use: soft, hard, lease. How often is swept, and the promise."""

    soft: int
    hard: int
    lease: int
    sweep: int
    patience: int


REAL = Limits(soft=6, hard=9, lease=12, sweep=10, patience=60)
SHORT = Limits(soft=1, hard=2, lease=3, sweep=1, patience=60)


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


def screen(article: Article, count: int, flaggers: tuple[type[Asynchronous], ...], limits: Limits) -> float:
    """Post so many comments; the seconds from the first one on until all were looked at."""
    before = set(Comment.objects.values_list("pk", flat=True))
    with worker(flaggers, limits) as process:
        start, swept = time.monotonic(), 0.0
        comments = before | {make_comment(article, body=f"{WORDS * 3} {number}").pk for number in range(count)}
        while Comment.objects.unscreened().exists() and time.monotonic() < start + limits.patience:
            assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
            if time.monotonic() > swept + limits.sweep:
                sweep_unscreened_task()
                swept = time.monotonic()
            time.sleep(0.3)
        took = time.monotonic() - start
        assert process.poll() is None
    assert set(Comment.objects.unscreened().values_list("pk", flat=True)) == set()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
    return took


def p95_of_the_good(article: Article) -> float:
    """What those that are well took of the processor for a comment, in milliseconds."""
    rows = Finding.objects.filter(comment__article=article, flagger="works")
    took = [int(row.parameters["took"]) / 1_000 for row in rows]
    return statistics.quantiles(took, n=20)[-1]


@pytest.mark.services
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("count", "limits"), [(10, SHORT), pytest.param(100, REAL, marks=pytest.mark.slow)])
def test_bad_flaggers_in_a_real_worker_every_comment_stays_in_the_queue_and_the_good_ones_speak(
    count: int, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A message carries the limits of the task.
    monkeypatch.setattr(screen_comment_task, "soft_time_limit", limits.soft)
    monkeypatch.setattr(screen_comment_task, "time_limit", limits.hard)
    article, quiet = make_article(), make_article()
    took = screen(article, count, (*BAD, *GOOD), limits)
    said = f"{count} comments, {len(BAD)} bad flaggers: all were looked at {took:.0f} s later"

    for bad in BAD:
        found = Finding.objects.filter(flagger=bad.__name__.lower())
        assert found.count() == count
        assert set(found.values_list("outcome", flat=True)) <= {CheckOutcome.FAILED, CheckOutcome.NOT_RUN}
        assert found.filter(outcome=CheckOutcome.FAILED).exists()
        assert not found.filter(outcome=CheckOutcome.NOT_RUN, attempts__gt=0).exists()
    for good in GOOD:
        found = Finding.objects.filter(flagger=good.__name__.lower())
        assert (found.count(), set(found.values_list("outcome", flat=True))) == (count, {CheckOutcome.CLEAR})

    if limits is REAL:
        alone = screen(quiet, count, GOOD, limits)
        beside, by_themselves = p95_of_the_good(article), p95_of_the_good(quiet)
        said += f", {alone:.0f} s without them; the good ones' p95 {beside:.1f} ms, {by_themselves:.1f} ms without them"
        assert beside < 1.2 * by_themselves
    print(said)  # noqa: T201
