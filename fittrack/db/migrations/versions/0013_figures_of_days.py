"""Figures of days are kept ready: a mark up to when they are, and what counts them quickly."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollup_marks",
        sa.Column("subject", types.word(40), nullable=False),
        sa.Column("counted_until", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_rollup_marks")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mail_outbox_failed_at"), "mail_outbox", ["failed_at"], unique=False)
    op.create_index(op.f("ix_users_email_verified_at"), "users", ["email_verified_at"], unique=False)
    op.create_index(
        "ix_ledger_bookings",
        "ledger",
        ["created_at", "user_id", "seq", "reference_type", "amount"],
        unique=False,
    )
    op.drop_index(op.f("ix_ledger_created_at"), table_name="ledger")


def downgrade() -> None:
    op.create_index(op.f("ix_ledger_created_at"), "ledger", ["created_at"], unique=False)
    op.drop_index("ix_ledger_bookings", table_name="ledger")
    op.drop_index(op.f("ix_users_email_verified_at"), table_name="users")
    op.drop_index(op.f("ix_mail_outbox_failed_at"), table_name="mail_outbox")
    op.drop_table("rollup_marks")
