"""Forms that count once, and forms kept over a sign-in."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; what is there stays as it is."""
    op.create_table(
        "once",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("claimed", Instant(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_once")),
    )
    op.create_index(op.f("ix_once_claimed"), "once", ["claimed"])
    op.create_table(
        "kept_forms",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("kept", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_kept_forms")),
    )
    op.create_index(op.f("ix_kept_forms_kept"), "kept_forms", ["kept"])
