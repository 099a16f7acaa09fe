"""The foundation: citizens, dialogues, inbox, outbox, articles and what they need."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the one row of service_state."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("measure", sa.SmallInteger(), nullable=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=True),
        sa.Column("valid_until", Instant(), nullable=True),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_citizen_id"), "attachments", ["citizen_id"], unique=False)
    op.create_index(
        "ix_attachments_file",
        "attachments",
        ["sha256"],
        unique=False,
        sqlite_where=sa.text("sha256 IS NOT NULL"),
        postgresql_where=sa.text("sha256 IS NOT NULL"),
    )
    op.create_table(
        "citizens",
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=True),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_citizens")),
        sa.UniqueConstraint("openid", name=op.f("uq_citizens_openid")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("erased", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "failures",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("happened", Instant(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_failures")),
    )
    op.create_index(op.f("ix_failures_happened"), "failures", ["happened"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=True),
        sa.Column("received", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("key", name=op.f("uq_inbox_key")),
    )
    op.create_index(op.f("ix_inbox_citizen_id"), "inbox", ["citizen_id"], unique=False)
    op.create_index(op.f("ix_inbox_received"), "inbox", ["received"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("day_limit", sa.Integer(), nullable=False),
        sa.Column("micro_tokens", BigId, nullable=False),
        sa.Column("refilled", Instant(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("blocked_until", Instant(), nullable=True),
        sa.Column("blocked_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lanes")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("value_until", Instant(), nullable=True),
        sa.Column("forced", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=True),
        sa.Column("citizen_id", sa.Text(), nullable=True),
        sa.Column("broadcast_id", BigId, nullable=True),
        sa.Column("dedupe", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("first_attempt", Instant(), nullable=True),
        sa.Column("settled", Instant(), nullable=True),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_outbox_dedupe")),
        postgresql_with={
            "fillfactor": 70,
            "autovacuum_vacuum_scale_factor": 0.01,
            "autovacuum_analyze_scale_factor": 0.01,
        },
    )
    op.create_index(op.f("ix_outbox_broadcast_id"), "outbox", ["broadcast_id"], unique=False)
    op.create_index(op.f("ix_outbox_citizen_id"), "outbox", ["citizen_id"], unique=False)
    op.create_index(
        "ix_outbox_expiring",
        "outbox",
        ["lane", "expires"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND expires IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND expires IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('leased', 'attempting')"),
        postgresql_where=sa.text("state IN ('leased', 'attempting')"),
    )
    op.create_index(
        "ix_outbox_ready",
        "outbox",
        ["lane", "priority", "due", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_outbox_uncertain",
        "outbox",
        ["lane"],
        unique=False,
        sqlite_where=sa.text("state = 'uncertain'"),
        postgresql_where=sa.text("state = 'uncertain'"),
    )
    op.create_table(
        "service_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("knowledge_version", sa.Integer(), nullable=False),
        sa.Column("quiet_reason", sa.Text(), nullable=True),
        sa.Column("quiet_since", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_state")),
    )
    op.create_table(
        "unanswered",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("nearest_article_id", sa.Integer(), nullable=True),
        sa.Column("asked", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
    )
    op.create_index(op.f("ix_unanswered_asked"), "unanswered", ["asked"], unique=False)
    op.create_index(op.f("ix_unanswered_citizen_id"), "unanswered", ["citizen_id"], unique=False)
    op.create_table(
        "article_samples",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_samples_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_samples")),
        sa.UniqueConstraint("article_id", "question", name=op.f("uq_article_samples_article_id_question")),
    )
    op.create_index(op.f("ix_article_samples_article_id"), "article_samples", ["article_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.citizen_id"], name=op.f("fk_contacts_citizen_id")),
        sa.PrimaryKeyConstraint("citizen_id", "kind", name=op.f("pk_contacts")),
    )
    op.create_table(
        "dialogues",
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("heard", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.citizen_id"], name=op.f("fk_dialogues_citizen_id")),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_dialogues")),
    )
    op.execute("INSERT INTO service_state (id, knowledge_version) VALUES (1, 1)")
