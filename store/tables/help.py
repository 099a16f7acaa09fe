"""Live help: conversations with people, days of work, words to answer with."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, Table, Text, text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

# A citizen and the office, from asking for a person to the end. A citizen has one open conversation at most.
conversations = Table(
    "conversations",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("ticket", Text, nullable=False, unique=True),  # such as 20261124-0042, told with a promise
    Column("citizen_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),  # waiting | promised | held | closed
    Column("revision", Integer, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("waiting_since", Instant),  # for anybody to claim it; null while held and once closed
    Column("unanswered_since", Instant),  # the citizen's oldest words that nobody has answered
    Column("last_citizen", Instant, nullable=False),
    Column("last_staff", Instant),
    Column("claimed", Instant),
    Column("holder", Integer),  # staff_id
    Column("promised", Instant),  # when the citizen was told the ticket and when to expect an answer
    Column("alert", Text),  # the last kind of bot/knowledge/sensitive.py that was heard here
    Column("about", Text, nullable=False, server_default=""),  # what the citizen had asked last, "" once erased
    Column("draft", Text, nullable=False, server_default=""),  # the officer's words that weren't sent yet
    Column("closed", Instant),
    Column("outcome", Text),  # answered | given_back | withdrawn | idle | erased
    Index(
        "ix_conversations_open",
        "citizen_id",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index(
        "ix_conversations_waiting",
        "opened",
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index("ix_conversations_closed", "closed"),
)

# What was said in it, by whom; a staff member's line stands in the outbox too, which knows what became of it.
conversation_lines = Table(
    "conversation_lines",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("conversation_id", BigId, ForeignKey("conversations.id"), nullable=False, index=True),
    Column("said", Instant, nullable=False, index=True),
    Column("who", Text, nullable=False),  # citizen | staff | system
    Column("staff_id", Integer),
    Column("kind", Text, nullable=False),  # text | image | voice | video | place | link | menu | claimed …
    Column("body", Text),  # words; null once erased or expired
    Column("alert", Text),  # the kind of bot/knowledge/sensitive.py
    Column("attachment_id", BigId),
    Column("outbox_id", BigId),
    Column("once", Text, unique=True),  # the form that sent it, so that a second click sends nothing
)

# One row a change: what the officers' pages look at to see that something moved. Kept for an hour.
help_feed = Table(
    "help_feed",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("conversation_id", BigId, nullable=False),
    Column("changed", Instant, nullable=False, index=True),
)

# How many tickets a day has given out.
tickets = Table(
    "tickets",
    METADATA,
    Column("day", Text, primary_key=True),  # Asia/Shanghai, YYYYMMDD
    Column("given", Integer, nullable=False),
)

# Days of which the office knows better than the calendar of public holidays.
workdays = Table(
    "workdays",
    METADATA,
    Column("day", Text, primary_key=True),  # YYYY-MM-DD
    Column("is_workday", Boolean, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("editor", Text, nullable=False),
    Column("changed", Instant, nullable=False),
)

# When people are there on a day of work; no row: as bot/domain/workdays.py says.
office_hours = Table(
    "office_hours",
    METADATA,
    Column("begins", SmallInteger, primary_key=True, autoincrement=False),  # minutes after midnight, Asia/Shanghai
    Column("ends", SmallInteger, nullable=False),
    Column("editor", Text, nullable=False),
    Column("changed", Instant, nullable=False),
)

canned_answers = Table(
    "canned_answers",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("editor", Text, nullable=False),
    Column("changed", Instant, nullable=False),
)
