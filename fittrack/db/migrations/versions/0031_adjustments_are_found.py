"""Admins' adjustments are found among all entries of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An index of these alone; Oracle has no such thing for plain columns, and reads `ix_ledger_bookings`.
    if op.get_context().dialect.name == "sqlite":
        where = sa.text("reference_type = 'adjustment'")
        op.create_index("ix_ledger_adjustments", "ledger", ["created_at"], unique=False, sqlite_where=where)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.drop_index("ix_ledger_adjustments", table_name="ledger")
