"""Heartbeats: which loops of which processes are alive, when they last did something, and how they failed last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from store.database import wall_clock
from store.tables import heartbeats

_FORGOTTEN_AFTER = timedelta(days=1)
_OTHERS_DO_ITS_WORK = 600.0  # seconds, after which a lost process is no news any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A loop as its own process sees it: seconds ago, None for what hasn't happened.

    `patience`: after how many seconds without a sign of life something is wrong.
    """

    what: str
    patience: int
    alive: float
    ran: float | None = None
    worked: float | None = None
    failed: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A loop as the others see it; all moments are wall clock, `silent` seconds."""

    process: str
    what: str
    beat: datetime
    began: datetime
    patience: int
    ran: datetime | None
    worked: datetime | None
    failed: datetime | None
    error: str | None
    silent: float

    @property
    def is_silent(self) -> bool:
        """Tell whether it has shown no sign of life for too long."""
        return self.silent > self.patience

    @property
    def host(self) -> str:
        """Return the machine that its process runs on."""
        return self.process.partition("/")[0]


_PUT = insert(heartbeats)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["process", "what"],
    set_={name: _PUT.excluded[name] for name in ("beat", "patience", "ran", "worked", "failed", "error")},
)
_LEAVE = delete(heartbeats).where(heartbeats.c.process == bindparam("who"))
_FORGET = delete(heartbeats).where(heartbeats.c.beat < bindparam("before"))
_ALL = select(heartbeats).order_by(heartbeats.c.began, heartbeats.c.process, heartbeats.c.what)


def put(conn: Connection, process: str, beats: Sequence[Beat], *, running: float) -> None:
    """Write down the loops of a process that has been running for so many seconds; forget those silent for a day."""
    wall = wall_clock(conn)
    began = _ago(wall, running)
    rows = [
        {
            "process": process,
            "what": one.what,
            "beat": _ago(wall, one.alive),
            "began": began,
            "patience": one.patience,
            "ran": _ago(wall, one.ran),
            "worked": _ago(wall, one.worked),
            "failed": _ago(wall, one.failed),
            "error": one.error,
        }
        for one in sorted(beats, key=lambda one: one.what)
    ]
    if rows:
        conn.execute(_PUT, rows)
    conn.execute(_FORGET, {"before": wall - _FORGOTTEN_AFTER})


def leave(conn: Connection, process: str) -> None:
    """A process ends as it should: nobody waits for its signs of life any more."""
    conn.execute(_LEAVE, {"who": process})


def list_all(conn: Connection) -> list[Heartbeat]:
    """Return every loop of every process, the process that began first first."""
    wall = wall_clock(conn)
    return [
        Heartbeat(**row._asdict(), silent=max(0.0, (wall - row.beat).total_seconds())) for row in conn.execute(_ALL)
    ]


def find_trouble(beats: Sequence[Heartbeat]) -> list[Heartbeat]:
    """Return the loops whose silence somebody should look into.

    A process that was killed says no goodbye. Once another has begun on the same machine, or others have done all of
    its work for ten minutes, its rows are only history.
    """
    alive = [one for one in beats if not one.is_silent]
    return [one for one in beats if one.is_silent and not _is_replaced(one, alive)]


def _is_replaced(silent: Heartbeat, alive: Sequence[Heartbeat]) -> bool:
    if any(one.process == silent.process for one in alive):  # the process lives, this loop of it hangs
        return False
    others = [one for one in alive if one.what == silent.what]
    restarted = any(one.host == silent.host and one.began > silent.beat for one in others)
    return restarted or (bool(others) and silent.silent > _OTHERS_DO_ITS_WORK)


def _ago(wall: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else wall - timedelta(seconds=seconds)
