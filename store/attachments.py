"""Photos, voice and video that citizens sent: what is expected, what was kept under which name, what was lost.

expected → kept | lost, and any of them → erased. The files themselves stand in one directory, see
`bot/outbound/files.py`; two rows may share one file. An erased row keeps its file's name until the file has gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from store.tables import attachments


class AttachmentState(StrEnum):
    """Where an attachment stands."""

    EXPECTED = "expected"
    KEPT = "kept"
    LOST = "lost"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One row; the last three are None until it is kept."""

    id: int
    citizen_id: str
    kind: str  # image | voice | video
    received: datetime
    state: AttachmentState
    sha256: str | None
    content_type: str | None
    size: int | None  # bytes


_EXPECT = (
    insert(attachments)
    .values(
        citizen_id=bindparam("citizen"),
        kind=bindparam("what"),
        received=bindparam("moment"),
        state=AttachmentState.EXPECTED,
    )
    .returning(attachments.c.id)
)
_FIND = select(attachments).where(attachments.c.id == bindparam("row"))
_IS_EXPECTED = (attachments.c.id == bindparam("row"), attachments.c.state == AttachmentState.EXPECTED)
_KEEP = (
    update(attachments)
    .where(*_IS_EXPECTED)
    .values(
        state=AttachmentState.KEPT, sha256=bindparam("name"), content_type=bindparam("sort"), size=bindparam("bytes")
    )
)
_LOSE = update(attachments).where(*_IS_EXPECTED).values(state=AttachmentState.LOST)
_NAME_OF_ERASED = (
    update(attachments)
    .where(attachments.c.id == bindparam("row"), attachments.c.state == AttachmentState.ERASED)
    .values(sha256=bindparam("name"))
)
_ERASE = (
    update(attachments).where(attachments.c.citizen_id == bindparam("citizen")).values(state=AttachmentState.ERASED)
)
_OTHER = attachments.alias()
_TO_REMOVE = (
    select(attachments.c.sha256)
    .distinct()
    .where(
        attachments.c.state == AttachmentState.ERASED,
        attachments.c.sha256.is_not(None),
        ~exists().where(_OTHER.c.sha256 == attachments.c.sha256, _OTHER.c.state == AttachmentState.KEPT),
    )
    .limit(100)
)
_REMOVED = (
    update(attachments)
    .where(attachments.c.sha256 == bindparam("name"), attachments.c.state == AttachmentState.ERASED)
    .values(sha256=None, content_type=None, size=None)
)


def expect(conn: Connection, citizen_id: str, *, kind: str, received: datetime) -> int:
    """Note that a citizen sent something that is still to be fetched, and return its id."""
    row_id = conn.scalar(_EXPECT, {"citizen": citizen_id, "what": kind, "moment": received})
    assert isinstance(row_id, int)
    return row_id


def add_erased(conn: Connection, citizen_id: str, *, sha256: str, now: datetime) -> None:
    """Note a file that nobody needs after all, so that it is removed."""
    row = {"citizen_id": citizen_id, "kind": "image", "received": now, "sha256": sha256}
    conn.execute(insert(attachments).values(**row, state=AttachmentState.ERASED))


def find(conn: Connection, attachment_id: int) -> Attachment | None:
    """Return an attachment."""
    row = conn.execute(_FIND, {"row": attachment_id}).first()
    if row is None:
        return None
    return Attachment(**{**row._mapping, "state": AttachmentState(row.state)})


def keep(conn: Connection, attachment_id: int, *, sha256: str, content_type: str, size: int) -> bool:
    """Note which file holds it; False if it isn't expected any more. If it was erased meanwhile, its file will go."""
    values = {"row": attachment_id, "name": sha256, "sort": content_type, "bytes": size}
    kept = conn.execute(_KEEP, values).rowcount == 1
    if not kept:
        conn.execute(_NAME_OF_ERASED, {"row": attachment_id, "name": sha256})
    return kept


def lose(conn: Connection, attachment_id: int) -> bool:
    """Note that it can't be had; False if it isn't expected any more."""
    return conn.execute(_LOSE, {"row": attachment_id}).rowcount == 1


def erase_citizen(conn: Connection, citizen_id: str) -> None:
    """Mark a citizen's attachments as erased; the media lane then removes their files."""
    conn.execute(_ERASE, {"citizen": citizen_id})


def list_files_to_remove(conn: Connection) -> Sequence[str]:
    """Return some files of erased attachments that no kept one shares."""
    return [name for name in conn.scalars(_TO_REMOVE) if name]


def note_removed(conn: Connection, sha256: str) -> None:
    """Forget the name of a file that has gone."""
    conn.execute(_REMOVED, {"name": sha256})
