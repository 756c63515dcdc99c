"""Lists about many comments as columns of one query: rows that a correlated query gives, as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import IntegerField, JSONField, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler

Entry = Mapping[str, Any]


class LimitedCount(Subquery):
    """How many rows a limited query gives: unlike COUNT(*), its cost ends at the limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS limited)"
    output_field = IntegerField()


class Rows(Subquery):
    """The rows of a query, each as an object of the named fields. Limit and order are the query's own."""

    template = "(SELECT COALESCE(JSONB_AGG(one.entry), '[]'::jsonb) FROM (%(subquery)s) AS one)"
    output_field = JSONField()

    def __init__(self, rows: QuerySet[Any], /, **fields: object) -> None:
        super().__init__(rows.values(entry=JSONObject(**fields)))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        """SQLite's own names for the same."""
        template = "(SELECT JSON_GROUP_ARRAY(JSON(one.entry)) FROM (%(subquery)s) AS one)"
        return self.as_sql(compiler, connection, template=template, **context)


def moment(text: str) -> datetime.datetime:
    """A time of an entry; SQLite gives it without the zone, which is UTC."""
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def moment_or_none(text: str | None) -> datetime.datetime | None:
    """A time of an entry that may be empty."""
    return None if text is None else moment(text)


def loaded(value: object) -> Any:
    """What a JSON field of an entry holds; SQLite gives it as text."""
    return json.loads(value) if isinstance(value, str) else value
