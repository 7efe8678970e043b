"""ID tokens work once."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_id_tokens",
        sa.Column("token_hash", types.Bytes(32), nullable=False),
        sa.Column("token_ends", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_used_id_tokens")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_used_id_tokens_token_ends"), "used_id_tokens", ["token_ends"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_used_id_tokens_token_ends"), table_name="used_id_tokens")
    op.drop_table("used_id_tokens")
