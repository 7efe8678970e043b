"""When templates open their sales, which edition made a drawing, and how many tickets are free."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing could write into these two so far.
    op.drop_table("template_drawings")
    op.drop_table("drawing_templates")
    _create_templates(
        sa.Column("free_tickets_per_person", sa.Integer(), nullable=False),
        sa.Column("sales_open_hours", sa.Integer(), nullable=False),
        later=(
            sa.Column("edition", sa.Integer(), nullable=False),
            sa.Column("created_at", types.Instant, nullable=False),
            sa.Column("updated_at", types.Instant, nullable=False),
            sa.Column("deleted_at", types.Instant, nullable=True),
        ),
    )
    op.create_index(op.f("ix_drawing_templates_active"), "drawing_templates", ["active"], unique=False)
    _create_days(sa.Column("edition", sa.Integer(), nullable=False))
    op.add_column("drawings", sa.Column("free_tickets_per_person", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("drawings", "free_tickets_per_person")
    op.drop_table("template_drawings")
    op.drop_table("drawing_templates")
    _create_templates(
        later=(
            sa.Column("created_at", types.Instant, nullable=False),
            sa.Column("updated_at", types.Instant, nullable=False),
        )
    )
    _create_days()


def _create_templates(*sooner: sa.Column[int], later: tuple[sa.Column[object], ...]) -> None:
    op.create_table(
        "drawing_templates",
        sa.Column("template_id", types.Uuid16, nullable=False),
        sa.Column("drawing_type", types.word(10), nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("description", types.word(4000), nullable=True),
        sa.Column("ticket_cost_points", sa.Integer(), nullable=False),
        sa.Column("user_type", types.word(10), nullable=False),
        sa.Column("min_account_age_days", sa.Integer(), nullable=False),
        sa.Column("auto_execute", types.Flag, nullable=False),
        *sooner,
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("prizes", types.Document, nullable=False),
        sa.Column("active", types.Flag, nullable=False),
        *later,
        sa.CheckConstraint(
            "user_type IN ('all', 'premium')", name=op.f("ck_drawing_templates_user_type_known")
        ),
        sa.PrimaryKeyConstraint("template_id", name=op.f("pk_drawing_templates")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_days(*more: sa.Column[int]) -> None:
    op.create_table(
        "template_drawings",
        sa.Column("template_id", types.Uuid16, nullable=False),
        sa.Column("day", types.Day, nullable=False),
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        *more,
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["drawing_templates.template_id"], name=op.f("fk_template_drawings_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "day", name=op.f("pk_template_drawings")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
