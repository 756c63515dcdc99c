"""Queries whose text is always the same: compiled once in a process, and run with other values each time.

Where many subqueries are columns of one query, Django takes several times as long to write its text as the database
takes to answer it. What belongs to each run stands in such a query as `given_number` and the like; all else about it is
its text, how many values a list has included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    Field,
    FloatField,
    QuerySet,
    TextField,
)
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

Row = TypeVar("Row")

# So many texts of one kind are kept: there is one for every number of comments that are asked for at once.
KEPT = 64


class _Given(Expression):
    """The place of a value, or of one of several, that belongs to a run; `output_field` is of its kind."""

    def __init__(self, name: str, output_field: Field[Any, Any], position: int | None = None) -> None:
        super().__init__(output_field)
        self.name, self.position = name, position

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """As any expression; the parameter is the place itself."""
        return "%s", (self,)

    def value(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> object:
        """What stands there in a run, as the database takes it."""
        found = given[self.name]
        return self.output_field.get_db_prep_value(found if self.position is None else found[self.position], connection)


class _GivenList(Expression):
    """The places of so many values of one sequence, in parentheses."""

    def __init__(self, name: str, output_field: Field[Any, Any], count: int) -> None:
        super().__init__(output_field)
        self.places = tuple(_Given(name, output_field, position) for position in range(count))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """As any expression."""
        return f"({', '.join(['%s'] * len(self.places))})", self.places


# They stand wherever Django takes a value as well as an expression.
def given_number(name: str) -> Any:
    """The place of a number or primary key."""
    return _Given(name, BigIntegerField())


def given_share(name: str) -> Any:
    """The place of a number between 0 and 1; None compares with nothing."""
    return _Given(name, FloatField())


def given_moment(name: str) -> Any:
    """The place of a moment."""
    return _Given(name, DateTimeField())


def given_numbers(name: str, count: int) -> Any:
    """The places of so many numbers or primary keys, which are given as one sequence; for `__in`."""
    return _GivenList(name, BigIntegerField(), count)


def given_texts(name: str, count: int) -> list[Any]:
    """The places of so many texts, each for itself, which are given as one sequence."""
    return [_Given(name, TextField(), position) for position in range(count)]


class _Compiled(SQLCompiler):
    """The compiler of a query that has been compiled: all that it found out, with the text and its values."""

    def __init__(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, text: str, parameters: tuple[Any, ...]
    ) -> None:
        vars(self).update(vars(compiler), connection=connection)
        self._text = text, parameters

    def as_sql(self, *_options: object, **_named: object) -> tuple[str, tuple[Any, ...]]:
        """The text and its values, as they are."""
        return self._text


class _PreparedQuery(Query):
    """A query that is given its compiler."""

    compiled: _Compiled

    def get_compiler(self, *_options: object, **_named: object) -> _Compiled:
        """What a query set asks for to be run."""
        return self.compiled


class Prepared(Generic[Row]):
    """A query to run again and again; to be kept for as long as the process lives."""

    def __init__(self, rows: QuerySet[Any, Row]) -> None:
        self._rows = rows

    @cached_property
    def _text(self) -> tuple[SQLCompiler, str, Sequence[Any]]:
        compiler: SQLCompiler = self._rows.query.get_compiler(self._rows.db)
        return (compiler, *compiler.as_sql())

    def run(self, **given: Any) -> list[Row]:
        """Its rows with these values. 1 query."""
        compiler, text, parameters = self._text
        connection = connections[self._rows.db]
        values = (one.value(given, connection) if isinstance(one, _Given) else one for one in parameters)
        rows = self._rows.all()
        rows.query.__class__ = _PreparedQuery
        cast("_PreparedQuery", rows.query).compiled = _Compiled(compiler, connection, text, tuple(values))
        return list(rows)
