"""The audit log is append-only, and what is personal in it can be erased."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Name, the columns whose update is watched (none: DELETE is), when it is refused (empty: always), sentence.
GUARDS = (
    ("audit_log_keeps_rows", (), "", "audit_log: rows are kept"),
    (
        "audit_log_keeps_facts",
        (
            "audit_id",
            "actor_id",
            "action",
            "subject_type",
            "subject_id",
            "content_commit",
            "request_id",
            "ip_commit",
            "created_at",
        ),
        "",
        "audit_log: what is recorded is kept",
    ),
    (
        "audit_log_sealed_once",
        ("chain_seq", "prev_hash", "row_hash"),
        "old.chain_seq IS NOT NULL OR new.chain_seq IS NULL",
        "audit_log: a row is sealed once",
    ),
    (
        "audit_log_erases_content",
        ("before_state", "after_state", "reason", "content_salt"),
        "new.content_salt IS NOT NULL OR new.reason IS NOT NULL",
        "audit_log: content is erased only",
    ),
    (
        "audit_log_erases_ip",
        ("ip_address", "ip_salt"),
        "new.ip_salt IS NOT NULL OR new.ip_address IS NOT NULL",
        "audit_log: an address is erased only",
    ),
)


def upgrade() -> None:
    # No version wrote to the table before this one: it is made anew, which both databases can do.
    op.drop_table("audit_log")
    _create(
        sa.Column("content_salt", types.Bytes(16), nullable=True),
        sa.Column("content_commit", types.Bytes(32), nullable=True),
    )
    op.create_index(
        op.f("ix_audit_log_chain_seq_created_at"), "audit_log", ["chain_seq", "created_at"], unique=False
    )
    guard = _oracle if op.get_context().dialect.name == "oracle" else _sqlite
    for name, columns, refused, sentence in GUARDS:
        op.execute(guard(name, columns, refused, sentence))


def downgrade() -> None:
    op.drop_table("audit_log")  # its triggers and rows go with it
    _create()


def _create(*added: sa.Column[bytes]) -> None:
    op.create_table(
        "audit_log",
        sa.Column("audit_id", types.Uuid16, nullable=False),
        sa.Column("actor_id", types.Uuid16, nullable=True),
        sa.Column("action", types.word(60), nullable=False),
        sa.Column("subject_type", types.word(40), nullable=False),
        sa.Column("subject_id", types.word(64), nullable=True),
        sa.Column("before_state", types.Document, nullable=True),
        sa.Column("after_state", types.Document, nullable=True),
        sa.Column("reason", types.word(500), nullable=True),
        *added,
        sa.Column("request_id", types.word(64), nullable=True),
        sa.Column("ip_address", types.word(45), nullable=True),
        sa.Column("ip_salt", types.Bytes(16), nullable=True),
        sa.Column("ip_commit", types.Bytes(32), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("chain_seq", sa.Integer(), nullable=True),
        sa.Column("prev_hash", types.Bytes(32), nullable=True),
        sa.Column("row_hash", types.Bytes(32), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("chain_seq", name=op.f("uq_audit_log_chain_seq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_audit_log_actor_id"), "audit_log", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_log_created_at"), "audit_log", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_audit_log_subject_type_subject_id"),
        "audit_log",
        ["subject_type", "subject_id"],
        unique=False,
    )


def _sqlite(name: str, columns: tuple[str, ...], refused: str, sentence: str) -> str:
    deed = f"UPDATE OF {', '.join(columns)}" if columns else "DELETE"
    when = f" WHEN {refused}" if refused else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {deed} ON audit_log{when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )


def _oracle(name: str, columns: tuple[str, ...], refused: str, sentence: str) -> str:
    # `UPDATE OF` takes no LOB (ORA-25006), and the states are LOBs: the body asks what is being updated.
    when = f" FOR EACH ROW WHEN ({refused})" if refused else ""
    body = f"RAISE_APPLICATION_ERROR(-20001, '{sentence}');"
    if columns:
        updating = " OR ".join(f"UPDATING('{column.upper()}')" for column in columns)
        body = f"IF {updating} THEN {body} END IF;"
    deed = "UPDATE" if columns else "DELETE"
    return f"CREATE TRIGGER {name} BEFORE {deed} ON audit_log{when} BEGIN {body} END;"
