"""Counts by day, heartbeats of the loops, publications, what was missed most."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; the counts start from the first row of the inbox."""
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "outcome", name=op.f("pk_daily_figures")),
    )
    op.create_table(
        "rollups",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rollups")),
    )
    op.execute("INSERT INTO rollups (name, last_id) VALUES ('inbox', 0)")
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("beat", Instant(), nullable=False),
        sa.Column("began", Instant(), nullable=False),
        sa.Column("patience", sa.Integer(), nullable=False),
        sa.Column("ran", Instant(), nullable=True),
        sa.Column("worked", Instant(), nullable=True),
        sa.Column("failed", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("process", "what", name=op.f("pk_heartbeats")),
    )
    op.create_index(op.f("ix_heartbeats_beat"), "heartbeats", ["beat"])
    op.create_table(
        "publications",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_at"), "publications", ["at"])
    op.create_table(
        "missed_groups",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("row_ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", "place", name=op.f("pk_missed_groups")),
    )
