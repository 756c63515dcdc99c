"""Whatever happens to comments and to the processes that send: every event is mailed exactly once, to exactly the right people."""

from __future__ import annotations

import collections
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.comments.smtp_sink import Arrived, Sink, run_sink
from tests.flows.mail_recount import AT_MOST_ONCE, NEVER, ONCE
from tests.flows.test_races import ROOT, postgres_url

__all__ = ["postgres_url"]

# A mail is right when its comments were public at the moment when it was written. On a machine that is busy with the rest of
# the suite a worker has had one in hands for 20 seconds until it arrived.
HASTE_S = 30.0
_LINK = re.compile(r"/c/([0-9a-z]{12})/")


def let_loose(sink: Sink, folder: Path, *arguments: int, **variables: str) -> dict[str, Any]:
    """The result of a chaos over a database of its own, with mails to this server."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", **variables}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.flows.mail_chaos_settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.mail_chaos", *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def names_of(mail: Arrived) -> set[str]:
    """The comments that a mail of news tells of."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    return set(_LINK.findall(str(body.get_content())))


def check(result: dict[str, Any], arrived: list[Arrived]) -> None:
    """Compare what has arrived with what the recount says."""
    assert set(result["ends"]) == {0}
    assert result["failed"] == 0
    twice = len(arrived) - len({(one.recipient, one.name) for one in arrived})
    again = _check_news(result, [one for one in arrived if one.name.startswith("<news-")])
    assert twice + again <= result["kills"], "at most one duplicate for each crash"
    _check_decisions(result, [one for one in arrived if not one.name.startswith("<news-")])


def _check_news(result: dict[str, Any], arrived: list[Arrived]) -> int:
    """How many mails told somebody what another one had told them: one that was lost with its worker after it had arrived, and
    was begun anew while the comment was away."""
    told: dict[tuple[str, str], dict[str, None]] = collections.defaultdict(dict)
    for mail in arrived:
        for comment in names_of(mail):
            told[mail.recipient, comment][mail.name] = None
            spans = result["public"][comment]
            assert any(
                begun - HASTE_S < mail.at and (ended is None or mail.at < ended + HASTE_S) for begun, ended in spans
            ), f"{mail.recipient} was told of {comment}, which was not public"
    expected = {(who, what): often for who, some in result["news"].items() for what, often in some.items()}
    assert set(told) <= set(expected), "somebody was told who should not be"
    lost = {name for names in told.values() for name in list(names)[:-1]}
    tries = {name: result["tries"][name.strip("<>").partition("@")[0]] for name in lost}
    assert all(often > 1 for often in tries.values()), "who lived to note what was told has told it twice"
    counts = {pair: min(1, len(told.get(pair, ()))) for pair in expected}
    wrong = {
        pair: counts[pair]
        for pair, often in expected.items()
        if counts[pair] not in {ONCE: {1}, NEVER: {0}, AT_MOST_ONCE: {0, 1}}[often]
    }
    assert not wrong
    assert sum(often == ONCE for often in expected.values()) > len(expected) / 4
    return len({name for names in told.values() for name in list(names)[1:]})


def _check_decisions(result: dict[str, Any], arrived: list[Arrived]) -> None:
    mails = {(one.name.strip("<>").partition("@")[0], one.recipient) for one in arrived}
    known = set()
    for one in result["decisions"]:
        decided, undone = ((f"{kind}-{one['name']}", one["to"]) for kind in ("decision", "undo"))
        known |= {decided, undone}
        assert (decided in mails) in {ONCE: {True}, NEVER: {False}, AT_MOST_ONCE: {False, True}}[one["often"]], one
        assert undone not in mails or (decided in mails and one["undone"]), one
    assert mails <= known, "somebody was told of a decision who should not be"


@pytest.mark.timeout(300)
def test_short_chaos_on_sqlite_mails_every_event_once(tmp_path: Path) -> None:
    with run_sink() as sink:
        result = let_loose(sink, tmp_path, 30, 5, 1)
    assert result["kills"] >= 3
    check(result, sink.arrived)


@pytest.mark.chaos
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [2, 3])
def test_chaos_of_200_comments_on_sqlite_mails_every_event_once(tmp_path: Path, seed: int) -> None:
    with run_sink() as sink:
        result = let_loose(sink, tmp_path, 200, 60, seed)
    assert result["kills"] >= 40
    check(result, sink.arrived)


@pytest.mark.chaos
@pytest.mark.services
@pytest.mark.timeout(400)
def test_chaos_of_200_comments_on_postgresql_mails_every_event_once(tmp_path: Path, postgres_url: str) -> None:
    with run_sink() as sink:
        result = let_loose(sink, tmp_path, 200, 60, 4, DATABASE_URL=postgres_url)
    assert result["kills"] >= 40
    check(result, sink.arrived)
