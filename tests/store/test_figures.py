"""Figures by day: every message counts once, on the town's day, with what its citizen read."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from bot.clock import Clock
from bot.jobs.figures import FIXED_REPLIES, DailyFigures
from store import figures, inbox, unanswered
from store.database import Connection, Database
from store.figures import Kind, Outcome, Piece
from store.inbox import Handled

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # in the town
TODAY = date(2026, 3, 4)
ANSWER = '{"kind":"text","content":"…"}'
_NUMBERS = count(1)


class Killed(Exception):
    """What ends a transaction of these tests."""


def says(
    conn: Connection,
    words: str | None = "几点开门?",
    *,
    at: datetime = NOON,
    missed: str = "",
    who: str | None = "c1",
    kind: str = "text",
    reply: str = ANSWER,
) -> None:
    """Plant a message; `missed` is the cause for which the office keeps its question."""
    key = next(_NUMBERS).to_bytes(16, "big")
    inbox.remember(conn, [Handled(key, who, at, kind, reply, words)])
    if missed:
        question = (words or "")[:500]
        unanswered.add(conn, citizen_id=who or "", question=question, cause=missed, nearest_article_id=None, asked=at)


async def counted(database: Database, *, first: date = TODAY, final: date = TODAY) -> Counter[tuple[Kind, Outcome]]:
    read = await database.read(figures.read, FIXED_REPLIES, first=first, final=final)
    assert not read.is_behind
    totals: Counter[tuple[Kind, Outcome]] = Counter()
    for one in read.figures:
        totals[one.kind, one.outcome] += one.count
    return totals


async def roll_up(database: Database, *, before: datetime = NOON + timedelta(days=2), most: int = 100) -> int:
    pieces = 0
    while (piece := await database.read(figures.count_next, FIXED_REPLIES, before=before, most=most)) is not None:
        assert await database.write(figures.add, piece)
        pieces += 1
    return pieces


def plant_one_of_each(conn: Connection) -> None:
    says(conn, "几点开门?")
    says(conn, "谁偷了奶酪?", missed="refused", at=NOON + timedelta(seconds=1))
    says(conn, "停车", missed="unsure", at=NOON + timedelta(seconds=2))
    says(conn, "在吗", reply=FIXED_REPLIES.silence)
    says(conn, "有人吗", reply=FIXED_REPLIES.quiet)
    says(conn, None, who=None)
    says(conn, None, kind="image")
    says(conn, None, kind="event:subscribe")
    says(conn, None, kind="event:click", reply=FIXED_REPLIES.quiet)
    says(conn, None, kind="event:templatesendjobfinish", who=None, reply=FIXED_REPLIES.silence)


EACH = Counter(
    {
        (Kind.TEXT, Outcome.ANSWERED): 1,
        (Kind.TEXT, Outcome.REFUSED): 1,
        (Kind.TEXT, Outcome.OFFERED): 1,
        (Kind.TEXT, Outcome.PERSON): 1,
        (Kind.TEXT, Outcome.QUIET): 1,
        (Kind.TEXT, Outcome.FAILED): 1,
        (Kind.PICTURE, Outcome.NONE): 1,
        (Kind.FOLLOWED, Outcome.NONE): 1,
        (Kind.BUTTON, Outcome.QUIET): 1,
        (Kind.OTHER, Outcome.NONE): 1,
    }
)


async def test_each_outcome_is_told_before_and_after_it_is_kept(database: Database) -> None:
    await database.write(plant_one_of_each)
    assert await counted(database) == EACH
    assert await roll_up(database, most=3) == 4
    assert await counted(database) == EACH


async def test_a_turned_down_offer_stays_an_offer_and_the_turning_down_is_a_refusal(database: Database) -> None:
    later = NOON + timedelta(minutes=1)

    def turn_down(conn: Connection) -> None:
        says(conn, "都不是", at=later)
        unanswered.add(conn, citizen_id="c1", question="停车", cause="none_fits", nearest_article_id=None, asked=later)

    await database.write(says, "停车", missed="unsure")
    await roll_up(database, before=later)
    await database.write(turn_down)
    late_count = await counted(database)
    assert late_count == {(Kind.TEXT, Outcome.OFFERED): 1, (Kind.TEXT, Outcome.REFUSED): 1}

    await database.write(says, "停车", missed="unsure", at=NOON + timedelta(hours=1))  # both after the turning down
    await roll_up(database)
    assert await counted(database) == {(Kind.TEXT, Outcome.OFFERED): 2, (Kind.TEXT, Outcome.REFUSED): 1}


async def test_an_offer_turned_down_before_it_was_counted_is_an_offer(database: Database) -> None:
    def plant(conn: Connection) -> None:
        says(conn, "停车", missed="unsure")
        later = NOON + timedelta(minutes=1)
        says(conn, "都不是", at=later)
        unanswered.add(conn, citizen_id="c1", question="停车", cause="none_fits", nearest_article_id=None, asked=later)

    await database.write(plant)
    await roll_up(database)
    assert await counted(database) == {(Kind.TEXT, Outcome.OFFERED): 1, (Kind.TEXT, Outcome.REFUSED): 1}


async def test_two_missed_questions_in_one_message_are_one_refusal(database: Database) -> None:
    def plant(conn: Connection) -> None:
        says(conn, "几点?多少钱?", missed="refused")
        unanswered.add(conn, citizen_id="c1", question="几点", cause="unsure", nearest_article_id=None, asked=NOON)

    await database.write(plant)
    assert await counted(database) == {(Kind.TEXT, Outcome.REFUSED): 1}


async def test_days_are_the_towns(database: Database) -> None:
    midnight = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)

    def plant(conn: Connection) -> None:
        says(conn, at=midnight - timedelta(microseconds=1))
        says(conn, at=midnight)
        says(conn, at=midnight + timedelta(hours=24))

    await database.write(plant)
    await roll_up(database, before=midnight + timedelta(hours=1))  # the last one is counted when read
    read = await database.read(figures.read, FIXED_REPLIES, first=date(2026, 3, 3), final=date(2026, 3, 5))
    assert [(one.day.day, one.count) for one in sorted(read.figures, key=lambda one: one.day)] == [
        (3, 1),
        (4, 1),
        (5, 1),
    ]
    assert await counted(database) == {(Kind.TEXT, Outcome.ANSWERED): 1}
    assert await database.read(figures.find_first_day) == date(2026, 3, 3)


async def test_a_piece_counts_once_whoever_adds_it(database: Database) -> None:
    await database.write(says)
    piece = await database.read(figures.count_next, FIXED_REPLIES, before=NOON + timedelta(days=1), most=10)
    assert isinstance(piece, Piece)
    assert await database.write(figures.add, piece)
    assert not await database.write(figures.add, piece)  # another replica, or the same one after a kill
    assert await counted(database) == {(Kind.TEXT, Outcome.ANSWERED): 1}


async def test_a_kill_between_counting_and_adding_loses_nothing(database: Database) -> None:
    def add_and_die(conn: Connection, piece: Piece) -> None:
        figures.add(conn, piece)
        raise Killed

    await database.write(says)
    piece = await database.read(figures.count_next, FIXED_REPLIES, before=NOON + timedelta(days=1), most=10)
    assert piece is not None
    with pytest.raises(Killed):
        await database.write(add_and_die, piece)
    assert await counted(database) == {(Kind.TEXT, Outcome.ANSWERED): 1}
    assert await roll_up(database) == 1
    assert await counted(database) == {(Kind.TEXT, Outcome.ANSWERED): 1}


async def test_what_is_too_much_to_count_at_once_is_said(database: Database) -> None:
    def plant(conn: Connection) -> None:
        for _ in range(6):
            says(conn)

    await database.write(plant)
    assert (await database.read(figures.read, FIXED_REPLIES, first=TODAY, final=TODAY, most=5)).is_behind
    assert not (await database.read(figures.read, FIXED_REPLIES, first=TODAY, final=TODAY, most=6)).is_behind


async def test_the_job_counts_what_has_settled_and_no_more(database: Database) -> None:
    clock = Clock()

    def plant(conn: Connection) -> None:
        says(conn, at=clock.now() - timedelta(minutes=1))
        says(conn, at=clock.now())

    await database.write(plant)
    job = DailyFigures(database, clock=clock)
    assert await job.run_once() == 1
    assert await job.run_once() == 0
    today = clock.now()
    span = {"first": (today - timedelta(days=2)).date(), "final": (today + timedelta(days=2)).date()}
    assert await counted(database, **span) == {(Kind.TEXT, Outcome.ANSWERED): 2}


async def test_rows_deleted_by_time_change_nothing(database: Database) -> None:
    await database.write(plant_one_of_each)
    await roll_up(database)
    await database.write(lambda conn: conn.exec_driver_sql("DELETE FROM inbox"))
    assert await counted(database) == EACH
