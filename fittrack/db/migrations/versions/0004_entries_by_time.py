"""All players' ledger entries can be found by their time."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_ledger_created_at"), "ledger", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_created_at"), table_name="ledger")
