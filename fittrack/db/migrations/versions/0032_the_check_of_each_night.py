"""What came of the check of each night."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0032"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nightly_checks",
        sa.Column("night", types.Day, nullable=False),
        sa.Column("started_at", types.Instant, nullable=False),
        sa.Column("seen_at", types.Instant, nullable=False),
        sa.Column("ended_at", types.Instant, nullable=True),
        sa.Column("examined", sa.Integer(), nullable=True),
        sa.Column("violations", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("night", name=op.f("pk_nightly_checks")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("nightly_checks")
