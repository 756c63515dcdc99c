"""Processes that decide, take back, edit and report comments at random and send the mails about them, while they are killed
again and again. tests/flows/mail_chaos.py runs them.
"""

from __future__ import annotations

import collections
import datetime
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from comments import notifications
from comments.enums import Scope, Status
from comments.exceptions import CommentError
from comments.models import Article, Author, Comment, Outbox, Site, Subscription
from comments.services import outbox, subscriptions
from comments.services.identity import Identity
from comments.services.posting import revise_comment
from moderation.enums import Action, Role
from moderation.models import Decision, Membership
from moderation.services.decisions import decide, undo
from moderation.services.reports import ReportDraft, report_comment
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site
from tests.flows.mail_recount import recount

PROCESSES = 4
# Soon for a killed one, and long enough for one that a busy machine holds up: what it has in hands is not to be taken over.
LEASE = datetime.timedelta(seconds=10)
PATIENCE_S = 120
ACTS = {"approve": 40, "undo": 20, "remove": 15, "reject": 5, "edit": 10, "report": 10}
# So many things are done before what is due is sent.
ACTS_AT_ONCE = 4
LATEST = 12
WRONG = {Action.REMOVE, Action.REJECT}
SETTLED = {Status.REMOVED, Status.REJECTED}


def prepare(count: int) -> list[int]:
    """Comments of one site by people with proved addresses, and who follows what; the comments' primary keys."""
    call_command("migrate", verbosity=0)
    site = make_site("chaos")
    make_policy(site)
    articles = [make_article(site) for _ in range(2)]
    for _ in range(PROCESSES):
        make_moderator(site, role=Role.SENIOR)
    made = [make_comment(articles[n % 2], name=f"Author {n}", email=f"author{n}@a.example") for n in range(count - 20)]
    parents = [make_comment(made[n].article, status=Status.APPROVED, email=f"parent{n}@a.example") for n in range(10)]
    made += parents
    made += [make_comment(one.article, parent=one, email=f"reply{n}@a.example") for n, one in enumerate(parents)]
    Author.objects.update(email_verified_at=timezone.now())
    _follow(site, articles, made, parents)
    outbox.beat()
    return [one.pk for one in made]


def _follow(site: Site, articles: list[Article], made: list[Comment], parents: list[Comment]) -> None:
    for number in range(3):
        _ask(site, f"follower{number}@f{number % 2}.example", Scope.ARTICLE, articles[number % 2])
        _ask(site, f"whole{number}@w.example", Scope.SITE)
        _ask(site, f"both{number}@b.example", Scope.ARTICLE, articles[0])
        _ask(site, f"both{number}@b.example", Scope.SITE)
    # Who wrote a comment, and follows its discussion by the same address.
    _ask(site, made[0].author.email, Scope.ARTICLE, made[0].article, author=made[0].author)
    for parent in parents:
        _ask(site, parent.author.email, Scope.REPLIES, parent.article, author=parent.author)
    unconfirmed = subscriptions.Wish(site=site, scope=Scope.SITE, email="nobody@n.example")
    subscriptions.subscribe(unconfirmed, identity=Identity())
    subscriptions.pause(_ask(site, "paused@p.example", Scope.ARTICLE, articles[0]))
    subscriptions.leave_discussion(_ask(site, "left@l.example", Scope.SITE).subscriber, articles[1])
    Outbox.objects.filter(kind=subscriptions.CONFIRMATION).delete()


def _ask(
    site: Site, email: str, scope: Scope, article: Article | None = None, author: Author | None = None
) -> Subscription:
    wish = subscriptions.Wish(site=site, scope=scope, email=email, article=article)
    asked = subscriptions.subscribe(wish, identity=Identity(), author=author)
    subscriptions.confirm([asked], network="")
    return asked


def work(number: int, pks: list[int], stop: Path) -> None:
    """One process: do something to a comment, then what is due, until it is told to stop."""
    hurry()
    chance = _chance(number)
    moderators = list(Membership.objects.select_related("user").order_by("pk"))
    member = moderators[number % len(moderators)]
    while not stop.exists():
        for kind in chance.choices(list(ACTS), list(ACTS.values()), k=ACTS_AT_ONCE):
            try:
                act(kind, _some_comment(kind, pks, chance), member, chance)
            except CommentError:
                # Somebody else was first, or it cannot be done to a comment as it stands.
                continue
        send_due(limit=6)


