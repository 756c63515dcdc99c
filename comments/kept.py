"""Values that are kept in the cache for everybody. Without a cache they are made each time: that costs speed, never an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

logger = logging.getLogger(__name__)

Value = TypeVar("Value")


def kept(key: str, build: Callable[[], Value], *, seconds: int) -> Value:
    """The value under a key, built and kept for so long when it is not there. A value is never None. 2 cache calls at most."""
    found: Value | None = ask_cache(lambda: cache.get(f"marginalia:{key}"))
    if found is not None:
        return found
    built = build()
    ask_cache(lambda: cache.set(f"marginalia:{key}", built, timeout=seconds))
    return built


def ask_cache(call: Callable[[], Value]) -> Value | None:
    """What a call of the cache gives; None, and a line in the log, when it does not answer."""
    try:
        return call()
    except Exception:
        # Whatever a cache client raises when its server is away.
        logger.exception("The cache does not answer; what it would keep is made anew.")
        return None
