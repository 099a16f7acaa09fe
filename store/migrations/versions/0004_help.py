"""Conversations with people, days of work, words to answer with."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("state <> 'closed'")


def upgrade() -> None:
    """Add the tables; what is there stays as it is."""
    _create_conversations()
    _create_lines()
    _create_calendar()
    op.create_table(
        "canned_answers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
        sa.UniqueConstraint("title", name=op.f("uq_canned_answers_title")),
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened", Instant(), nullable=False),
        sa.Column("waiting_since", Instant(), nullable=True),
        sa.Column("unanswered_since", Instant(), nullable=True),
        sa.Column("last_citizen", Instant(), nullable=False),
        sa.Column("last_staff", Instant(), nullable=True),
        sa.Column("claimed", Instant(), nullable=True),
        sa.Column("holder", sa.Integer(), nullable=True),
        sa.Column("promised", Instant(), nullable=True),
        sa.Column("alert", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("draft", sa.Text(), server_default="", nullable=False),
        sa.Column("closed", Instant(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("ticket", name=op.f("uq_conversations_ticket")),
    )
    op.create_index(op.f("ix_conversations_citizen_id"), "conversations", ["citizen_id"], unique=False)
    op.create_index(
        "ix_conversations_open",
        "conversations",
        ["citizen_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        ["opened"],
        unique=False,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_index("ix_conversations_closed", "conversations", ["closed"], unique=False)


def _create_lines() -> None:
    op.create_table(
        "conversation_lines",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("conversation_id", BigId, nullable=False),
        sa.Column("said", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("alert", sa.Text(), nullable=True),
        sa.Column("attachment_id", BigId, nullable=True),
        sa.Column("outbox_id", BigId, nullable=True),
        sa.Column("once", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_lines_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_lines")),
        sa.UniqueConstraint("once", name=op.f("uq_conversation_lines_once")),
    )
    op.create_index(
        op.f("ix_conversation_lines_conversation_id"), "conversation_lines", ["conversation_id"], unique=False
    )
    op.create_index(op.f("ix_conversation_lines_said"), "conversation_lines", ["said"], unique=False)
    op.create_table(
        "help_feed",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("conversation_id", BigId, nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_feed")),
    )
    op.create_index(op.f("ix_help_feed_changed"), "help_feed", ["changed"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tickets")),
    )


def _create_calendar() -> None:
    op.create_table(
        "workdays",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_workdays")),
    )
    op.create_table(
        "office_hours",
        sa.Column("begins", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("begins", name=op.f("pk_office_hours")),
    )
