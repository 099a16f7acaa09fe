"""Reading the audit log: its words, the check of its chain, and everything that was found, a piece at a time.

Each piece is a read of its own, so that citizens' messages don't wait for a log of a million lines.
"""

import functools
from collections.abc import Sequence

from store import audit
from store.audit import Line, Search, Verdict
from store.database import Database
from store.start import AuditWords, read_audit_words

_LINES_AT_ONCE = 1000


async def verify_log(database: Database) -> Verdict:
    """Follow the whole chain and tell where it is broken."""
    verdict = Verdict()
    while not verdict.whole:
        verdict = await database.read(audit.verify, verdict)
    return verdict


async def gather(database: Database, wanted: Search, *, most: int) -> Sequence[Line]:
    """Return up to `most` matching lines, the newest first."""
    found: list[Line] = []
    while len(found) < most:
        before = found[-1].id if found else None
        piece = await database.read(audit.search, wanted, before=before, limit=min(_LINES_AT_ONCE, most - len(found)))
        found += piece
        if len(piece) < _LINES_AT_ONCE:
            break
    return found


@functools.cache
def words() -> AuditWords:
    """Return what actions and subjects are called."""
    return read_audit_words()
