"""Measure what readers who post notice of mail servers that are slow, break off, greylist or refuse: it should be nothing.

    .venv/bin/python -m bench.mail_servers        # SQLite; DATABASE_URL names an empty PostgreSQL database instead

Two processes send mails all the time: in some spells to domains that are fast, in others to as many that are not. Meanwhile
comments are posted through the API, one after the other. Printed are the median and the 95th percentile of a post in either
kind of spell, in milliseconds, and the second as a multiple of the first.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPELLS = 8
POSTS_A_SPELL, MAILS_A_SPELL, WORKERS = 60, 150, 2
STALL_S = 4
LIMIT = 1.1
DOMAINS = {
    "fast": tuple(f"quick{number}.example" for number in range(6)),
    "faulty": tuple(f"{kind}.example" for kind in ("slow", "grey", "refusing", "dropping", "full", "suspicious")),
}


def main() -> int:
    """Print the figures; 1 where posting takes more than 10 percent longer at the 95th percentile."""
    from tests.comments.smtp_sink import run_sink  # noqa: PLC0415 - not for the other processes

    with tempfile.TemporaryDirectory() as folder, run_sink(stall_s=STALL_S) as sink:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "tests.flows.mail_chaos_settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bench.mail_servers"]
        reader = subprocess.Popen([*command, "post"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        while not Path(folder, "ready").exists() and reader.poll() is None:
            time.sleep(0.1)
        workers = [subprocess.Popen([*command, "send"], cwd=ROOT, env=environment) for _ in range(WORKERS)]
        output, _errors = reader.communicate()
        for worker in workers:
            worker.wait(timeout=60)
        if reader.returncode:
            return 1
    return _print(json.loads(output.splitlines()[-1]))


def _print(taken: dict[str, list[float]]) -> int:
    print(f"{'mail servers':14}{'posts':>8}{'median':>10}{'p95':>10}")
    for kind, values in taken.items():
        print(f"{kind:14}{len(values):>8}{statistics.median(values):>10.1f}{_p95(values):>10.1f}")
    ratio = _p95(taken["faulty"]) / _p95(taken["fast"])
    print(f"p95 with faulty servers is {ratio:.2f} times that with fast ones; at most {LIMIT:.2f}.")
    return int(ratio > LIMIT)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def post() -> None:
    """The reader: spell after spell, have mails due, and post meanwhile."""
    import django  # noqa: PLC0415 - in this process only

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()
    from django.test import Client  # noqa: PLC0415 - needs django.setup()

    from comments.enums import Scope  # noqa: PLC0415 - needs django.setup()
    from comments.models import Lane, Outbox, Suppression  # noqa: PLC0415 - needs django.setup()
    from comments.services.identity import Identity  # noqa: PLC0415 - needs django.setup()
    from comments.services.outbox import beat  # noqa: PLC0415 - needs django.setup()
    from comments.services.subscriptions import Wish, subscribe  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_article  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", verbosity=0)
    article = make_article()
    address = f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"
    client = Client(SERVER_NAME="localhost")
    beat()
    Path(settings.DATA_DIR, "ready").touch()
    taken: dict[str, list[float]] = {kind: [] for kind in DOMAINS}
    for spell in range(SPELLS):
        kind = list(DOMAINS)[spell % 2]
        for number in range(MAILS_A_SPELL):
            email = f"reader{spell}.{number}@{DOMAINS[kind][number % len(DOMAINS[kind])]}"
            subscribe(
                Wish(site=article.site, scope=Scope.SITE, email=email), identity=Identity(network=f"{spell} {number}")
            )
        for number in range(POSTS_A_SPELL):
            body = {"body": f"Text {number} of spell {spell}", "name": "Hanna Kuhl"}
            begun = time.perf_counter()
            answer = client.post(address, body, content_type="application/json", REMOTE_ADDR=f"198.18.{spell}.{number}")
            taken[kind].append((time.perf_counter() - begun) * 1_000)
            if answer.status_code != 201:
                sys.exit(f"A post was answered {answer.status_code}: {answer.content!r}")
        # The next spell begins with nothing to do.
        Outbox.objects.all().delete()
        Lane.objects.all().delete()
        Suppression.objects.all().delete()
    Path(settings.DATA_DIR, "stop").touch()
    print(json.dumps(taken))


def send() -> None:
    """A worker: send what is due until told to stop."""
    import django  # noqa: PLC0415 - in this process only

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs django.setup()

    from comments.services import outbox  # noqa: PLC0415 - needs django.setup()

    stop = Path(settings.DATA_DIR, "stop")
    while not stop.exists():
        waiting = outbox.lease_due()
        while waiting and not stop.exists():
            lane = outbox.deliver(*waiting.pop(0))
            if lane is not None:
                waiting += outbox.lease_after(lane)
        time.sleep(0.05)


if __name__ == "__main__":
    roles = {"post": post, "send": send}
    sys.exit(roles[sys.argv[1]]() if len(sys.argv) > 1 else main())
