"""What a new connection to the database is told."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def compile_no_queries(connection: BaseDatabaseWrapper, **_details: Any) -> None:
    """Have PostgreSQL compile no queries to machine code: ours take milliseconds, and where a table has no statistics yet,
    compiling the desk's takes seconds. 1 statement for each connection."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
