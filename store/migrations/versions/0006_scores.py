"""Questions to be compared, articles that wait for an approver, daily self-tests, files looked over first."""

import sqlalchemy as sa
from alembic import op

from store.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; what is there stays as it is."""
    op.add_column("articles", sa.Column("submitted", Instant(), nullable=True))
    op.add_column("articles", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("article_versions", sa.Column("note", sa.Text(), server_default="", nullable=False))
    _add_plain_questions()
    op.create_table(
        "knowledge_scores",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("self_test", sa.Float(), nullable=False),
        sa.Column("measured", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_knowledge_scores")),
    )
    op.create_table(
        "knowledge_uploads",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_knowledge_uploads")),
    )
    op.create_index(op.f("ix_knowledge_uploads_uploaded"), "knowledge_uploads", ["uploaded"], unique=False)


def _add_plain_questions() -> None:
    op.add_column("article_samples", sa.Column("plain", sa.Text(), server_default="", nullable=False))
    op.execute(make_plain())
    op.create_index(op.f("ix_article_samples_plain"), "article_samples", ["plain"], unique=False)


def make_plain() -> sa.Update:
    """Return what takes marks and capitals out of the questions, as store/article_content.py does."""
    plain: sa.ColumnElement[str] = sa.func.lower(sa.column("question"))
    for mark in "\uff1f?\uff01!\u3002\uff0c,\u3001 ":
        plain = sa.func.replace(plain, mark, "")
    return sa.update(sa.table("article_samples", sa.column("plain"))).values(plain=plain)
