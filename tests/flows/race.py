"""Run as a program: processes that get in each other's way over one real database.

    python -m tests.flows.race decide 200    two moderators decide each of 200 comments at the same moment
    python -m tests.flows.race post 40       eight readers post 40 comments each at once
    python -m tests.flows.race merge 20      three readers post 20 comments each to an article while it is merged into another,
                                             and two moderators decide the comments that it had
    python -m tests.flows.race take 200      eight moderators press "Take the next 20" at once, with 200 comments there

The database is the one the environment names; the result is one line of JSON. Each process speaks to the application
through its own HTTP client, so status codes are what a browser would get.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections import Counter
from multiprocessing.synchronize import Barrier
from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:
    from django.contrib.auth.models import User

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

READERS = 8
TAKERS = 8
# There are moderators besides, and each process takes its time to begin.
READERS_OF_A_MERGE = 3
SITE = "race"
KEY = "contested"
OTHER_KEY = "other"


def decide(
    number: int, token: str, public_ids: list[str], barrier: Barrier, results: multiprocessing.Queue[int]
) -> None:
    """One moderator: approve or reject every comment, each at the same moment as the other one."""
    client = _client()
    body = {"expected_status": "pending", "expected_revision": 1}
    body |= {"action": "approve"} if number else {"action": "reject", "clause": "respect"}
    for public_id in public_ids:
        barrier.wait()
        answer = client.post(
            f"/api/v1/moderation/comments/{public_id}/decisions",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        results.put(answer.status_code)


def post(number: int, count: int, barrier: Barrier, results: multiprocessing.Queue[int]) -> None:
    """One reader: post as fast as possible, from many networks so that no limit slows it down."""
    client = _client()
    barrier.wait()
    for place in range(count):
        answer = client.post(
            f"/api/v1/sites/{SITE}/articles/{KEY}/comments",
            {"body": f"Text {place} of reader {number}", "name": f"Reader {number}"},
            content_type="application/json",
            REMOTE_ADDR=f"198.18.{number}.{place % 250}",
        )
        results.put(answer.status_code)


def merge(barrier: Barrier) -> None:
    """A moderator: move conversations out of the contested article one by one, then merge it into the other."""
    _client()
    from comments.models import Article, Comment  # noqa: PLC0415 - needs django.setup()
    from comments.services.article_moves import merge_articles, move_conversation  # noqa: PLC0415 - needs django.setup()

    contested = Article.objects.with_site().get(key=KEY)
    other = Article.objects.with_site().get(key=OTHER_KEY)
    roots = list(Comment.objects.for_article(contested).filter(parent=None))
    barrier.wait()
    for root in roots[: len(roots) // 2]:
        move_conversation(root=root, target=other)
    merge_articles(source=contested, target=other)


def take(client: Client, user_id: int, barrier: Barrier, results: multiprocessing.Queue[tuple[int, list[int]]]) -> None:
    """A moderator: press "Take the next 20" at the same moment as the others; what is theirs then, by primary key."""
    from moderation.models import Lease  # noqa: PLC0415 - needs django.setup()

    barrier.wait()
    answer = client.post(f"/moderation/take/?site={SITE}")
    own = Lease.objects.filter(user=user_id, is_taken=True).order_by("pk")
    results.put((answer.status_code, list(own.values_list("comment_id", flat=True))))


def _signed_in(user: User) -> Client:
    """The browser of somebody who has been at the desk already."""
    client = _client()
    client.force_login(user)
    client.post(f"/moderation/give-back/?site={SITE}")
    return client


def _client() -> Client:
    import django  # noqa: PLC0415 - each process sets itself up

    django.setup()
    return Client(raise_request_exception=False, SERVER_NAME="localhost")


def main(what: str, count: int) -> dict[str, object]:
    """Prepare the database, run the race, count what is left behind."""
    client = _client()
    del client
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from comments.models import Article, Comment, StatusChange  # noqa: PLC0415 - needs django.setup()
    from moderation.enums import Scope  # noqa: PLC0415 - needs django.setup()
    from moderation.models import Decision  # noqa: PLC0415 - needs django.setup()
    from moderation.services.tokens import issue_token  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", verbosity=0)
    site = make_site(SITE)
    make_policy(site)
    article = make_article(site, key=KEY)
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[int] = context.Queue()
    is_merge = what == "merge"
    # Moderators meet at each comment, everybody else once.
    readers = READERS_OF_A_MERGE if is_merge else READERS
    desk, start = context.Barrier(2), context.Barrier(readers + is_merge)
    processes = []
    if what != "post":
        public_ids = [make_comment(article).public_id for _ in range(count)]
        tokens = [issue_token(user=make_moderator(site), site=site, scopes=[Scope.MODERATE]) for _ in range(2)]
        processes += [
            context.Process(target=decide, args=(number, token, public_ids, desk, results))
            for number, token in enumerate(tokens)
        ]
    if what != "decide":
        processes += [context.Process(target=post, args=(number, count, start, results)) for number in range(readers)]
    others = [context.Process(target=merge, args=(start,))] if is_merge else []
    if is_merge:
        make_article(site, key=OTHER_KEY)
    connection.close()
    for process in (*processes, *others):
        process.start()
    codes = Counter(results.get(timeout=120) for _ in range(count * len(processes)))
    for process in (*processes, *others):
        process.join()
    articles = list(Article.objects.all())
    result: dict[str, object] = {
        "codes": {str(code): number for code, number in sorted(codes.items())},
        "comments": Comment.objects.count(),
        "decisions": Decision.objects.count(),
        "changes": StatusChange.objects.exclude(from_status="").count(),
        "counter_is_right": all(
            one.comment_count == Comment.objects.for_article(one).published().count() for one in articles
        ),
    }
    if is_merge:
        result |= {"keys": [one.key for one in articles], "merge_exit_code": others[0].exitcode}
    return result


def main_of_taking(count: int) -> dict[str, object]:
    """As `main` for "take": how much each got, how much of it somebody else got too, and what is left."""
    _client()
    from django.core.cache import cache  # noqa: PLC0415 - needs django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from moderation.models import Lease  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", verbosity=0)
    site = make_site(SITE)
    make_policy(site)
    article = make_article(site, key=KEY)
    order = [make_comment(article).pk for _ in range(count)]
    users = [make_moderator(site) for _ in range(TAKERS)]
    clients = [_signed_in(user) for user in users]
    # Copies of this process, which has loaded everything: nobody is late because of what has to be imported first.
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[tuple[int, list[int]]] = context.Queue()
    start = context.Barrier(TAKERS)
    processes = [
        context.Process(target=take, args=(client, user.pk, start, results))
        for client, user in zip(clients, users, strict=True)
    ]
    # No copy shares a connection with another.
    connection.close()
    cache.close()
    for process in processes:
        process.start()
    got = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    taken = [pk for _code, own in got for pk in own]
    return {
        "codes": {str(code): number for code, number in Counter(code for code, _own in got).items()},
        "each": sorted(len(own) for _code, own in got),
        "twice": len(taken) - len(set(taken)),
        "leases": Lease.objects.filter(is_taken=True).count(),
        # Nobody was led past a comment: what is taken is the top of the queue.
        "is_top": sorted(taken) == order[: len(taken)],
    }


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2])
    outcome = main_of_taking(number) if what == "take" else main(what, number)
    sys.stdout.write(json.dumps(outcome) + "\n")
