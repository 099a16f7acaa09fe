"""Staff, their sessions, what they may see, and the audit log."""

import sqlalchemy as sa
from alembic import op

from store.types import BigId, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A line's age is counted from the newest line: the log's own time, which also holds where tests move the clock.
# SQLite fires no DELETE trigger for the row that INSERT OR REPLACE puts out, so such an INSERT is refused itself.
_SQLITE_TRIGGERS = (
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
    "CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
    "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit "
    "WHEN OLD.happened > (SELECT max(happened) FROM audit) - 15552000000000 "  # 180 days in microseconds
    "BEGIN SELECT RAISE(ABORT, 'the audit log is kept for 180 days'); END",
)
_POSTGRES_TRIGGERS = (
    "CREATE FUNCTION audit_is_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' THEN "
    "IF OLD.happened <= (SELECT max(happened) FROM audit) - interval '180 days' THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'the audit log is kept for 180 days'; END IF; "
    "RAISE EXCEPTION 'the audit log is only added to'; END $$",
    "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_added_to()",
    "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_added_to()",
)


def upgrade() -> None:
    """Add the tables; what is there stays as it is."""
    _add_staff()
    _add_sessions()
    _add_ways_in()
    _add_audit()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRES_TRIGGERS:
        op.execute(trigger)


def _add_staff() -> None:
    op.create_table(
        "departments",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("name", name=op.f("uq_departments_name")),
    )
    op.create_table(
        "staff",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("granted", sa.Text(), server_default="", nullable=False),
        sa.Column("taken", sa.Text(), server_default="", nullable=False),
        sa.Column("department_id", BigId, nullable=True),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_offered", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", BigId, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("password_changed", Instant(), nullable=True),
        sa.Column("signed_in", Instant(), nullable=True),
        sa.Column("failures_told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_staff_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )


def _add_sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("started", Instant(), nullable=False),
        sa.Column("seen", Instant(), nullable=False),
        sa.Column("idle_until", Instant(), nullable=False),
        sa.Column("ends", Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    op.create_index(op.f("ix_staff_sessions_ends"), "staff_sessions", ["ends"])


def _add_ways_in() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_staff_id"), "recovery_codes", ["staff_id"])
    op.create_table(
        "invitations",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.Column("used", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitations_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_staff_id"), "invitations", ["staff_id"])
    op.create_index(op.f("ix_invitations_expires"), "invitations", ["expires"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("last", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_last"), "sign_in_attempts", ["last"])


def _add_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("happened", Instant(), nullable=False),
        sa.Column("staff_id", BigId, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_happened"), "audit", ["happened"])
    for columns in (
        ["staff_id", "happened"],
        ["action", "happened"],
        ["subject", "subject_id", "happened"],
        ["citizen", "happened"],
    ):
        op.create_index(op.f(f"ix_audit_{'_'.join(columns)}"), "audit", columns)
