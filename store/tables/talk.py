"""The conversation: where each citizen stands, what came in and what it brought, and what failed."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

dialogues = Table(
    "dialogues",
    METADATA,
    Column("citizen_id", Text, ForeignKey("citizens.citizen_id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("heard", Instant, nullable=False),  # the citizen's last message
    Column("state", Text, nullable=False),  # JSON, see bot/dialogue/context.py
)

# One row a push: that it was handled, and the finished reply for WeChat's retries. Together they are the transcript.
inbox = Table(
    "inbox",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("key", LargeBinary(16), nullable=False, unique=True),
    Column("citizen_id", Text, index=True),  # null: the platform itself
    Column("received", Instant, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("said", Text),  # the citizen's words, null for what isn't text and once erased
    Column("reply", Text, nullable=False),  # JSON, see bot/dialogue/replies.py
)

failures = Table(
    "failures",
    METADATA,
    Column("reference", Text, primary_key=True),  # the number that the citizen was told
    Column("happened", Instant, nullable=False, index=True),
    Column("who", Text, nullable=False, server_default="", index=True),  # SHA-256 of the openid, to erase it by
    Column("error", Text, nullable=False),  # its type alone: its words may quote the citizen's
    Column("sealed", LargeBinary, nullable=False),  # the raw push and the error's words, encrypted
)

attachments = Table(
    "attachments",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("citizen_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # image | voice | video
    Column("received", Instant, nullable=False),
    Column("state", Text, nullable=False),  # expected | kept | lost | erased
    Column("sha256", Text),  # names the file
    Column("content_type", Text),
    Column("size", Integer),  # bytes
    Index(
        "ix_attachments_file",
        "sha256",
        sqlite_where=text("sha256 IS NOT NULL"),
        postgresql_where=text("sha256 IS NOT NULL"),
    ),
)
