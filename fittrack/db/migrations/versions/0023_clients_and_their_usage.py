"""Clients have a rate of their own and can be deleted; what they ask for is counted by day."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0023"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_clients", sa.Column("requests_per_minute", sa.Integer(), nullable=True))
    op.add_column("api_clients", sa.Column("deleted_at", types.Instant, nullable=True))
    op.create_table(
        "api_client_usage",
        sa.Column("client_id", types.Uuid16, nullable=False),
        sa.Column("day", types.Day, nullable=False),
        sa.Column("method", types.word(10), nullable=False),
        sa.Column("route", types.word(120), nullable=False),
        sa.Column("status_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_api_client_usage_client_id")
        ),
        sa.PrimaryKeyConstraint(
            "client_id", "day", "method", "route", "status_code", name=op.f("pk_api_client_usage")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_api_client_usage_day"), "api_client_usage", ["day"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_api_client_usage_day"), table_name="api_client_usage")
    op.drop_table("api_client_usage")
    op.drop_column("api_clients", "deleted_at")
    op.drop_column("api_clients", "requests_per_minute")
