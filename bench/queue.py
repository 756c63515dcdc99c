"""Measure the first page of the desk's queue, and of everything one can make of it, among few and among a million comments.

    .venv/bin/python bench/queue.py                      # PostgreSQL, started for the run: 10,000 and 1,000,000 comments
    .venv/bin/python bench/queue.py --sqlite             # SQLite, 10,000 comments
    .venv/bin/python bench/queue.py --sizes 10000 50000  # other sizes; 10,000 of them wait

TEST_DATABASE_URL names a server that runs already: what was built there is measured again. Each page is asked for through
Django's test client, template and all. Printed are the median and the 95th percentile in milliseconds, the number of the
page's own statements when it is opened for the first time, those that write included (session and account are not
counted), and the p95 among most comments as a multiple of that among fewest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
# In place of this folder, in which this file would pass for the standard library's `queue`.
sys.path[0] = str(ROOT)

PENDING = 10_000
WARM_UP, ROUNDS = 3, 40
# The session and the account.
NOT_COUNTED = 2
BUDGET_MS, BUDGET_QUERIES, BUDGET_RATIO = 150, 12, 2

PAGES: dict[str, dict[str, str]] = {
    "first page": {},
    "newest": {"sort": "newest"},
    "risk": {"sort": "risk"},
    "by article": {"sort": "article"},
    "flagged": {"status": "flagged"},
    "deferred": {"status": "deferred"},
    "decided": {"status": "decided"},
    "decided by me": {"status": "decided", "mine": "decided"},
    "one section": {"section": "section 3"},
    "one article": {"article": "article-7"},
    "one clause": {"clause": "respect"},
    "one domain": {"domain": "host3.example"},
    "older than a day": {"age": "1440"},
    "search, common word": {"q": "wort1"},
    "search, rare word": {"q": '"kennung9999"'},
    "search, in vain": {"q": "nirgendwo"},
    "search, many beginnings": {"q": "kennung5"},
    "search in decided, common": {"status": "decided", "q": "wort1"},
    "search in decided, rare": {"status": "decided", "q": '"kennung99"'},
    "search in decided, in vain": {"status": "decided", "q": "nirgendwo"},
    "search for a phrase": {"q": '"wort1 wort2"'},
}


def main() -> None:
    """Start what is needed, build and measure in a process of its own for each size, print the table."""
    arguments = _read_arguments()
    if arguments.measure:
        _measure(arguments.measure, show_queries=arguments.explain)
        return
    if arguments.sqlite:
        with tempfile.TemporaryDirectory() as folder:
            _print_table({PENDING: _run(PENDING, f"sqlite:///{folder}/queue.sqlite3")})
        return
    from tests.services.servers import run_postgres  # noqa: PLC0415 - needs the path from above

    with run_postgres() if "TEST_DATABASE_URL" not in os.environ else _given_server() as url:
        _print_table({size: _run(size, _database(url, f"queue{size}")) for size in arguments.sizes})


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[PENDING, 1_000_000])
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument(
        "--explain", action="store_true", help="with --measure: print the queries of each page with their time"
    )
    return parser.parse_args()


def _given_server() -> AbstractContextManager[str]:
    return nullcontext(os.environ["TEST_DATABASE_URL"])


def _database(url: str, name: str) -> str:
    """The address of a database of this name on a server; it is made if it is missing."""
    import psycopg  # noqa: PLC0415 - not installed where only SQLite is measured

    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')
    address, question_mark, rest = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{question_mark}{rest}"


def _run(size: int, url: str) -> dict[str, dict[str, float]]:
    command = [sys.executable, __file__, "--measure", str(size)]
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _print_table(results: dict[int, dict[str, dict[str, float]]]) -> None:
    print(
        f"{'page':28}" + "".join(f"{f'{size:,} p50':>16}{'p95':>8}{'queries':>9}" for size in results) + f"{'ratio':>8}"
    )
    for name in PAGES | {"deep page": {}}:
        rows = [result[name] for result in results.values()]
        ratio = rows[-1]["p95"] / rows[0]["p95"]
        is_fine = rows[-1]["p95"] <= BUDGET_MS and rows[-1]["queries"] <= BUDGET_QUERIES and ratio <= BUDGET_RATIO
        cells = "".join(f"{row['p50']:16.1f}{row['p95']:8.1f}{row['queries']:9.0f}" for row in rows)
        print(f"{name:28}{cells}{ratio:8.2f}{'' if is_fine else '  over'}")


def _measure(size: int, *, show_queries: bool) -> None:
    """In a process of its own: migrate, build unless built, measure every page; the last line is the result as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django is set up by then

    # Nobody has collected the static files of a working copy.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by then

    from bench.queue_rows import build  # noqa: PLC0415 - Django is set up by then
    from comments.models import Comment  # noqa: PLC0415 - Django is set up by then

    call_command("migrate", verbosity=0)
    if Comment.objects.count() < size:
        begun = time.perf_counter()
        build(size, PENDING)
        print(f"built {size:,} comments in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    print(json.dumps(_measure_pages(show_queries=show_queries)))


def _measure_pages(*, show_queries: bool) -> dict[str, dict[str, float]]:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django is set up by then
    from django.test import Client  # noqa: PLC0415 - Django is set up by then

    from moderation.queue import QueueFilters, read_rows  # noqa: PLC0415 - Django is set up by then

    user = get_user_model().objects.get(email="bench@desk.example")
    client = Client(headers={"accept-language": "de", "host": "localhost"})
    client.force_login(user)
    site = user.desk_memberships.get().site
    cursor = ""
    for _ in range(100):
        cursor = read_rows(site, QueueFilters(), cursor).next_cursor
    pages = PAGES | {"deep page": {"cursor": cursor}}
    return {name: _time(client, name, parameters, show_queries=show_queries) for name, parameters in pages.items()}


def _time(client: object, name: str, parameters: dict[str, str], *, show_queries: bool) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415 - Django is set up by then
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - Django is set up by then

    address = f"/moderation/?{urlencode(parameters)}"
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)  # type: ignore[attr-defined]
    # Counted at once: the next request forgets them.
    count = len(queries) - NOT_COUNTED
    if response.status_code != 200:
        raise SystemExit(f"{address} gives {response.status_code}")
    if show_queries:
        for query in queries.captured_queries:
            print(f"{name}: {query['time']} s {query['sql'][:2000]}", file=sys.stderr)
    took = []
    for number in range(WARM_UP + ROUNDS):
        begun = time.perf_counter()
        client.get(address)  # type: ignore[attr-defined]
        if number >= WARM_UP:
            took.append((time.perf_counter() - begun) * 1000)
    return {"p50": median(took), "p95": quantiles(took, n=20)[-1], "queries": count}


if __name__ == "__main__":
    main()
