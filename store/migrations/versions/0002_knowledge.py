"""Knowledge that grows: versions, synonyms, wordings, what went unanswered; transcript, consent, security log."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; what is there stays as it is."""
    op.add_column("articles", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.add_column("inbox", sa.Column("said", sa.Text(), nullable=True))
    op.add_column("lanes", sa.Column("every", sa.Integer(), server_default=sa.text("1"), nullable=False))
    _extend_unanswered()
    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("changed", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")),
        sa.PrimaryKeyConstraint("article_id", "version", name=op.f("pk_article_versions")),
    )
    op.create_table(
        "synonym_groups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_groups")),
    )
    op.create_table(
        "wordings",
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phrase", name=op.f("pk_wordings")),
    )
    op.create_table(
        "regressions",
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("added", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_regressions")),
    )
    op.create_table(
        "embeddings",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "model", name=op.f("pk_embeddings")),
    )
    _create_privacy_tables()


def _extend_unanswered() -> None:
    op.add_column("unanswered", sa.Column("state", sa.Text(), server_default="open", nullable=False))
    op.add_column("unanswered", sa.Column("article_id", sa.Integer(), nullable=True))
    op.add_column("unanswered", sa.Column("settled", Instant(), nullable=True))
    op.add_column("unanswered", sa.Column("settled_by", sa.Text(), nullable=True))
    op.add_column("unanswered", sa.Column("told", Instant(), nullable=True))
    op.create_index(op.f("ix_unanswered_article_id"), "unanswered", ["article_id"], unique=False)
    op.create_index(
        "ix_unanswered_open",
        "unanswered",
        ["asked"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_unanswered_untold",
        "unanswered",
        ["citizen_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('answered', 'not_ours') AND told IS NULL AND article_id IS NOT NULL"),
        postgresql_where=sa.text("state IN ('answered', 'not_ours') AND told IS NULL AND article_id IS NOT NULL"),
    )


def _create_privacy_tables() -> None:
    op.add_column("failures", sa.Column("who", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_failures_who"), "failures", ["who"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_citizen_id"), "consents", ["citizen_id"], unique=False)
    op.create_table(
        "security_log",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("happened", Instant(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_log")),
    )
    op.create_index(op.f("ix_security_log_happened"), "security_log", ["happened"], unique=False)
