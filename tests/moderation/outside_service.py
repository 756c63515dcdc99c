"""A real HTTP server on this machine that stands for a judge or a service of the site's own, well or badly behaved."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back: after `delay_s`, in pieces of one byte with `drip_s` between them where that is given."""

    status: int = 200
    body: bytes = b""
    delay_s: float = 0
    drip_s: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class Service(ThreadingHTTPServer):
    """Writes down what it is asked, and answers as `reply` says."""

    daemon_threads = True
    reply: Callable[[Asked], Reply]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.reply = lambda _asked: Reply(204)


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        asked = Asked(self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        reply = self.server.reply(asked)
        time.sleep(reply.delay_s)
        try:
            self._send(reply)
        except OSError:
            """Whoever asked has gone."""

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.body and "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if not reply.drip_s:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(reply.drip_s)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the tests look at what was asked."""


@contextmanager
def running() -> Iterator[Service]:
    """A server until the block ends."""
    service = Service()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def completion(content: str, *, total_tokens: int | None = 100, **choice: object) -> Reply:
    """What an OpenAI-compatible server answers when its model writes this."""
    chosen = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop", **choice}
    usage = {} if total_tokens is None else {"usage": {"total_tokens": total_tokens}}
    return Reply(200, json.dumps({"object": "chat.completion", "choices": [chosen], **usage}).encode())


def verdict(clauses: tuple[str, ...], **breaches: tuple[float, str, str]) -> dict[str, dict[str, object]]:
    """A verdict in which only these clauses are broken: by score, quotation and reason. "_" stands for "-" in their names."""
    said = {name.replace("_", "-"): breach for name, breach in breaches.items()}
    return {
        clause: dict(zip(("score", "quote", "reason"), said.get(clause, (0.02, "", "")), strict=True))
        for clause in clauses
    }
