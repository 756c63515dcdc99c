"""Replay real readers' comments through the whole system and account for every one of them.

    .venv/bin/python bench/replay.py FILE.jsonl             # SQLite, local-memory cache, filesystem broker
    .venv/bin/python bench/replay.py FILE.jsonl --services  # PostgreSQL and Redis, started for the run

Each line of the file: {"id", "article", "title", "parent" (an id of an earlier line, or null), "author", "text",
"label" ("approve" or "reject")}. The replay starts a web server and a worker of its own in a throw-away folder, posts
through the API (each author from a network of its own, all limits on), waits for the screening, judges through the
moderation API and then compares pages, feeds, counts and history with the file. Exit code 1 on any difference.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CONNECTIONS = 8
SITE = "replay"
ORIGIN = "https://replay.example"
WAIT_S = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One comment of the file."""

    id: str
    article: str
    title: str
    parent: str | None
    author: str
    text: str
    label: str


@dataclass(slots=True)
class Replay:
    """What is known while it runs: the server, the token, and which line became which comment."""

    base: str
    token: str
    lines: list[Line]
    comment_of: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The JSON (or text) of one answer; raises urllib's HTTPError for a refusal."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)  # noqa: S310 - our own server
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers["Content-Type"] else text

    def timed(self, what: str, function: Callable[[], None]) -> None:
        """Run one part and add its seconds to the account."""
        begun = time.perf_counter()
        function()
        self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - begun

    def post(self, line: Line) -> None:
        """Send one comment as its reader would; a reply to something that was not published becomes its own thread."""
        is_published = line.parent is not None and self.label_of(line.parent) == "approve"
        answer = self.call(
            "POST",
            f"/api/v1/sites/{SITE}/articles/{line.article}/comments",
            {
                "body": line.text,
                "name": line.author,
                "parent": self.comment_of[line.parent] if line.parent and is_published else None,
                "article_url": f"{ORIGIN}/{line.article}",
                "article_title": line.title,
            },
            Idempotency_Key=f"replay-{line.id}",
            X_Forwarded_For=network_of(line.author),
        )
        self.comment_of[line.id] = answer["id"]

    def judge(self, line: Line) -> None:
        """Decide one comment by its label."""
        body = {"action": line.label, "expected_status": "pending", "expected_revision": 1}
        if line.label == "reject":
            body["clause"] = "respect"
        path = f"/api/v1/moderation/comments/{self.comment_of[line.id]}/decisions"
        self.call("POST", path, body, Authorization=f"Bearer {self.token}")

    def label_of(self, line_id: str) -> str:
        return next(line.label for line in self.lines if line.id == line_id)


