"""How long citizens wait for a person: by day and over all, on both databases."""

from datetime import UTC, date, datetime, timedelta

from store import help, waits
from store.database import Connection, Database
from store.help import HelpState, NewLine, Who
from store.waits import Waits

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIRST, BEYOND = date(2026, 3, 2), date(2026, 3, 9)


def begin(conn: Connection, at: datetime, *claimed_after: int) -> None:
    """Plant a conversation, claimed so many seconds after it began, perhaps again later."""
    ticket = help.next_ticket(conn, f"{at:%Y%m%d}")
    begun = help.open_conversation(conn, f"c{ticket}", ticket=ticket, state=HelpState.WAITING, about="", now=at)
    for seconds in claimed_after:
        said = at + timedelta(seconds=seconds)
        help.add_line(conn, NewLine(conversation_id=begun.id, said=said, who=Who.SYSTEM, kind="claimed"))


async def test_the_first_claim_counts_and_the_middle_one_is_shown(database: Database) -> None:
    def plant(conn: Connection) -> None:
        for claims in ((30, 900), (600,), (90,), ()):
            begin(conn, MONDAY, *claims)
        begin(conn, MONDAY + timedelta(days=1), 10)
        begin(conn, MONDAY + timedelta(days=2))
        begin(conn, MONDAY + timedelta(days=7), 5)  # beyond

    await database.write(plant)
    assert await database.read(waits.by_day, first=FIRST, beyond=BEYOND) == [
        Waits(FIRST, 4, 3, 90.0),
        Waits(date(2026, 3, 3), 1, 1, 10.0),
        Waits(date(2026, 3, 4), 1, 0, None),
    ]
    assert await database.read(waits.total, first=FIRST, beyond=BEYOND) == Waits(FIRST, 6, 4, 30.0)


async def test_a_span_in_which_nobody_asked_has_no_median(database: Database) -> None:
    assert await database.read(waits.by_day, first=FIRST, beyond=BEYOND) == []
    assert await database.read(waits.total, first=FIRST, beyond=BEYOND) == Waits(FIRST, 0, 0, None)
