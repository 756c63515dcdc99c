"""Eight kinds of bad flagger (one of them in two strengths) in a real worker that some of them kill."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.models import Finding
from moderation.tasks import screen_comment_task, sweep_unscreened_task
from tests.factories import make_article, make_comment
from tests.services.bad_flaggers import BAD

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 100


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with two processes on the database and broker of this test."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.services.bad_flaggers_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
    }
    command = ["celery", "--quiet", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "CRITICAL"]
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.services
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_bad_flaggers_in_a_real_worker_every_comment_stays_in_the_queue_and_the_good_one_speaks(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A message carries the limits of the task. The same order as in real use: soft limit, hard limit, lease.
    monkeypatch.setattr(screen_comment_task, "soft_time_limit", 2)
    monkeypatch.setattr(screen_comment_task, "time_limit", 3)
    article = make_article()
    comments = {make_comment(article).pk for _ in range(count)}
    with worker() as process:
        start = time.monotonic()
        deadline = start + PATIENCE_S
        while Comment.objects.unscreened().exists() and time.monotonic() < deadline:
            assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
            sweep_unscreened_task()
            time.sleep(1)
        assert process.poll() is None
        print(f"{count} comments, {len(BAD)} bad flaggers: all were looked at {time.monotonic() - start:.0f} s later")  # noqa: T201

    assert set(Comment.objects.unscreened().values_list("pk", flat=True)) == set()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert set(Comment.objects.waiting().values_list("pk", flat=True)) == comments
    for kind in BAD:
        found = Finding.objects.filter(flagger=kind.__name__.lower())
        assert found.count() == count
        assert set(found.values_list("outcome", flat=True)) <= {CheckOutcome.FAILED, CheckOutcome.NOT_RUN}
        assert found.filter(outcome=CheckOutcome.FAILED).exists()
        assert not found.filter(outcome=CheckOutcome.NOT_RUN, attempts__gt=0).exists()
    well = Finding.objects.filter(flagger="well")
    assert (well.count(), set(well.values_list("outcome", flat=True))) == (count, {CheckOutcome.CLEAR})
