"""The console's frame: forms that count once, and the words of somebody who was signed out while writing."""

from sqlalchemy import Column, LargeBinary, SmallInteger, Table, Text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

# Forms that have changed something; a second sender is led to where the first one went.
once = Table(
    "once",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("staff_id", BigId, nullable=False),  # 0: nobody was signed in
    Column("claimed", Instant, nullable=False, index=True),
    Column("status", SmallInteger),  # of the answer; null until it is known
    Column("location", Text),  # where it led, null if nowhere
)

# Forms sent after the session had ended: encrypted, for their writer alone, for an hour.
kept_forms = Table(
    "kept_forms",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("staff_id", BigId, nullable=False),
    Column("kept", Instant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
