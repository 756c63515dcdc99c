"""A comment server that does not do what it should: refuses, hangs, answers 500, or with something else than was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("refuses", "hangs", "fails", "talks rubbish")
RUBBISH = b"<!doctype html><title>Parked</title><script>alert(1)</script>\x00\xff}{"
SCRIPT_PATH = "/embed/v1"


@contextmanager
def faulty_server(fault: str, *, script: bytes | None = None) -> Iterator[str]:
    """Its address until the end of the block. With `script` it still serves that, and only then goes wrong."""
    if fault == "refuses" and script is None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{closed.getsockname()[1]}"
        return
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if script is not None and self.path.startswith(SCRIPT_PATH) and self.path.endswith(".js"):
                self.answer(200, script)
            elif fault == "hangs":
                ended.wait(60)
                self.close_connection = True
            elif fault == "refuses":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            elif fault == "fails":
                self.answer(500, b"Internal Server Error")
            else:
                self.answer(200, RUBBISH)

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
