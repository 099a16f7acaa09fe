"""What the office sees at a glance: counts by day, which loops are alive, and what was published when."""

from sqlalchemy import Column, Integer, SmallInteger, Table, Text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

# Messages counted by the town's day; `rollups` says up to which row of the inbox.
daily_figures = Table(
    "daily_figures",
    METADATA,
    Column("day", Text, primary_key=True),  # Asia/Shanghai, YYYY-MM-DD
    Column("kind", Text, primary_key=True),  # see store/figures.py
    Column("outcome", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

rollups = Table(
    "rollups",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("last_id", BigId, nullable=False),
)

# One row a process and loop of it; all moments are wall clock.
heartbeats = Table(
    "heartbeats",
    METADATA,
    Column("process", Text, primary_key=True),  # host/number
    Column("what", Text, primary_key=True),  # sender:media, job:Cleanup …
    Column("beat", Instant, nullable=False, index=True),  # when the loop last showed that it is alive
    Column("began", Instant, nullable=False),  # when its process did
    Column("patience", Integer, nullable=False),  # seconds after which silence means trouble
    Column("ran", Instant),  # the last run that ended well
    Column("worked", Instant),  # the last one that found something to do
    Column("failed", Instant),  # the last one that didn't end well
    Column("error", Text),  # its type alone
)

# What went out to the public. Until the service publishes by itself, staff note it by hand.
publications = Table(
    "publications",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # article | notice | activity
    Column("title", Text, nullable=False),
    Column("by", Text, nullable=False),  # the name that its editor signs in with
)

# Questions that were missed most in a month, by their rows in `unanswered`: no citizen's word stands here.
missed_groups = Table(
    "missed_groups",
    METADATA,
    Column("month", Text, primary_key=True),  # of the town, YYYY-MM
    Column("place", SmallInteger, primary_key=True),  # 1 is the one asked most often
    Column("count", Integer, nullable=False),
    Column("row_ids", Text, nullable=False),  # JSON: some of them, the best wording first
)
