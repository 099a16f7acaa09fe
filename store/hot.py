"""Statements of the hottest path, compiled once, so that SQLite's driver runs them without SQLAlchemy's layers.

Through SQLAlchemy a small statement costs about five times what SQLite itself needs, and a message runs four. The
statement is still written in Core, its values still go through their column types, and PostgreSQL runs it as usual.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Executable, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = sqlite.dialect(paramstyle="named")
Convert = Callable[[Any], Any]


class HotStatement:
    """One Core statement whose parameters are all bound by name."""

    def __init__(self, statement: Executable) -> None:
        assert isinstance(statement, ClauseElement)
        self._statement = statement
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._defaults = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = _bind_processors(compiled.binds)  # type: ignore[attr-defined]  # SQLCompiler's
        self._results = _result_processors(statement)

    def first(self, conn: Connection, values: dict[str, Any]) -> tuple[Any, ...] | None:
        """Run a SELECT and return its first row."""
        if conn.dialect.name != "sqlite":
            row = conn.execute(self._statement, values).first()
            return None if row is None else tuple(row)
        row = self._run(conn, values).fetchone()
        if row is None or not self._results:
            return row  # type: ignore[no-any-return]
        converted = list(row)
        for position, convert in self._results:
            converted[position] = convert(converted[position])
        return tuple(converted)

    def change(self, conn: Connection, values: dict[str, Any]) -> int:
        """Run an INSERT, UPDATE or DELETE and return the number of rows it touched."""
        if conn.dialect.name != "sqlite":
            return conn.execute(self._statement, values).rowcount
        return self._run(conn, values).rowcount

    def _run(self, conn: Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        bound = {**self._defaults, **values}
        for name, convert in self._binds:
            bound[name] = convert(bound[name])
        raw = conn.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw.execute(self._sql, bound)


def _bind_processors(binds: dict[str, Any]) -> list[tuple[str, Convert]]:
    found = ((name, bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)) for name, bind in binds.items())
    return [(name, convert) for name, convert in found if convert is not None]


def _result_processors(statement: ClauseElement) -> list[tuple[int, Convert]]:
    if not isinstance(statement, Select):
        return []
    columns = enumerate(statement.selected_columns)
    found = ((at, column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)) for at, column in columns)
    return [(at, convert) for at, convert in found if convert is not None]
