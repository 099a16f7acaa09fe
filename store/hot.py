"""Statements of the hottest path, compiled once and run by the driver itself, without SQLAlchemy's layers.

Through SQLAlchemy a small statement costs two to five times what the driver needs, and a message runs three or four.
The statement is still written in Core, and its values still go through their column types.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.elements import ClauseElement

Convert = Callable[[Any], Any]
Values = dict[str, Any]

_SQLITE = sqlite.dialect(paramstyle="named")
_ASYNCPG: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]


class HotStatement:
    """One Core statement whose parameters are all bound by name."""

    def __init__(self, statement: Executable) -> None:
        self._sqlite = _Compiled(statement, _SQLITE)
        self._postgres = _Compiled(statement, _ASYNCPG)

    def first(self, conn: Connection, values: Values) -> Sequence[Any] | None:
        """Run a SELECT and return its first row."""
        if conn.dialect.name == "sqlite":
            return self._sqlite.convert(_sqlite_run(conn, self._sqlite, values).fetchone())
        arguments = self._postgres.arguments(values)
        return self._postgres.convert(_postgres(conn, lambda raw: raw.fetchrow(self._postgres.sql, *arguments)))

    def change(self, conn: Connection, values: Values) -> int:
        """Run an INSERT, UPDATE or DELETE and return the number of rows it touched."""
        if conn.dialect.name == "sqlite":
            return _sqlite_run(conn, self._sqlite, values).rowcount
        arguments = self._postgres.arguments(values)
        tag = _postgres(conn, lambda raw: raw.execute(self._postgres.sql, *arguments))
        return int(tag.rpartition(" ")[2])


class _Compiled:
    """The statement in one dialect's words, with what its column types do to values."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = _element(statement).compile(dialect=dialect)
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = _processors(
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()
        )
        self._order = tuple(compiled.positiontup or ())
        columns: Any = enumerate(getattr(statement, "selected_columns", ()))
        self._results = _processors(
            (at, column.type.dialect_impl(dialect).result_processor(dialect, None)) for at, column in columns
        )

    def bound(self, values: Values) -> Values:
        """Return the values as the driver takes them, by name."""
        bound = {**self._fixed, **values}
        for name, convert in self._binds:
            bound[name] = convert(bound[name])
        return bound

    def arguments(self, values: Values) -> list[Any]:
        """Return the values as the driver takes them, in the statement's order."""
        bound = self.bound(values)
        return [bound[name] for name in self._order]

    def convert(self, row: Sequence[Any] | None) -> Sequence[Any] | None:
        """Return a row as our column types give it."""
        if row is None or not self._results:
            return row
        converted = list(row)
        for at, convert in self._results:
            converted[at] = convert(converted[at])
        return converted


def _element(statement: Executable) -> ClauseElement:
    assert isinstance(statement, ClauseElement)
    return statement


def _processors(found: Any) -> list[tuple[Any, Convert]]:
    return [(which, convert) for which, convert in found if convert is not None]


def _sqlite_run(conn: Connection, compiled: _Compiled, values: Values) -> sqlite3.Cursor:
    raw = conn.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw.execute(compiled.sql, compiled.bound(values))


def _postgres(conn: Connection, call: Callable[[Any], Any]) -> Any:
    """Await a call of asyncpg's connection inside the transaction that `store.database` has begun on it."""
    adapted: Any = conn.connection.dbapi_connection
    return adapted.run_async(call)
