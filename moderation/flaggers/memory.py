"""Keeps a flagger from eating the memory of the machine."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# On Linux: pages, of which the sixth number is data and stack.
_STATM = Path("/proc/self/statm")
_DATA_FIELD = 5


@contextmanager
def limited_memory(extra_bytes: int) -> Iterator[None]:
    """Within the block this process gets at most so much more memory; beyond it Python raises MemoryError. 0: no limit.

    Holds for all threads of the process, so it is for workers. Without effect where the system cannot say how much
    memory is in use (macOS).
    """
    in_use = _data_bytes()
    if not extra_bytes or not in_use:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounds = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([in_use + extra_bytes, *bounds]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    try:
        return int(_STATM.read_text(encoding="ascii").split()[_DATA_FIELD]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0
