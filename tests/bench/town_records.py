"""A town's records for half a year, put straight into the database: citizens, messages, what went unanswered, help."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from store.types import to_microseconds
from tests.bench.pushes import openid_of

DAYS = 180
MESSAGES_A_CITIZEN = 10
_ANSWERED = '{"kind":"text","content":"晨练请到指定的广场，音量不超过 60 分贝，晚上九点以后请停。"}'
_SAID = ("广场舞几点必须停", "哪里能停电动车", "志愿者怎么报名", "小区里有人乱扔垃圾怎么办", "谁偷了我的奶酪")
_MISSED_EVERY = 8  # messages; of those two in three were refused, the others offered choices
_HELPED_EVERY = 200
_LINES = 6


@dataclass(frozen=True)
class Table:
    """Rows of one table. Columns named in `moments` hold datetimes."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]
    moments: frozenset[str]


@dataclass(frozen=True)
class Records:
    """How much there is; everything else follows from the number of messages."""

    messages: int
    now: datetime

    @property
    def citizens(self) -> int:
        return max(1, self.messages // MESSAGES_A_CITIZEN)

    def tables(self) -> Iterator[Table]:
        """Yield every table, in an order that foreign keys allow."""
        yield self._table("citizens", "citizen_id openid followed first_seen", self._citizens(), "first_seen")
        yield self._table("dialogues", "citizen_id revision heard state", self._dialogues(), "heard")
        columns = "id key citizen_id received kind said reply"
        yield self._table("inbox", columns, self._inbox(), "received")
        columns = "citizen_id question cause nearest_article_id asked state"
        yield self._table("unanswered", columns, self._unanswered(), "asked")
        columns = "lane priority state due citizen_id body repeatable attempts fence settled created"
        yield self._table("outbox", columns, self._outbox(), "due settled created")
        columns = "id ticket citizen_id state revision opened last_citizen claimed closed outcome"
        yield self._table("conversations", columns, self._conversations(), "opened last_citizen claimed closed")
        canned = [("请稍等", "请稍等，我查一下。", 1, "leader", self.now)]
        yield self._table("canned_answers", "title body version editor changed", canned, "changed")
        columns = "conversation_id said who kind body"
        yield self._table("conversation_lines", columns, self._lines(), "said")

    def _table(self, name: str, columns: str, rows: Iterable[tuple[Any, ...]], moments: str) -> Table:
        return Table(name, tuple(columns.split()), rows, frozenset(moments.split()))

    def when(self, number: int) -> datetime:
        """Return the moment of the number-th message: they are spread evenly over the half year."""
        return self.now - timedelta(days=DAYS) * (1 - number / (self.messages + 1))

    def _citizens(self) -> Iterator[tuple[Any, ...]]:
        return ((f"c{number}", openid_of(number), True, self.when(0)) for number in range(self.citizens))

    def _dialogues(self) -> Iterator[tuple[Any, ...]]:
        return ((f"c{number}", 1, self.when(self.messages), "{}") for number in range(self.citizens))

    def _inbox(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.messages + 1):
            who, said = f"c{number % self.citizens}", _SAID[number % len(_SAID)]
            yield number, number.to_bytes(16, "big"), who, self.when(number), "text", said, _ANSWERED

    def _unanswered(self) -> Iterator[tuple[Any, ...]]:
        for number in range(_MISSED_EVERY, self.messages + 1, _MISSED_EVERY):
            cause = "unsure" if number % 3 == 0 else "refused"
            state = "open" if number % 50 == 0 else "dropped"
            words = f"{_SAID[number % len(_SAID)]}{number % 97}"
            yield f"c{number % self.citizens}", words, cause, None, self.when(number), state

    def _outbox(self) -> Iterator[tuple[Any, ...]]:
        for number in range(10, self.messages + 1, 10):
            at, who = self.when(number), f"c{number % self.citizens}"
            yield "customer_message", 5, "sent", at, who, "{}", False, 1, 1, at, at

    def _conversations(self) -> Iterator[tuple[Any, ...]]:
        for place, number in enumerate(range(_HELPED_EVERY, self.messages + 1, _HELPED_EVERY), start=1):
            at = self.when(number)
            still_open = number > self.messages - 5 * _HELPED_EVERY
            state, outcome, closed = ("waiting", None, None) if still_open else ("closed", "answered", at)
            ticket = f"{at + timedelta(hours=8):%Y%m%d}-{place:06d}"
            who = f"c{place % self.citizens}"
            yield place, ticket, who, state, 3, at, at, None if still_open else at, closed, outcome

    def _lines(self) -> Iterator[tuple[Any, ...]]:
        for place, number in enumerate(range(_HELPED_EVERY, self.messages + 1, _HELPED_EVERY), start=1):
            at = self.when(number)
            for line in range(_LINES):
                kind = "claimed" if line == 1 else "text"
                who = "citizen" if line % 2 == 0 else "staff"
                yield place, at + timedelta(seconds=20 + line * 40), who, kind, None if line == 1 else "您好，请讲。"


def put_into_sqlite(file: Path, records: Records) -> None:
    """Put everything into a file that nobody else has open."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table in records.tables():
            marks = ", ".join("?" * len(table.columns))
            insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"
            connection.executemany(insert, _in_microseconds(table))
            connection.commit()
        connection.execute("ANALYZE")
        connection.commit()


def _in_microseconds(table: Table) -> Iterator[tuple[Any, ...]]:
    places = [place for place, name in enumerate(table.columns) if name in table.moments]
    for row in table.rows:
        changed = list(row)
        for place in places:
            if changed[place] is not None:
                changed[place] = to_microseconds(changed[place])
        yield tuple(changed)


def put_into_postgres(url: str, records: Records) -> None:
    """Put everything into a database of PostgreSQL's, and have its planner know it."""
    asyncio.run(_copy(url.replace("+asyncpg", ""), records))


async def _copy(url: str, records: Records) -> None:
    connection = await asyncpg.connect(url)
    try:
        for table in records.tables():
            await connection.copy_records_to_table(table.name, records=table.rows, columns=list(table.columns))
        for name, column in (("inbox", "id"), ("conversations", "id")):
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), (SELECT max({column}) FROM {name}))"
            )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def spread(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie, 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def started_now() -> datetime:
    """Return now, with which the records end."""
    return datetime.now(UTC)
