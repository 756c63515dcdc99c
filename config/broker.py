"""The embedded broker: kombu's filesystem transport, with files that no reader ever sees half written.

kombu's own creates a file and then fills it. A process that looks in between finds nothing where JSON should be, and its
worker ends; a process that dies in between leaves an empty binding table behind, and no worker starts again. Here a
message appears under its name complete, and a table is only ever changed under its lock.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kombu.transport import filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps, loads

Binding = exchange_queue_t
Table = list[Binding]


class Channel(filesystem.Channel):
    """Overrides what writes, and what reads a table."""

    def get_table(self, exchange: str) -> Table:  # type: ignore[override]  # as its parent
        """The bindings of an exchange; none while nobody has bound a queue to it."""
        with self._locked_table(exchange) as file:
            return _read_table(file)

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: table if binding in table else [binding, *table])

    def _delete(
        self, queue: str, exchange: str, routing_key: str | None, pattern: str | None, *_: Any, **__: Any
    ) -> None:
        self._purge(queue)
        gone = Binding(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: [binding for binding in table if binding != gone])

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # as its parent
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        final = Path(self.data_folder_out, name)
        draft = final.with_name(f"{name}.draft")  # readers look for names that end with the queue's
        draft.write_text(dumps(payload), encoding="utf-8")
        draft.rename(final)

    def _change_table(self, exchange: str, change: Callable[[Table], Table]) -> None:
        with self._locked_table(exchange) as file:
            before = _read_table(file)
            after = change(before)
            if after != before:
                file.truncate(0)
                file.write(dumps(after))  # the file is open for appending, so this is its beginning

    @contextmanager
    def _locked_table(self, exchange: str) -> Iterator[IO[str]]:
        """The table's file, made if need be, for this process alone."""
        path: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # newer than its stubs
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _read_table(file: IO[str]) -> Table:
    file.seek(0, os.SEEK_SET)
    text = file.read()
    # Empty: just made, or its writer died. Every worker binds its queues again when it starts.
    return [Binding(*binding) for binding in loads(text)] if text else []


class Transport(filesystem.Transport):
    """What `broker_transport` names."""

    Channel = Channel
