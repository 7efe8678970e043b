"""Connections to trackers are claimed by who syncs them; tokens of ended ones wait to be revoked."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tracker_connections", sa.Column("account_key", types.Bytes(32), nullable=True))
    op.add_column("tracker_connections", sa.Column("claim_id", types.Uuid16, nullable=True))
    op.add_column("tracker_connections", sa.Column("claimed_until", types.Instant, nullable=True))
    op.create_index(
        op.f("ix_tracker_connections_account_key"), "tracker_connections", ["account_key"], unique=True
    )
    op.create_index(
        op.f("ix_tracker_connections_claim_id"), "tracker_connections", ["claim_id"], unique=False
    )
    op.create_table(
        "tracker_revocations",
        sa.Column("connection_id", types.Uuid16, nullable=False),
        sa.Column("provider", types.word(40), nullable=False),
        sa.Column("account_key", types.Bytes(32), nullable=True),
        sa.Column("sealed_access_token", types.Document, nullable=True),
        sa.Column("sealed_refresh_token", types.Document, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_tracker_revocations")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_tracker_revocations_next_due_at"), "tracker_revocations", ["next_due_at"], unique=False
    )
    op.create_index(
        op.f("ix_tracker_revocations_account_key"), "tracker_revocations", ["account_key"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_tracker_revocations_account_key"), table_name="tracker_revocations")
    op.drop_index(op.f("ix_tracker_revocations_next_due_at"), table_name="tracker_revocations")
    op.drop_table("tracker_revocations")
    op.drop_index(op.f("ix_tracker_connections_claim_id"), table_name="tracker_connections")
    op.drop_index(op.f("ix_tracker_connections_account_key"), table_name="tracker_connections")
    op.drop_column("tracker_connections", "claimed_until")
    op.drop_column("tracker_connections", "claim_id")
    op.drop_column("tracker_connections", "account_key")
