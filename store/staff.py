"""Staff and the departments they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from store.database import is_postgres
from store.sealing import Seal
from store.tables import departments, staff


@dataclass(frozen=True, slots=True)
class StoredStaff:
    """A row, without what proves somebody's identity. `granted` and `taken` are names of permissions."""

    id: int
    name: str
    display: str
    preset: str
    granted: tuple[str, ...]
    taken: tuple[str, ...]
    department_id: int | None
    venue: str | None
    has_password: bool
    has_totp: bool
    active: bool
    created: datetime
    password_changed: datetime | None
    signed_in: datetime | None
    failures_told: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody may do and which rows he sees."""

    preset: str
    granted: Sequence[str] = ()
    taken: Sequence[str] = ()
    department_id: int | None = None
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class Proofs:
    """What somebody proves his identity with. The secrets are sealed."""

    staff_id: int
    password: str | None
    totp: bytes | None
    totp_offered: bytes | None
    totp_step: int | None


_BY_ID = select(staff).where(staff.c.id == bindparam("staff_id"))
_BY_NAME = select(staff).where(staff.c.name == bindparam("name"))
_ALL = select(staff).order_by(staff.c.active.desc(), staff.c.id)
_LOCK_NUMBER = 0x73746166  # nobody else takes the advisory lock of this number


def lock(conn: Connection) -> None:
    """Let nobody else change who works here until the transaction's end: the last administrator must stay."""
    if is_postgres(conn):
        conn.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))


def find(conn: Connection, staff_id: int) -> StoredStaff | None:
    """Return a member of staff."""
    row = conn.execute(_BY_ID, {"staff_id": staff_id}).first()
    return None if row is None else load(row)


def find_by_name(conn: Connection, name: str) -> StoredStaff | None:
    """Return who signs in with this name, in small letters."""
    row = conn.execute(_BY_NAME, {"name": name}).first()
    return None if row is None else load(row)


def list_all(conn: Connection) -> Sequence[StoredStaff]:
    """Return everybody, those who work here now first."""
    return [load(row) for row in conn.execute(_ALL)]


def displays(conn: Connection) -> Mapping[int, str]:
    """Return what each is called."""
    return {row.id: row.display for row in conn.execute(select(staff.c.id, staff.c.display))}


def is_anybody_there(conn: Connection) -> bool:
    """Tell whether anybody was ever invited."""
    return conn.scalar(select(staff.c.id).limit(1)) is not None


def add(conn: Connection, name: str, *, display: str, place: Place, now: datetime) -> int:
    """Add somebody who has no password yet; return the staff_id."""
    values = {"name": name, "display": display, "active": True, "created": now, **_columns(place)}
    staff_id: int = conn.execute(insert(staff).values(values).returning(staff.c.id)).scalar_one()
    return staff_id


def move(conn: Connection, staff_id: int, *, display: str, place: Place, version: int) -> bool:
    """Change name, permissions and department; False if somebody changed them meanwhile."""
    change = update(staff).where(staff.c.id == staff_id, staff.c.version == version)
    done = conn.execute(change.values(display=display, version=version + 1, **_columns(place)))
    return done.rowcount == 1


def set_active(conn: Connection, staff_id: int, *, active: bool) -> None:
    """Let somebody in, or not any more."""
    _change(conn, staff_id, active=active, version=staff.c.version + 1)


def note_sign_in(conn: Connection, staff_id: int, *, failures: int, now: datetime) -> None:
    """Note that somebody is in, and how often it was tried in vain before."""
    _change(conn, staff_id, signed_in=now, failures_told=failures)


def find_proofs(conn: Connection, staff_id: int) -> Proofs | None:
    """Return what somebody proves his identity with."""
    row = conn.execute(_BY_ID, {"staff_id": staff_id}).first()
    return None if row is None else Proofs(row.id, row.password, row.totp, row.totp_offered, row.totp_step)


def set_password(conn: Connection, staff_id: int, *, password: str | None, now: datetime) -> None:
    """Keep a new password's hash, or none."""
    _change(conn, staff_id, password=password, password_changed=now)


def rehash_password(conn: Connection, staff_id: int, password: str) -> None:
    """Keep another hash of the same password."""
    _change(conn, staff_id, password=password)


def offer_totp(conn: Connection, staff_id: int, sealed: bytes) -> None:
    """Keep the secret that is being set up."""
    _change(conn, staff_id, totp_offered=sealed)


def accept_totp(conn: Connection, staff_id: int, *, step: int) -> None:
    """Make the offered secret the second factor; the code of this step has been used."""
    _change(conn, staff_id, totp=staff.c.totp_offered, totp_offered=None, totp_step=step)


def drop_totp(conn: Connection, staff_id: int) -> None:
    """Forget the second factor."""
    _change(conn, staff_id, totp=None, totp_offered=None, totp_step=None)


def use_totp_step(conn: Connection, staff_id: int, *, step: int) -> bool:
    """Use up a code; False if it, or a later one, was used before."""
    is_fresh = (staff.c.totp_step < step) | staff.c.totp_step.is_(None)
    return conn.execute(update(staff).where(staff.c.id == staff_id, is_fresh).values(totp_step=step)).rowcount == 1


def renew(conn: Connection, seal: Seal) -> int:
    """Close every second factor's secret with the newest key; return how many.

    Raises:
        CannotOpen: if a key is missing; nothing is changed then.
    """
    renewed = 0
    for row in conn.execute(select(staff.c.id, staff.c.totp, staff.c.totp_offered)).all():
        sealed = {name: getattr(row, name) for name in ("totp", "totp_offered") if getattr(row, name) is not None}
        if sealed:
            _change(conn, row.id, **{name: seal.renew(value) for name, value in sealed.items()})
        renewed += len(sealed)
    return renewed


def list_departments(conn: Connection) -> Mapping[int, str]:
    """Return the departments' names by their numbers, in order of the names."""
    rows = conn.execute(select(departments).order_by(departments.c.name))
    return {row.id: row.name for row in rows}


def add_department(conn: Connection, name: str) -> int:
    """Return the department of this name, which is added if it is new."""
    found: int | None = conn.scalar(select(departments.c.id).where(departments.c.name == name))
    if found is not None:
        return found
    added: int = conn.execute(insert(departments).values(name=name).returning(departments.c.id)).scalar_one()
    return added


def load(row: Row[Any]) -> StoredStaff:
    """Return what a row of the table says."""
    return StoredStaff(
        id=row.id,
        name=row.name,
        display=row.display,
        preset=row.preset,
        granted=tuple(row.granted.split()),
        taken=tuple(row.taken.split()),
        department_id=row.department_id,
        venue=row.venue,
        has_password=row.password is not None,
        has_totp=row.totp is not None,
        active=row.active,
        created=row.created,
        password_changed=row.password_changed,
        signed_in=row.signed_in,
        failures_told=row.failures_told,
        version=row.version,
    )


def _columns(place: Place) -> dict[str, object]:
    return {
        "preset": place.preset,
        "granted": " ".join(sorted(place.granted)),
        "taken": " ".join(sorted(place.taken)),
        "department_id": place.department_id,
        "venue": place.venue,
    }


def _change(conn: Connection, staff_id: int, **values: object) -> None:
    conn.execute(update(staff).where(staff.c.id == staff_id).values(**values))
