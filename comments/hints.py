"""Tells a worker to look, once a transaction is through. A hint may get lost: the row is there, and a sweep finds it."""

from __future__ import annotations

import logging
import os
import queue
import threading
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)

# A hint that nobody took within this time has been overtaken by the sweep.
EXPIRES_S = 600
_MOST_WAITING = 1_000


def hint_on_commit(task: Task[Any, Any], *ids: int, countdown_s: int = 0, expires_s: int = EXPIRES_S) -> None:
    """Have `task` called with these ids by a worker, after the transaction has been committed; at once without one.
    With a countdown that many seconds later; not at all when no worker was free until it expires.

    Never raises and never waits: a broker that is down or frozen takes seconds to say so, which is time of the thread
    that publishes, not of the request.
    """
    transaction.on_commit(partial(_messenger.take, task, ids, countdown_s, expires_s), robust=True)


def wait_for_hints(timeout_s: float) -> bool:
    """Whether all hints of this process were published or given up within the time: for tests."""
    return _messenger.wait(timeout_s)


class _Messenger:
    """A queue with one thread that publishes what is in it; the thread starts with the first hint of a process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: queue.Queue[tuple[Task[Any, Any], tuple[int, ...], int, int]] = queue.Queue(_MOST_WAITING)
        self._unfinished = 0
        self._is_running = False

    def take(
        self, task: Task[Any, Any], ids: tuple[int, ...], countdown_s: int = 0, expires_s: int = EXPIRES_S
    ) -> None:
        with self._condition:
            if not self._is_running:
                threading.Thread(target=self._work, name="hints", daemon=True).start()
                self._is_running = True
            try:
                self._waiting.put_nowait((task, ids, countdown_s, expires_s))
            except queue.Full:
                logger.warning("Too many hints wait for the broker; %s %s is left to the sweep.", task.name, ids)
            else:
                self._unfinished += 1

    def wait(self, timeout_s: float) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: not self._unfinished, timeout_s)

    def _work(self) -> None:
        while True:
            task, ids, countdown_s, expires_s = self._waiting.get()
            done = 1
            try:
                # Without retries and results: both would wait for a broker that is away.
                task.apply_async(args=ids, countdown=countdown_s, retry=False, ignore_result=True, expires=expires_s)
            except Exception as error:  # noqa: BLE001 - whatever a broker's client raises when its server is away
                done += self._drop_waiting()
                logger.warning("The broker took no hints (%s); %s are left to the sweep.", type(error).__name__, done)
            with self._condition:
                self._unfinished -= done
                self._condition.notify_all()

    def _drop_waiting(self) -> int:
        """Forget what waits, since each would wait for the broker anew. Returns how many it was."""
        dropped = 0
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                return dropped
            dropped += 1


_messenger = _Messenger()


def _start_anew() -> None:
    """After a fork the child has the queue and its lock as they were, but no thread."""
    global _messenger  # noqa: PLW0603
    _messenger = _Messenger()


os.register_at_fork(after_in_child=_start_anew)
