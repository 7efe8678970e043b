"""Units of players are unique among all players', so that their index grows at its end."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0008"
down_revision = "0014"
branch_labels = None
depends_on = None

NARROW = (["prev_unit"], ["user_log.unit_id"], "fk_user_log_prev_unit", ["unit_id"], "uq_user_log_unit_id")
WIDE = (
    ["user_id", "prev_unit"],
    ["user_log.user_id", "user_log.unit_id"],
    "fk_user_log_user_id_prev_unit",
    ["user_id", "unit_id"],
    "uq_user_log_user_id_unit_id",
)
"""Of the fence: columns, what they refer to and its name; what is unique and its name."""

Fence = tuple[list[str], list[str], str, list[str], str]


def upgrade() -> None:
    _change(WIDE, NARROW)


def downgrade() -> None:
    _change(NARROW, WIDE)


def _change(former: Fence, fence: Fence) -> None:
    if op.get_context().dialect.name == "sqlite":
        _rebuild(former, fence)
    else:
        _swap(former, fence)


def _swap(former: Fence, fence: Fence) -> None:
    op.drop_constraint(op.f(former[2]), "user_log", type_="foreignkey")
    op.drop_constraint(op.f(former[4]), "user_log", type_="unique")
    columns, refers_to, reference, unique, uniqueness = fence
    op.create_unique_constraint(op.f(uniqueness), "user_log", unique)
    targets = [target.partition(".")[2] for target in refers_to]
    op.create_foreign_key(op.f(reference), "user_log", "user_log", columns, targets)


def _rebuild(former: Fence, fence: Fence) -> None:
    """SQLite changes no constraint of a table that exists."""
    columns, refers_to, reference, unique, uniqueness = fence
    op.rename_table("user_log", "former_user_log")
    op.create_table(
        "user_log",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("rev", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", types.Uuid16, nullable=False),
        sa.Column("prev_unit", types.Uuid16, nullable=True),
        sa.Column("kind", types.word(40), nullable=False),
        sa.Column("idem_key", types.Uuid16, nullable=True),
        sa.Column("request_hash", types.Bytes(16), nullable=True),
        sa.Column("answer", types.Document, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.CheckConstraint("rev = 1 OR prev_unit IS NOT NULL", name=op.f("ck_user_log_chained")),
        sa.CheckConstraint("rev >= 1", name=op.f("ck_user_log_rev_from_one")),
        sa.ForeignKeyConstraint(columns, refers_to, name=op.f(reference)),
        sa.PrimaryKeyConstraint("user_id", "rev", name=op.f("pk_user_log")),
        sa.UniqueConstraint(*unique, name=op.f(uniqueness)),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO user_log SELECT * FROM former_user_log ORDER BY user_id, rev")
    # Dropping looks for those who refer to each row; without an index that would be a scan for each.
    op.create_index("ix_former_user_log", "former_user_log", former[0])
    op.drop_table("former_user_log")
