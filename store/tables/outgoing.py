"""What goes out: deliveries, the lanes they take, and what all processes share."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text, text

from store.tables.metadata import METADATA
from store.types import BigId, Instant

# One row: what every message must know, so that it is read with the message's own rows.
service_state = Table(
    "service_state",
    METADATA,
    Column("id", Integer, primary_key=True),  # always 1
    Column("knowledge_version", Integer, nullable=False),
    Column("quiet_reason", Text),  # null: not quiet
    Column("quiet_since", Instant),
)

# Everything outgoing, one row a recipient and message.
outbox = Table(
    "outbox",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("lane", Text, nullable=False),  # one per API: customer_message, media …
    Column("priority", SmallInteger, nullable=False),  # 0 replies, 5 case notices, 9 broadcasts
    Column("state", Text, nullable=False),  # see store/outbox.py
    Column("due", Instant, nullable=False),
    Column("expires", Instant),
    Column("citizen_id", Text, index=True),
    Column("broadcast_id", BigId, index=True),
    Column("dedupe", Text, unique=True),
    Column("body", Text, nullable=False),  # JSON, understood by the lane
    Column("repeatable", Boolean, nullable=False),  # a second attempt does no harm
    Column("client_id", Text),  # WeChat's own dedupe key, where the lane has one
    Column("attempts", SmallInteger, nullable=False),
    Column("lease_until", Instant),  # wall clock, never the business clock
    Column("fence", Integer, nullable=False),  # counts the leases, so that a late worker can't settle another's
    Column("first_attempt", Instant),
    Column("settled", Instant),
    Column("errcode", Integer),
    Column("error", Text),
    Column("created", Instant, nullable=False),
    Index(
        "ix_outbox_ready",
        "lane",
        "priority",
        "due",
        "id",
        sqlite_where=text("state = 'ready'"),
        postgresql_where=text("state = 'ready'"),
    ),
    Index(
        "ix_outbox_leased",
        "lease_until",
        sqlite_where=text("state IN ('leased', 'attempting')"),
        postgresql_where=text("state IN ('leased', 'attempting')"),
    ),
    Index(
        "ix_outbox_expiring",
        "lane",
        "expires",
        sqlite_where=text("state = 'ready' AND expires IS NOT NULL"),
        postgresql_where=text("state = 'ready' AND expires IS NOT NULL"),
    ),
    Index(
        "ix_outbox_uncertain",
        "lane",
        sqlite_where=text("state = 'uncertain'"),
        postgresql_where=text("state = 'uncertain'"),
    ),
    postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.01, "autovacuum_analyze_scale_factor": 0.01},
)

lanes = Table(
    "lanes",
    METADATA,
    Column("lane", Text, primary_key=True),
    Column("per_second", Integer, nullable=False),
    Column("every", Integer, nullable=False, server_default=text("1")),  # seconds over which those are spread
    Column("burst", Integer, nullable=False),
    Column("day_limit", Integer, nullable=False),
    Column("micro_tokens", BigId, nullable=False),  # the bucket, in millionths of a call
    Column("refilled", Instant, nullable=False),  # wall clock
    Column("day", Text, nullable=False),  # Asia/Shanghai, YYYY-MM-DD
    Column("day_count", Integer, nullable=False),
    Column("blocked_until", Instant),
    Column("blocked_reason", Text),
)

# Named things that one process at a time may do or that all share: the access token.
leases = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text),
    Column("until", Instant),  # wall clock
    Column("fence", Integer, nullable=False),
    Column("sealed", LargeBinary),  # the shared value, encrypted
    Column("value_until", Instant),  # wall clock
    Column("forced", Text, nullable=False, server_default=text("'[]'")),  # JSON: Unix seconds of forced refreshes
)
