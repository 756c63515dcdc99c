from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run_race(what: str, count: int, folder: Path, **variables: str) -> dict[str, object]:
    """The result of a race in processes of their own, over a database of its own."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", **variables}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.race", what, str(count)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture
def postgres_url() -> str:
    """A new, empty database on the PostgreSQL of this run."""
    url = os.environ["DATABASE_URL"]
    name = f"race_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def test_two_moderators_on_sqlite_decide_each_comment_once(tmp_path: Path) -> None:
    assert run_race("decide", 200, tmp_path) == {
        "codes": {"201": 200, "409": 200},
        "comments": 200,
        "decisions": 200,
        "changes": 200,
        "counter_is_right": True,
    }


@pytest.mark.services
def test_two_moderators_on_postgresql_decide_each_comment_once(tmp_path: Path, postgres_url: str) -> None:
    variables = {"DATABASE_URL": postgres_url, "REDIS_URL": os.environ["REDIS_URL"]}
    assert run_race("decide", 200, tmp_path, **variables) == {
        "codes": {"201": 200, "409": 200},
        "comments": 200,
        "decisions": 200,
        "changes": 200,
        "counter_is_right": True,
    }


def taking_is_right() -> dict[str, object]:
    """Eight moderators got twenty comments each, no comment twice, and together the top of the queue."""
    return {"codes": {"303": 8}, "each": [20] * 8, "twice": 0, "leases": 160, "is_top": True}


def test_eight_moderators_on_sqlite_taking_at_once_share_no_comment(tmp_path: Path) -> None:
    assert run_race("take", 200, tmp_path) == taking_is_right()


@pytest.mark.services
def test_eight_moderators_on_postgresql_taking_at_once_share_no_comment(tmp_path: Path, postgres_url: str) -> None:
    variables = {"DATABASE_URL": postgres_url, "REDIS_URL": os.environ["REDIS_URL"]}
    assert run_race("take", 200, tmp_path, **variables) == taking_is_right()


def test_eight_processes_posting_on_sqlite_at_once_lose_nothing(tmp_path: Path) -> None:
    assert run_race("post", 20, tmp_path) == {
        "codes": {"201": 160},
        "comments": 160,
        "decisions": 0,
        "changes": 0,
        "counter_is_right": True,
    }


def merge_is_right(result: dict[str, object], count: int) -> bool:
    """Whether every comment and every decision is there once, whoever of the two moderators was first."""
    return result == {
        "codes": {"201": 4 * count, "409": count},
        "comments": 4 * count,
        "decisions": count,
        "changes": count,
        "counter_is_right": True,
        "keys": ["other"],
        "merge_exit_code": 0,
    }


@pytest.mark.slow
def test_posting_and_deciding_on_sqlite_while_the_article_is_merged_loses_nothing(tmp_path: Path) -> None:
    result = run_race("merge", 10, tmp_path)
    assert merge_is_right(result, 10), result


@pytest.mark.services
def test_posting_and_deciding_on_postgresql_while_the_article_is_merged_loses_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    variables = {"DATABASE_URL": postgres_url, "REDIS_URL": os.environ["REDIS_URL"]}
    result = run_race("merge", 10, tmp_path, **variables)
    assert merge_is_right(result, 10), result
