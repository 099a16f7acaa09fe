"""Staff: who may sign in and do what, and what everybody did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

departments = Table(
    "departments",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
)

staff = Table(
    "staff",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),  # to sign in with, in small letters
    Column("display", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("granted", Text, nullable=False, server_default=""),  # permissions beyond the preset, by spaces
    Column("taken", Text, nullable=False, server_default=""),  # permissions of the preset that he hasn't
    Column("department_id", BigId, ForeignKey("departments.id")),
    Column("venue", Text),
    Column("password", Text),  # argon2id; null until an invitation was accepted
    Column("totp", LargeBinary),  # the second factor's secret, encrypted by store/sealing.py
    Column("totp_offered", LargeBinary),  # the one that is being set up
    Column("totp_step", BigId),  # the time step of the last code used: none counts twice
    Column("active", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("password_changed", Instant),
    Column("signed_in", Instant),  # last
    Column("failures_told", Integer, nullable=False, server_default="0"),  # wrong passwords before that
    Column("version", Integer, nullable=False, server_default="1"),
)

staff_sessions = Table(
    "staff_sessions",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("staff_id", BigId, ForeignKey("staff.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256: who reads the table can't sign in
    Column("stage", Text, nullable=False),  # second_factor | full
    Column("started", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("idle_until", Instant, nullable=False),
    Column("ends", Instant, nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("staff_id", BigId, ForeignKey("staff.id"), nullable=False, index=True),
    Column("salt", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used", Instant),
)

# One-time links to a first or a new password.
invitations = Table(
    "invitations",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("staff_id", BigId, ForeignKey("staff.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    Column("used", Instant),
)

# Guesses by name and by address; both stand as hashes: people type passwords into the wrong field.
sign_in_attempts = Table(
    "sign_in_attempts",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("strikes", Integer, nullable=False),  # failures in a row; forgotten after a day
    Column("failures", Integer, nullable=False),  # since the last sign-in, with those refused unheard
    Column("locked_until", Instant),
    Column("last", Instant, nullable=False, index=True),
)

# What everybody did. Only added to: triggers refuse every UPDATE, and DELETE of what is younger than 180 days.
audit = Table(
    "audit",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("happened", Instant, nullable=False, index=True),
    Column("staff_id", BigId, ForeignKey("staff.id")),  # null: the command line, a stranger, the service itself
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),  # article, staff, conversation …
    Column("subject_id", Text, nullable=False),
    Column("detail", Text, nullable=False),  # nothing personal
    Column("citizen", Text, nullable=False),  # citizen_id
    Column("address", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),  # the hash of the line before
    Column("hash", LargeBinary, nullable=False),  # SHA-256 over that and this line
    Index(None, "staff_id", "happened"),
    Index(None, "action", "happened"),
    Index(None, "subject", "subject_id", "happened"),
    Index(None, "citizen", "happened"),
)
