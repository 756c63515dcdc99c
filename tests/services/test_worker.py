"""A real worker process takes messages from the broker that this half of the suite runs on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from comments.models import Heartbeat
from comments.tasks import sweep_task
from config.env import PROJECT_DIR

PATIENCE_S = 60


def database_url() -> str:
    """The test database, for a process that reads it from the environment."""
    configured = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{configured['NAME']}"
    return f"postgresql://{configured['USER']}@/{configured['NAME']}?host={configured['OPTIONS']['host']}"


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker without a schedule, on the test database."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    with (tmp_path / "worker").open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT_DIR, env=environment, stdout=output, stderr=output)
    yield process
    process.terminate()
    process.wait(PATIENCE_S)


def test_worker_given_a_sweep_leaves_its_heartbeat(worker: subprocess.Popen[bytes]) -> None:
    assert not Heartbeat.objects.exists()
    sweep_task.apply_async()

    deadline = time.monotonic() + PATIENCE_S
    while not Heartbeat.objects.exists():
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "the worker has done nothing"
        time.sleep(0.1)
