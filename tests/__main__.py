"""`python -m tests [pytest args]`: the suite on SQLite, then the suite with PostgreSQL and Redis.

Arguments go to both. Exit code 0 when nothing failed. Without the servers the second half is left out loudly, and
counts as failed where CI or REQUIRE_SERVICES is set.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.services.servers import ServerMissingError, run_servers

PASSED, NO_TESTS = 0, 5  # exit codes of pytest
MOST_WORKERS = 4


def main(arguments: list[str]) -> int:
    """Both halves, whatever the first one says; then one line for each."""
    on_sqlite = run_half("SQLite", arguments, {})
    try:
        with run_servers() as servers:
            variables = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "TEST_SERVICES": "1"}
            on_services = run_half("PostgreSQL and Redis", arguments, variables)
    except ServerMissingError as error:
        print(f"\n!!! NOT TESTED on PostgreSQL and Redis: {error}", flush=True)
        on_services = 1 if is_required() else NO_TESTS
    print(f"\nSQLite: {in_words(on_sqlite)}\nPostgreSQL and Redis: {in_words(on_services)}", flush=True)
    codes = {on_sqlite, on_services}
    return 0 if codes <= {PASSED, NO_TESTS} and PASSED in codes else 1


def run_half(title: str, arguments: list[str], variables: dict[str, str]) -> int:
    """One pytest run in a process of its own. Returns its exit code."""
    print(f"\n=== {title} ===", flush=True)
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment = inherited | {"TEST_HALF": title} | variables
    return subprocess.run(
        [sys.executable, "-m", "pytest", *parallel(arguments), *arguments], env=environment, check=False
    ).returncode


def parallel(arguments: list[str]) -> list[str]:
    """Several processes for the whole suite; one for a chosen part, which is mostly small."""
    if set(arguments) - {"--everything"}:
        return []
    return ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "worksteal"]


def is_required() -> bool:
    """Whether leaving something out is a failure."""
    return bool(os.environ.get("CI") or os.environ.get("REQUIRE_SERVICES"))


def in_words(code: int) -> str:
    """What an exit code of pytest means."""
    return {PASSED: "passed", NO_TESTS: "nothing was run"}.get(code, "FAILED")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
