"""What was erased for its age, and an index of deleted accounts."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0003"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_marks",
        sa.Column("subject", types.word(40), nullable=False),
        sa.Column("erased_before", types.Day, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_retention_marks")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_users_deleted_at"), "users", ["deleted_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_users_deleted_at"), table_name="users")
    op.drop_table("retention_marks")
