"""Measure telling the followers of an article of one comment: 10,000 against 1,000.

    .venv/bin/python -m bench.fan_out                 # SQLite; DATABASE_URL names an empty PostgreSQL database instead
    .venv/bin/python -m bench.fan_out --sizes 1000 50000

Each size has a process and a database of its own. Printed are statements, time, the peak of Python's own memory and of the
process while one comment is fanned out, and how often each is that of the smallest size: statements and time should grow
as the followers do, memory should not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = [1_000, 10_000]
FIGURES = ("statements", "seconds", "python MiB", "process MiB")
ROUNDS = 3
BATCH = 500
MEBIBYTE = 1024 * 1024
# So much more than as the followers may statements and time grow, and memory at all.
LINEAR, FLAT = 1.3, 1.5


def main() -> int:
    """Print the table; 1 where a figure grows more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--measure", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(_measure(arguments.measure)))
        return 0
    sizes = sorted(arguments.sizes)
    figures = {size: _run(size) for size in sizes}
    print(f"{'followers':>10}" + "".join(f"{name:>24}" for name in FIGURES))
    least = figures[sizes[0]]
    for size in sizes:
        cells = (f"{figures[size][name]:>14.2f} ({figures[size][name] / least[name]:6.2f}x)" for name in FIGURES)
        print(f"{size:>10}" + "".join(f"{cell:>24}" for cell in cells))
    return _judge(sizes[-1] / sizes[0], {name: figures[sizes[-1]][name] / least[name] for name in FIGURES})


def _judge(growth: float, ratios: dict[str, float]) -> int:
    limits = {"statements": growth * LINEAR, "seconds": growth * LINEAR, "python MiB": FLAT, "process MiB": FLAT}
    missed = [
        f"{name} {ratios[name]:.2f}x, at most {limit:.2f}x" for name, limit in limits.items() if ratios[name] > limit
    ]
    print("Linear in time and statements, flat in memory." if not missed else "Grows too much: " + "; ".join(missed))
    return int(bool(missed))


def _run(size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "-m", "bench.fan_out", "--measure", str(size)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure(size: int) -> dict[str, float]:
    """Fan out comments to as many followers: the first to warm up, others for the time, the statements and the memory."""
    import django  # noqa: PLC0415 - in the process that measures only

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()
    from django.db import connection  # noqa: PLC0415 - needs django.setup()
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - needs django.setup()

    from comments.enums import Status  # noqa: PLC0415 - needs django.setup()
    from comments.models import Notification  # noqa: PLC0415 - needs django.setup()
    from comments.services.publications import fan_out  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_article, make_comment  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)
    article = make_article()
    warm, counted, traced, *timed = [make_comment(article, status=Status.APPROVED).pk for _ in range(3 + ROUNDS)]
    _follow(article.pk, article.site_id, size)
    fan_out({"comment": warm})
    seconds = []
    for pk in timed:
        begun = time.perf_counter()
        fan_out({"comment": pk})
        seconds.append(time.perf_counter() - begun)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with CaptureQueriesContext(connection) as queries:
        fan_out({"comment": counted})
    statements = len(queries)
    tracemalloc.start()
    fan_out({"comment": traced})
    peak = tracemalloc.get_traced_memory()[1]
    told = Notification.objects.filter(comment__in=[counted, traced]).count()
    if told != 2 * size:
        sys.exit(f"{told} of {2 * size} were told.")
    return {
        "statements": statements,
        "seconds": min(seconds),
        "python MiB": peak / MEBIBYTE,
        "process MiB": resident,
    }


def _follow(article_id: int, site_id: int, size: int) -> None:
    """So many confirmed followers of an article, at a thousand domains."""
    from django.utils import timezone  # noqa: PLC0415 - needs django.setup()

    from comments.enums import Proof, Scope  # noqa: PLC0415 - needs django.setup()
    from comments.models import Subscriber, Subscription  # noqa: PLC0415 - needs django.setup()

    now = timezone.now()
    for first in range(0, size, BATCH):
        numbers = range(first, min(first + BATCH, size))
        readers = [
            Subscriber(email=f"reader{number}@domain{number % 1_000}.example", language="en") for number in numbers
        ]
        Subscriber.objects.bulk_create(readers)
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=reader,
                site_id=site_id,
                article_id=article_id,
                scope=Scope.ARTICLE,
                requested_at=now,
                confirmed_at=now,
                proof=Proof.LINK,
            )
            for reader in readers
        )


if __name__ == "__main__":
    sys.exit(main())