def main() -> int:
    """Run the replay and print its account."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--services", action="store_true", help="PostgreSQL and Redis instead of SQLite")
    options = parser.parse_args()
    lines = [Line(**json.loads(text)) for text in options.file.read_text(encoding="utf-8").splitlines() if text]
    with ExitStack() as stack:
        stack.enter_context(environment(services=options.services))
        token = prepare()
        base = stack.enter_context(serve())
        replay = Replay(base=base, token=token, lines=lines)
        for wave in waves(lines):
            replay.timed("post", lambda wave=wave: each(replay.post, wave))  # type: ignore[misc]
            replay.timed("screen", lambda: wait_until_screened(len(replay.comment_of)))
            replay.timed("judge", lambda wave=wave: each(replay.judge, wave))  # type: ignore[misc]
        differences: list[str] = []
        replay.timed("compare", lambda: differences.extend(compare(replay)))
        report(replay, differences, "PostgreSQL and Redis" if options.services else "SQLite")
    return 1 if differences else 0


@contextmanager
def environment(*, services: bool) -> Iterator[None]:
    """A throw-away data folder and, if asked for, real servers, named in this process's environment."""
    with ExitStack() as stack:
        os.environ["DATA_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="marginalia-replay-"))
        os.environ["TRUSTED_PROXY_COUNT"] = "1"
        os.environ["LOG_LEVEL"] = "ERROR"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            os.environ["PORT"] = str(free.getsockname()[1])
        if services:
            # Only this variant needs the tests' servers.
            from tests.services.servers import run_servers  # noqa: PLC0415 - needs django.setup()

            servers = stack.enter_context(run_servers())
            os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        yield


def prepare() -> str:
    """Migrate, make a site with a policy and a moderator; return the moderator's token."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, check=True
    )
    # Django reads the environment that was set above.
    import django  # noqa: PLC0415 - needs django.setup()

    django.setup()
    from moderation.enums import Scope  # noqa: PLC0415 - needs django.setup()
    from moderation.services.tokens import issue_token  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_moderator, make_policy, make_site  # noqa: PLC0415 - needs django.setup()

    site = make_site(SITE, language="en", origins=(ORIGIN,))
    make_policy(site)
    return issue_token(user=make_moderator(site), site=site, scopes=list(Scope))


@contextmanager
def serve() -> Iterator[str]:
    """One web process and one worker; gives the address."""
    port = os.environ["PORT"]
    binaries = Path(sys.executable).parent
    schedule = Path(os.environ["DATA_DIR"]) / "beat"
    commands = [
        [binaries / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "1",
         "--blocking-threads", "8", "--log-level", "error", "config.wsgi:application"],
        [binaries / "celery", "-A", "config", "worker", "-B", "-s", schedule, "-c", "2", "--loglevel", "ERROR"],
    ]  # fmt: skip
    children = [subprocess.Popen([str(part) for part in command], cwd=ROOT) for command in commands]
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(base + "/healthz")
        yield base
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(timeout=30)


def wait_for(url: str) -> None:
    """Return when the server answers."""
    for _ in range(WAIT_S * 5):
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit("The server did not start.")


def waves(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines by depth: a reply can be posted only when what it answers was published."""
    depth: dict[str, int] = {}
    for line in lines:
        depth[line.id] = depth[line.parent] + 1 if line.parent else 0
    for level in range(max(depth.values()) + 1):
        yield [line for line in lines if depth[line.id] == level]


def each(function: Callable[[Line], None], lines: Iterable[Line]) -> None:
    """Call for every line on several connections; the first failure is raised."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(function, lines))


def wait_until_screened(expected: int) -> None:
    """Return when the asynchronous checks have seen every comment."""
    from comments.models import Comment  # noqa: PLC0415 - needs django.setup()

    for _ in range(WAIT_S * 5):
        if Comment.objects.count() == expected and not Comment.objects.unscreened().exists():
            return
        time.sleep(0.2)
    sys.exit(f"{Comment.objects.unscreened().count()} of {expected} comments were not screened in {WAIT_S} s.")


def compare(replay: Replay) -> Iterator[str]:
    """Every difference between the file and what pages, feeds, counts and history say."""
    articles = sorted({line.article for line in replay.lines})
    counts = replay.call("GET", f"/api/v1/counts?site={SITE}&" + "&".join(f"id={key}" for key in articles))["counts"]
    for key in articles:
        approved = {replay.comment_of[x.id] for x in replay.lines if x.article == key and x.label == "approve"}
        shown = set(read_thread(replay, key))
        if shown != approved:
            yield f"{key}: {len(approved - shown)} missing in the thread, {len(shown - approved)} too many"
        if counts[key] != len(approved):
            yield f"{key}: counted {counts[key]}, expected {len(approved)}"
        in_feed = read_feed(replay, f"/feeds/{SITE}/{key}/comments.atom")
        if not in_feed <= approved or len(in_feed) != min(50, len(approved)):
            yield f"{key}: {len(in_feed)} in the feed, {len(in_feed - approved)} of them not published"
        page = replay.call("GET", f"/discussion/{SITE}/{key}/")
        hidden = {replay.comment_of[x.id] for x in replay.lines if x.article == key and x.label == "reject"}
        if found := [comment for comment in hidden if comment in page]:
            yield f"{key}: {len(found)} unpublished comments on the page"
    yield from compare_history(replay)


def read_thread(replay: Replay, key: str) -> Iterator[str]:
    """The ids of all comments of an article, page by page."""
    cursor = ""
    while True:
        page = replay.call("GET", f"/api/v1/sites/{SITE}/articles/{key}/comments?sort=oldest&cursor={cursor}")
        yield from (comment["id"] for comment in page["comments"])
        cursor = page["next"]
        if not cursor:
            return


def read_feed(replay: Replay, path: str) -> set[str]:
    """The ids of the comments in an Atom feed."""
    root = ET.fromstring(replay.call("GET", path))  # noqa: S314 - our own feed
    atom = "{http://www.w3.org/2005/Atom}"
    links = (entry.find(f"{atom}link") for entry in root.iter(f"{atom}entry"))
    return {link.attrib["href"].rstrip("/").rpartition("/")[2] for link in links if link is not None}


def compare_history(replay: Replay) -> Iterator[str]:
    """Differences in statuses, texts and history rows."""
    from comments.models import Comment  # noqa: PLC0415 - needs django.setup()
    from comments.text import normalise_body  # noqa: PLC0415 - needs django.setup()

    stored = {
        comment.public_id: comment
        for comment in Comment.objects.prefetch_related("revisions", "status_changes", "decisions")
    }
    if len(stored) != len(replay.lines):
        yield f"{len(stored)} comments stored, {len(replay.lines)} in the file"
    for line in replay.lines:
        comment = stored[replay.comment_of[line.id]]
        steps = [change.to_status for change in comment.status_changes.all()]
        expected = ["pending", {"approve": "approved", "reject": "rejected"}[line.label]]
        if steps != expected or comment.status != expected[-1]:
            yield f"{line.id}: history {steps}, status {comment.status}"
        if [revision.body for revision in comment.revisions.all()] != [normalise_body(line.text)]:
            yield f"{line.id}: the text differs"
        if len(comment.decisions.all()) != 1:
            yield f"{line.id}: {len(comment.decisions.all())} decisions"


def network_of(author: str) -> str:
    """An address of the documentation and benchmark ranges for each author."""
    number = sum(author.encode()) * 31 + len(author)
    return f"198.18.{number % 250}.{(number // 250 + sum(ord(c) * i for i, c in enumerate(author))) % 250 + 1}"


def report(replay: Replay, differences: list[str], storage: str) -> None:
    """Print what went in, what came out, how long each part took."""
    approved = sum(line.label == "approve" for line in replay.lines)
    total = len(replay.lines)
    print(f"{storage}: {total} in, {len(replay.comment_of)} stored, {approved} published, {total - approved} rejected")
    for what, seconds in replay.seconds.items():
        print(f"  {what:8} {seconds:7.1f} s  {total / seconds:7.1f} per second")
    print(f"  {len(differences)} differences")
    for difference in differences[:20]:
        print(f"    {difference}")


if __name__ == "__main__":
    sys.exit(main())
