"""What is kept only for a time: rows on either side of the limit, of every kind, on both databases."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from store import retention
from store.database import Connection, Database, open_database
from store.retention import Expiring
from store.tables import (
    attachments,
    citizens,
    consents,
    contacts,
    conversations,
    dialogues,
    failures,
    inbox,
    outbox,
    security_log,
    unanswered,
)

LIMIT = datetime(2026, 6, 1, tzinfo=UTC)
OLD, YOUNG = LIMIT - timedelta(seconds=1), LIMIT + timedelta(seconds=1)

Row = Callable[[datetime, int], Mapping[str, Any]]


def _message(when: datetime, number: int) -> Mapping[str, Any]:
    return {"key": bytes([number]) * 16, "received": when, "kind": "text", "said": "words", "reply": "{}"}


def _sent(when: datetime, number: int) -> Mapping[str, Any]:
    fixed = {"lane": "customer_message", "priority": 0, "state": "sent", "repeatable": False, "attempts": 1, "fence": 1}
    return {**fixed, "due": OLD, "created": OLD, "settled": when, "body": '{"text":"words"}', "dedupe": str(number)}


KINDS: dict[str, tuple[Expiring, Table, Row]] = {
    "messages": (retention.MESSAGES, inbox, _message),
    "dialogues": (
        retention.DIALOGUES,
        dialogues,
        lambda when, number: {"citizen_id": f"c{number}", "revision": 1, "heard": when, "state": "{}"},
    ),
    "sent": (retention.SENT, outbox, _sent),
    "attachments": (
        retention.ATTACHMENTS,
        attachments,
        lambda when, number: {"citizen_id": f"c{number}", "kind": "image", "received": when, "state": "kept"},
    ),
    "help_words": (
        retention.HELP_WORDS,
        conversations,
        lambda when, number: {
            "citizen_id": f"c{number}",
            "ticket": str(number),
            "state": "closed",
            "revision": 1,
            "opened": OLD,
            "last_citizen": OLD,
            "about": "words",
            "closed": when,
        },
    ),
    "questions": (
        retention.QUESTIONS,
        unanswered,
        lambda when, number: {"citizen_id": f"c{number}", "question": "words", "cause": "refused", "asked": when},
    ),
    "contacts": (
        retention.CONTACTS,
        contacts,
        lambda when, number: {"citizen_id": f"c{number}", "kind": "phone", "sealed": b"x", "given": when},
    ),
    "failures": (
        retention.FAILURES,
        failures,
        lambda when, number: {"reference": f"R{number}", "happened": when, "error": "E", "sealed": b"x"},
    ),
    "security_log": (
        retention.SECURITY_LOG,
        security_log,
        lambda when, number: {"happened": when, "event": "my_data_shown", "who": "a"},
    ),
}
BLANKED = {
    "sent": ("body", "{}"),
    "attachments": ("state", "erased"),
    "questions": ("question", None),
    "help_words": ("about", ""),
}


def _people(conn: Connection) -> None:
    rows = [
        {"citizen_id": f"c{number}", "openid": f"o{number}", "followed": True, "first_seen": OLD} for number in range(9)
    ]
    conn.execute(insert(citizens), rows)


async def _end_all(database: Database, kind: Expiring, *, limit: int = 2) -> int:
    ended = 0
    while keys := await database.read(retention.find_due, kind, before=LIMIT, limit=limit):
        ended += await database.write(retention.end, kind, list(keys), before=LIMIT)
    return ended


@pytest.mark.parametrize("name", KINDS)
async def test_only_what_is_too_old_goes(database: Database, name: str) -> None:
    kind, table, row = KINDS[name]

    def plant(conn: Connection) -> None:
        _people(conn)
        rows = [dict(row(when, number)) for number, when in enumerate([OLD, OLD, OLD, YOUNG, YOUNG])]
        conn.execute(insert(table), rows)

    await database.write(plant)
    assert await _end_all(database, kind) == 3
    assert await _end_all(database, kind) == 0
    left = await database.read(lambda conn: conn.execute(select(table)).all())
    if name in BLANKED:
        column, blank = BLANKED[name]
        words = [getattr(one, column) for one in left]
        assert len(words) == 5
        assert words.count(blank) == 3
    else:
        assert len(left) == 2


async def test_who_gave_the_phone_again_in_between_keeps_it(database: Database) -> None:
    def plant(conn: Connection) -> None:
        _people(conn)
        conn.execute(insert(contacts).values(citizen_id="c1", kind="phone", sealed=b"x", given=OLD))

    await database.write(plant)
    keys = await database.read(retention.find_due, retention.CONTACTS, before=LIMIT, limit=9)
    await database.write(lambda conn: conn.execute(contacts.update().values(given=YOUNG)))
    assert await database.write(retention.end, retention.CONTACTS, list(keys), before=LIMIT) == 0


async def test_a_last_word_about_consent_stays_as_long_as_the_citizen(database: Database) -> None:
    def say(conn: Connection, who: str, *decisions: str) -> None:
        rows = [{"citizen_id": who, "notice": "v1", "decision": one, "decided": OLD} for one in decisions]
        conn.execute(insert(consents), rows)

    def plant(conn: Connection) -> None:
        _people(conn)
        say(conn, "c1", "refused", "agreed")
        say(conn, "c2", "agreed")
        conn.execute(citizens.update().where(citizens.c.citizen_id == "c2").values(openid=None))

    await database.write(plant)
    assert await _end_all(database, retention.CONSENTS) == 2
    left = await database.read(lambda conn: conn.execute(select(consents.c.citizen_id, consents.c.decision)).all())
    assert [tuple(row) for row in left] == [("c1", "agreed")]


async def test_five_hundred_rows_are_a_short_write(sqlite_url: str) -> None:
    """SQLite overwrites what it deletes; a piece must still leave room for citizens' messages."""
    database = open_database(sqlite_url)

    def plant(conn: Connection) -> None:
        rows = [
            {
                "key": number.to_bytes(16),
                "citizen_id": f"c{number % 90}",
                "received": OLD,
                "kind": "text",
                "said": "话" * 60,
                "reply": "话" * 300,
            }
            for number in range(2000)
        ]
        conn.execute(insert(inbox), rows)

    await database.write(plant)
    before = datetime.now(UTC)
    keys = await database.read(retention.find_due, retention.MESSAGES, before=LIMIT, limit=500)
    assert await database.write(retention.end, retention.MESSAGES, list(keys), before=LIMIT) == 500
    took = datetime.now(UTC) - before
    assert await database.read(lambda conn: conn.scalar(select(func.count()).select_from(inbox))) == 1500
    await database.close()
    assert took < timedelta(seconds=0.5)  # 13 ms when it was written; a busy test machine is given room
