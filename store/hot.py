"""Statements of the hottest path, compiled once and run by the driver itself, without SQLAlchemy's layers.

Through SQLAlchemy a small statement costs two to five times what the driver needs. These are still written in Core,
and their values still go through their column types. On PostgreSQL, where each statement is a journey, many rows travel
together as arrays.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, Executable, Table, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Row = Sequence[Any]

_SQLITE = sqlite.dialect(paramstyle="qmark")
_ASYNCPG: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]


def is_postgres(conn: Connection) -> bool:
    """Tell which of the two databases this is."""
    return conn.dialect.name == "postgresql"


class HotSelect:
    """A SELECT whose parameters are all bound by name."""

    def __init__(self, statement: Executable, *, dialect: str) -> None:
        self._compiled = _Compiled(statement, _ASYNCPG if dialect == "postgresql" else _SQLITE)

    def rows(self, conn: Connection, values: dict[str, Any]) -> Iterable[Row]:
        """Run it on PostgreSQL and return its rows."""
        arguments = self._compiled.arguments(values)
        return map(self._compiled.convert, _postgres(conn, lambda raw: raw.fetch(self._compiled.sql, *arguments)))

    def first_rows(self, conn: Connection, many: Iterable[dict[str, Any]]) -> list[Row]:
        """Run it on SQLite once for each of the given values; return the first row of each."""
        execute, compiled = _sqlite_connection(conn).execute, self._compiled
        found = [execute(compiled.sql, compiled.arguments(values)).fetchone() for values in many]
        return [compiled.convert(row) for row in found]


class HotInsert:
    """An INSERT of many rows, each in the order of `columns`; with `replacing`, over the row of the same key."""

    def __init__(self, table: Table, columns: Sequence[str], *, replacing: str | None = None) -> None:
        values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
        one = sqlite.insert(table).values(values)
        arrays = unnested({name: table.c[name].type for name in columns})
        many = postgresql.insert(table).from_select(list(columns), select(*arrays.c))
        if replacing is not None:
            others = [name for name in columns if name != replacing]
            one = one.on_conflict_do_update(index_elements=[replacing], set_={n: one.excluded[n] for n in others})
            many = many.on_conflict_do_update(index_elements=[replacing], set_={n: many.excluded[n] for n in others})
        self._columns = tuple(columns)
        self._one = _Compiled(one, _SQLITE)
        self._many = _Compiled(many, _ASYNCPG)

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        """Insert the rows; none is fine."""
        if not rows:
            return
        if is_postgres(conn):
            arguments = self._many.arguments(dict(zip(self._columns, map(list, zip(*rows, strict=True)), strict=True)))
            _postgres(conn, lambda raw: raw.execute(self._many.sql, *arguments))
            return
        _sqlite_connection(conn).executemany(self._one.sql, self._one.all_arguments(rows))


def unnested(columns: dict[str, TypeEngine[Any]]) -> Any:
    """Return a FROM element of PostgreSQL's made of one array a column."""
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()]
    named = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named, name="given").render_derived()


class _Compiled:
    """A statement in one dialect's words, with what its column types do to values."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = _element(statement).compile(dialect=dialect)
        self.sql = str(compiled)
        self._order = tuple(compiled.positiontup)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = {
            name: convert
            for name, bind in compiled.binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._results = [
            (at, convert)
            for at, found in enumerate(getattr(statement, "selected_columns", ()))
            if (convert := found.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """Return the values as the driver takes them, in the statement's order."""
        bound = {**self._fixed, **values} if self._fixed else values
        binds = self._binds
        return [binds[name](bound[name]) if name in binds else bound[name] for name in self._order]

    def all_arguments(self, rows: Sequence[Row]) -> Iterable[Row]:
        """Do the same for rows whose values stand in the statement's order already."""
        binds = [self._binds.get(name) for name in self._order]
        columns = zip(binds, zip(*rows, strict=True), strict=True)
        return zip(*(map(bind, column) if bind else column for bind, column in columns), strict=True)

    def convert(self, row: Row) -> Row:
        """Return a row as our column types give it."""
        if not self._results:
            return row
        converted = list(row)
        for at, convert in self._results:
            converted[at] = convert(converted[at])
        return converted


def _element(statement: Executable) -> ClauseElement:
    assert isinstance(statement, ClauseElement)
    return statement


def _sqlite_connection(conn: Connection) -> sqlite3.Connection:
    raw = conn.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _postgres(conn: Connection, call: Callable[[Any], Any]) -> Any:
    """Await a call of asyncpg's connection inside the transaction that `store.database` has begun on it."""
    adapted: Any = conn.connection.dbapi_connection
    return adapted.run_async(call)
