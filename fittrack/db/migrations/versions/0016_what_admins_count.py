"""What admins count: accounts by role and status, entries of the ledger by type."""

from alembic import op

revision = "0016"
down_revision = "0024"
branch_labels = None
depends_on = None

_BOOKINGS = ("created_at", "user_id", "seq", "reference_type")


def upgrade() -> None:
    op.create_index(op.f("ix_users_role_status"), "users", ["role", "status"], unique=False)
    op.drop_index("ix_ledger_bookings", table_name="ledger")
    op.create_index("ix_ledger_bookings", "ledger", [*_BOOKINGS, "transaction_type", "amount"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ledger_bookings", table_name="ledger")
    op.create_index("ix_ledger_bookings", "ledger", [*_BOOKINGS, "amount"], unique=False)
    op.drop_index(op.f("ix_users_role_status"), table_name="users")
