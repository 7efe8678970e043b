"""The balance before an entry of the ledger is no debt."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None

CONDITION = "balance_after - amount >= 0"
NAME = "ck_ledger_no_debt_before"

INDEXES = (
    ("ix_ledger_ranking", ["day", "tier_code", "user_id", "seq", "amount", "created_at"], True),
    ("ix_ledger_ranking_lately", ["created_at", "day", "tier_code"], True),
    (
        "ix_ledger_bookings",
        ["created_at", "user_id", "seq", "reference_type", "transaction_type", "amount"],
        False,
    ),
)
"""Name, columns, and whether on SQLite only what has a day is in it."""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _rebuild(sa.CheckConstraint(CONDITION, name=op.f(NAME)))
    else:
        op.create_check_constraint(op.f(NAME), "ledger", CONDITION)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _rebuild()
    else:
        op.drop_constraint(op.f(NAME), "ledger", type_="check")


def _rebuild(*checks: sa.CheckConstraint) -> None:
    """SQLite changes no constraint of a table that exists."""
    for name, _, _ in INDEXES:
        op.drop_index(name, table_name="ledger")
    op.rename_table("ledger", "former_ledger")
    op.create_table(
        "ledger",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", types.Uuid16, nullable=False),
        sa.Column("transaction_type", types.word(10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("reference_type", types.word(40), nullable=False),
        sa.Column("reference_id", types.word(64), nullable=True),
        sa.Column("description", types.word(200), nullable=False),
        sa.Column("day", types.word(10), nullable=True),
        sa.Column("tier_code", types.word(12), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        *checks,
        sa.CheckConstraint(
            "transaction_type IN ('earn', 'spend', 'adjust', 'expire')", name=op.f("ck_ledger_type_known")
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_ledger_no_overdraft")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_ledger_seq_from_one")),
        sa.PrimaryKeyConstraint("user_id", "seq", name=op.f("pk_ledger")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO ledger SELECT * FROM former_ledger ORDER BY user_id, seq")
    op.drop_table("former_ledger")
    for name, columns, with_day in INDEXES:
        where = sa.text("day IS NOT NULL") if with_day else None
        op.create_index(name, "ledger", columns, unique=False, sqlite_where=where)
