"""People: citizens, what they told us about themselves and agreed to, and who was erased."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Table, Text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

citizens = Table(
    "citizens",
    METADATA,
    Column("citizen_id", Text, primary_key=True),
    Column("openid", Text, unique=True),  # null once erased
    Column("followed", Boolean, nullable=False),
    Column("first_seen", Instant, nullable=False),
)

contacts = Table(
    "contacts",
    METADATA,
    Column("citizen_id", Text, ForeignKey("citizens.citizen_id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # phone | name
    Column("sealed", LargeBinary, nullable=False),  # encrypted by store/sealing.py
    Column("given", Instant, nullable=False),
)

erasures = Table(
    "erasures",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("citizen_id", Text, nullable=False),
    Column("cause", Text, nullable=False),  # unfollowed | asked | authorization_revoked …
    Column("erased", Instant, nullable=False),
)

# What a citizen was told about personal data, and said to it.
consents = Table(
    "consents",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("citizen_id", Text, nullable=False, index=True),
    Column("notice", Text, nullable=False),  # the notice's version
    Column("decision", Text, nullable=False),  # agreed | refused | withdrawn
    Column("decided", Instant, nullable=False),
)

# Who looked at or took out personal data, and knocks at locked doors; the person stands under a pseudonym.
security_log = Table(
    "security_log",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("happened", Instant, nullable=False, index=True),
    Column("event", Text, nullable=False),  # my_data_shown, my_data_exported, link_refused …
    Column("who", Text, nullable=False),  # keyed hash of the citizen_id, "" for a stranger
    Column("detail", Text, nullable=False, server_default=""),
)
