"""What ranks can be found by day and by time, and active days by day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ledger_ranking",
        "ledger",
        ["day", "tier_code", "user_id", "seq", "amount", "created_at"],
        unique=False,
        sqlite_where=sa.text("day IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_ranking_lately",
        "ledger",
        ["created_at", "day", "tier_code"],
        unique=False,
        sqlite_where=sa.text("day IS NOT NULL"),
    )
    op.create_index("ix_user_days_active", "user_days", ["day", "user_id", "run"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_user_days_active", table_name="user_days")
    op.drop_index("ix_ledger_ranking_lately", table_name="ledger")
    op.drop_index("ix_ledger_ranking", table_name="ledger")
