"""Serves the demo's other site as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from demo.elsewhere import make_server


@contextmanager
def served(comments: str) -> Iterator[int]:
    """The port of the other site until the end of the block."""
    with make_server(0, comments) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
