from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comments.kept import kept

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


def test_kept_asked_twice_builds_once() -> None:
    built: list[int] = []

    def build() -> bytes:
        built.append(1)
        return b""

    assert [kept("nothing", build, seconds=60), kept("nothing", build, seconds=60)] == [b"", b""]
    assert built == [1]


def test_kept_without_a_cache_builds_each_time(settings: SettingsWrapper, caplog: pytest.LogCaptureFixture) -> None:
    here = settings.CACHES["default"]
    # Nobody listens at that port.
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    try:
        assert [kept("thing", lambda: 1, seconds=60), kept("thing", lambda: 2, seconds=60)] == [1, 2]
    finally:
        settings.CACHES = {"default": here}
    assert len(caplog.records) == 4
