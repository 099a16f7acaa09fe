"""The tables, declared once; `store/migrations` brings a database to this shape and a test compares the two.

`citizen_id` is a random name without meaning; openid, phone and name stand only in `citizens` and `contacts`.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.types import BigId, Instant

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: what every message must know, so that it is read with the message's own rows.
service_state = Table(
    "service_state",
    METADATA,
    Column("id", Integer, primary_key=True),  # always 1
    Column("knowledge_version", Integer, nullable=False),
    Column("quiet_reason", Text),  # null: not quiet
    Column("quiet_since", Instant),
)

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

articles = Table(
    "articles",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("measure", SmallInteger),  # 1–23 of the work plan
    Column("ours", Boolean, nullable=False),  # false: "not our service", points to the right door
    Column("subject", Text, nullable=False, server_default=""),  # what it is about, for questions that leave it out
    Column("title", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("links", Text, nullable=False, server_default=text("'[]'")),  # JSON [{text, url}]
    Column("status", Text, nullable=False),  # sample | draft | approved | withdrawn
    Column("version", Integer, nullable=False),
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("editor", Text, nullable=False),
    Column("approver", Text),
    Column("changed", Instant, nullable=False),
)

article_samples = Table(
    "article_samples",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    UniqueConstraint("article_id", "question"),
)

# Every state in which an article has been, for differences and for who changed what when.
article_versions = Table(
    "article_versions",
    METADATA,
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # JSON: measure, ours, subject, title, answer, links, samples, validity
    Column("status", Text, nullable=False),
    Column("editor", Text, nullable=False),
    Column("approver", Text),
    Column("changed", Instant, nullable=False),
)

# Words that citizens use for the same thing, kept by the office.
synonym_groups = Table(
    "synonym_groups",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("words", Text, nullable=False),  # JSON list
    Column("editor", Text, nullable=False),
    Column("changed", Instant, nullable=False),
)

# How names and slogans must be written, and what must not be written at all.
wordings = Table(
    "wordings",
    METADATA,
    Column("phrase", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # exact | avoid
    Column("blocks", Boolean, nullable=False),  # false: warns only
    Column("advice", Text, nullable=False),  # what to write instead, or why
    Column("editor", Text, nullable=False),
    Column("changed", Instant, nullable=False),
)

unanswered = Table(
    "unanswered",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("citizen_id", Text, nullable=False, index=True),
    Column("question", Text),  # null once erased
    Column("cause", Text, nullable=False),  # refused | none_fits | unsure
    Column("nearest_article_id", Integer),
    Column("asked", Instant, nullable=False, index=True),
    Column("state", Text, nullable=False, server_default="open"),  # open | picked | answered | not_ours | dropped
    Column("article_id", Integer, index=True),  # the one that answers it
    Column("settled", Instant),
    Column("settled_by", Text),
    Column("told", Instant),  # when the answer was put on its way to the asker
    Index(
        "ix_unanswered_open",
        "asked",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_unanswered_untold",
        "citizen_id",
        sqlite_where=text("state IN ('answered', 'not_ours') AND told IS NULL AND article_id IS NOT NULL"),
        postgresql_where=text("state IN ('answered', 'not_ours') AND told IS NULL AND article_id IS NOT NULL"),
    ),
)

# Questions once missed: `wenming evaluate` asks them again for good.
regressions = Table(
    "regressions",
    METADATA,
    Column("question", Text, primary_key=True),
    Column("article_id", Integer),  # null: to be refused
    Column("added", Instant, nullable=False),
)

# Vectors of texts, by the text's SHA-256; of one model they all have the same length.
embeddings = Table(
    "embeddings",
    METADATA,
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little endian
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