def _some_comment(kind: str, pks: list[int], chance: random.Random) -> Comment:
    """Any of them; to be taken back, one of those that were decided last."""
    latest = []
    if kind == "undo":
        standing = Decision.objects.filter(undone_at__isnull=True).order_by("-pk")
        latest = list(standing.values_list("comment", flat=True)[:LATEST])
    found = Comment.objects.select_related("site", "author__user", "article__site")
    return found.get(pk=chance.choice(latest or pks))


def act(kind: str, comment: Comment, member: Membership, chance: random.Random) -> None:
    """Do one thing to a comment as it stands. Raises CommentError when it cannot be done."""
    status = Status(comment.status)
    if kind == "undo":
        made = Decision.objects.filter(comment=comment, undone_at__isnull=True).order_by("-pk")
        decision = made.select_related("comment__site", "comment__author__user", "change").first()
        if decision is not None:
            undo(decision=decision, moderator=member.user)
    elif kind == "edit":
        revise_comment(comment=comment, body=f"Text {chance.random()}")
    elif kind == "report":
        network = f"{chance.getrandbits(128):032x}"
        report_comment(comment=comment, identity=Identity(network=network), draft=ReportDraft(reason="respect"))
    else:
        action = {"approve": Action.APPROVE, "remove": Action.REMOVE, "reject": Action.REJECT}[kind]
        if action == Action.APPROVE and status in SETTLED:
            action = Action.RESTORE if status == Status.REMOVED else Action.APPROVE
        decide(
            comment=comment,
            moderator=member.user,
            action=action,
            clause="respect" if action in WRONG else "",
            expected_status=status,
            expected_revision=comment.revision,
        )


def send_due(*, limit: int) -> None:
    """What a worker does, for so many rows at least."""
    waiting = outbox.lease_due(limit=limit)
    while waiting:
        limit -= 1
        lane = outbox.deliver(*waiting.pop(0))
        if lane is not None and limit > 0:
            waiting += outbox.lease_after(lane)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test repeats its chance


def hurry() -> None:
    """Let a killed worker's rows be free again soon, and a mail show all that it is about."""
    outbox.LEASE = LEASE
    notifications.SHOWN = 10_000


def kill_for(seconds: float, processes: list[BaseProcess], pks: list[int], stop: Path, chance: random.Random) -> int:
    """Kill one process after the other, each time with another in its place; how often."""
    kills, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.5, 1.5))
        place = chance.randrange(len(processes))
        victim = processes[place]
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        kills += 1
        processes[place] = start(place + PROCESSES * (kills + 1), pks, stop)
    return kills


def start(number: int, pks: list[int], stop: Path) -> BaseProcess:
    """A copy of this process, which has loaded everything; none shares a connection with another."""
    connection.close()
    cache.close()
    process = multiprocessing.get_context("fork").Process(target=work, args=(number, pks, stop))
    process.start()
    return process


def settle(pks: list[int]) -> None:
    """Let everything that waits be approved, and everything that is due happen."""
    hurry()
    moderator = Membership.objects.select_related("user").order_by("pk")[0]
    for comment in Comment.objects.select_related("site", "author__user", "article__site").filter(pk__in=pks):
        if comment.status == Status.PENDING or comment.has_waiting_edit:
            act("approve", comment, moderator, _chance(0))
    deadline = time.monotonic() + PATIENCE_S
    while Outbox.objects.open().exists():
        assert time.monotonic() < deadline, list(Outbox.objects.open().values_list("event_key", "last_error")[:9])
        send_due(limit=1_000)
        time.sleep(0.1)


def run(count: int, seconds: float, seed: int) -> dict[str, object]:
    """Prepare so many comments, let them loose for so long, settle, recount: how often what was done, and what had to be told."""
    pks = prepare(count)
    stop = Path(os.environ["DATA_DIR"], "stop")
    processes = [start(number + seed * 1_000, pks, stop) for number in range(PROCESSES)]
    kills = kill_for(seconds, processes, pks, stop, _chance(seed))
    stop.touch()
    for process in processes:
        process.join()
    settle(pks)
    actions = collections.Counter(Decision.objects.values_list("action", flat=True))
    return {
        "kills": kills,
        "ends": [process.exitcode for process in processes],
        "acts": dict(actions) | {"undone": Decision.objects.filter(undone_at__isnull=False).count()},
        "failed": Outbox.objects.failed().count(),
        **recount(),
    }
