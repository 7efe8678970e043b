"""Prizes on their way: deadlines, forfeitures, and who took over."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0012"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("notes", types.word(1000)),
    ("address_due_at", types.Instant()),
    ("warned_at", types.Instant()),
    ("forfeit_reason", types.word(20)),
    ("forfeited_at", types.Instant()),
    ("delivered_at", types.Instant()),
)


def upgrade() -> None:
    op.create_table(
        "alternates",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("draw_order", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("after_order", sa.Integer, nullable=False),
        sa.Column("slot_number", sa.Integer, nullable=False),
        sa.Column("reason", types.word(20), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("drawing_id", "draw_order", name=op.f("pk_alternates")),
        sa.UniqueConstraint("drawing_id", "after_order", name=op.f("uq_alternates_drawing_id_after_order")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for name, kind in COLUMNS:
        op.add_column("fulfillments", sa.Column(name, kind))
    op.create_index(op.f("ix_fulfillments_delivered_at"), "fulfillments", ["delivered_at"], unique=False)
    # Until now only who left forfeited anything.
    op.execute(
        "UPDATE fulfillments SET forfeit_reason = 'deleted', forfeited_at = updated_at "
        "WHERE status = 'forfeited'"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_fulfillments_delivered_at"), table_name="fulfillments")
    for name, _ in reversed(COLUMNS):
        op.drop_column("fulfillments", name)
    op.drop_table("alternates")
