"""Knowledge: articles and their versions, words and wordings, what went unanswered, vectors, scores, uploads."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.tables.metadata import METADATA
from store.types import BigId, Instant

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
    Column("submitted", Instant),  # since when a draft waits for an approver
    Column("note", Text, nullable=False, server_default=""),  # why it was sent back or withdrawn
)

article_samples = Table(
    "article_samples",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("plain", Text, nullable=False, server_default="", index=True),  # without marks and capitals, to be compared
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
    Column("note", Text, nullable=False, server_default=""),  # why it was withdrawn
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

# How well the published articles find their own questions, the last word of each day.
knowledge_scores = Table(
    "knowledge_scores",
    METADATA,
    Column("day", Text, primary_key=True),  # of the town, 2026-03-01
    Column("version", Integer, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("self_test", Float, nullable=False),  # share of the samples, 0 to 1
    Column("measured", Instant, nullable=False),
)

# Articles of a file that somebody looks over before they are taken in.
knowledge_uploads = Table(
    "knowledge_uploads",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("name", Text, nullable=False),  # of the file
    Column("articles", Text, nullable=False),  # JSON
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded", Instant, nullable=False, index=True),
)
