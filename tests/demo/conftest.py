"""The demo newspaper, seeded once for all its tests and taken back after them."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker


def run_seed_demo(**options: int) -> str:
    """What `python manage.py seed_demo` prints."""
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The seeded demo; gives what the command printed. Each test's own changes are rolled back on top of it."""
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        yield run_seed_demo()
        transaction.set_rollback(True)
