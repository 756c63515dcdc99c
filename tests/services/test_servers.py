"""The second half of the suite really stands on PostgreSQL and Redis."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from redis import Redis


@pytest.mark.services
@pytest.mark.django_db
def test_database_in_the_second_half_is_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        assert cursor.fetchone()[0].startswith("PostgreSQL")


@pytest.mark.services
def test_cache_in_the_second_half_is_shared_through_redis(settings) -> None:
    cache.set("who", "marginalia", timeout=30)
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        assert [key.decode() for key in client.keys("*who")] == ["marginalia:1:who"]


@pytest.mark.services
@pytest.mark.django_db
def test_postgresql_is_told_to_compile_no_queries() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
