"""What the service's database and its folder hold in the end, read all at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, text

from store.database import Database, is_postgres
from store.tables import attachments, citizens, dialogues, erasures, failures, inbox, outbox, unanswered

OPEN_STATES = frozenset({"ready", "leased", "attempting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo's row."""

    id: int
    state: str
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An outbox row; `media_id` and `attachment_id` are those of a photo's."""

    id: int
    lane: str
    state: str
    error: str | None
    dedupe: str | None
    text: str
    media_id: str
    attachment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that the messages have left behind."""

    handled: Mapping[bytes, int]  # inbox rows by key
    handled_in_order: tuple[bytes, ...]
    questions: Mapping[str | None, int]  # refused ones by question, None: erased
    attachments: Mapping[int, Attachment]
    deliveries: tuple[Delivery, ...]
    enrolled: Mapping[str | None, int]  # citizens by openid, None: erased
    revisions: Mapping[str, int]  # of the dialogues, by openid
    erasures: int
    failures: tuple[str, ...]
    integrity: str  # SQLite's word on its file, "ok" on PostgreSQL

    def promise(self, key: bytes) -> Delivery | None:
        """Return the delivery of a reply that came too late."""
        return next((one for one in self.deliveries if one.dedupe == f"late:{key.hex()}"), None)


async def read_ledger(database: Database) -> Ledger:
    """Read everything on one consistent view."""
    return await database.read(_read)


def _read(conn: Connection) -> Ledger:
    keys = tuple(conn.scalars(select(inbox.c.key).order_by(inbox.c.id)))
    talks = select(citizens.c.openid, dialogues.c.revision).join_from(dialogues, citizens)
    photos = conn.execute(select(attachments.c.id, attachments.c.state, attachments.c.sha256))
    return Ledger(
        handled=Counter(keys),
        handled_in_order=keys,
        questions=Counter(conn.scalars(select(unanswered.c.question).where(unanswered.c.cause == "refused"))),
        attachments={row.id: Attachment(**row._mapping) for row in photos},
        deliveries=tuple(_delivery(row._mapping) for row in conn.execute(select(outbox).order_by(outbox.c.id))),
        enrolled=Counter(conn.scalars(select(citizens.c.openid))),
        revisions={row.openid: row.revision for row in conn.execute(talks)},
        erasures=conn.scalar(select(func.count()).select_from(erasures)) or 0,
        failures=tuple(conn.scalars(select(failures.c.error))),
        integrity="ok" if is_postgres(conn) else str(conn.scalar(text("PRAGMA integrity_check"))),
    )


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    body = orjson.loads(row["body"])
    return Delivery(
        id=row["id"],
        lane=row["lane"],
        state=row["state"],
        error=row["error"],
        dedupe=row["dedupe"],
        text=body.get("text", ""),
        media_id=body.get("media_id", ""),
        attachment_id=body.get("attachment_id", 0),
    )


async def find_attempting(database: Database) -> frozenset[int]:
    """Return the deliveries whose attempt has begun and has no end: what a kill leaves uncertain."""
    attempting = select(outbox.c.id).where(outbox.c.state == "attempting")
    return frozenset(await database.read(lambda conn: list(conn.scalars(attempting))))


async def end_leases(database: Database) -> None:
    """Let the leases of killed processes run out at once: theirs last for minutes, and nobody holds them any more."""
    end = "UPDATE outbox SET lease_until = created WHERE state IN ('leased', 'attempting')"
    await database.write(lambda conn: conn.execute(text(end)))
