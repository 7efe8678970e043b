"""A review is about a subject, once, and is cleared or confirmed; devices of accounts; players of a tier."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from fittrack.db import types

revision = "0009"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = "review_id, user_id, reason, evidence, status, opened_at, resolved_at, resolved_by, resolution"
"""What both tables of reviews have. No version resolved one, or took an appeal, before this one."""


def upgrade() -> None:
    # Under another name: so both databases can hold the former table and the new one for a moment.
    _create_reviews("account_reviews", "confirmed", *_subject())
    # Of several for one reason the last is kept: whoever looks at the account looks at it once.
    op.execute(
        f"INSERT INTO account_reviews ({KEPT}, subject) SELECT {KEPT}, 'formerly' FROM reviews former "  # noqa: S608
        "WHERE NOT EXISTS (SELECT 1 FROM reviews later WHERE later.user_id = former.user_id "
        "AND later.reason = former.reason AND later.review_id > former.review_id)"
    )
    op.drop_table("review_appeals")
    op.drop_table("reviews")
    for columns in (["status", "opened_at"], ["reason", "subject"]):
        name = f"ix_account_reviews_{'_'.join(columns)}"
        op.create_index(op.f(name), "account_reviews", columns, unique=False)
    _create_appeals("account_reviews")
    _create_devices()
    op.drop_table("tier_norms")
    _create_norms(sa.Column("player_count", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_table("tier_norms")
    _create_norms()
    op.drop_index(op.f("ix_account_devices_noted_at"), table_name="account_devices")
    op.drop_index(op.f("ix_account_devices_user_id"), table_name="account_devices")
    op.drop_table("account_devices")
    op.drop_table("review_appeals")
    _create_reviews("reviews", "upheld")
    op.execute(f"INSERT INTO reviews ({KEPT}) SELECT {KEPT} FROM account_reviews WHERE status <> 'confirmed'")  # noqa: S608
    op.drop_table("account_reviews")
    for columns in (["status", "opened_at"], ["user_id", "status"]):
        op.create_index(op.f(f"ix_reviews_{'_'.join(columns)}"), "reviews", columns, unique=False)
    _create_appeals("reviews")


def _create_reviews(table: str, upheld: str, *more: SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("review_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("reason", types.word(40), nullable=False),
        sa.Column("evidence", types.Document, nullable=True),
        sa.Column("status", types.word(10), nullable=False),
        sa.Column("opened_at", types.Instant, nullable=False),
        sa.Column("resolved_at", types.Instant, nullable=True),
        sa.Column("resolved_by", types.Uuid16, nullable=True),
        sa.Column("resolution", types.word(500), nullable=True),
        sa.CheckConstraint(
            f"status IN ('open', 'cleared', '{upheld}')", name=op.f(f"ck_{table}_status_known")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f(f"fk_{table}_user_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f(f"pk_{table}")),
        *more,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _subject() -> tuple[SchemaItem, ...]:
    name = op.f("uq_account_reviews_user_id_reason_subject")
    return (
        sa.Column("subject", types.word(200), nullable=False),
        sa.UniqueConstraint("user_id", "reason", "subject", name=name),
    )


def _create_appeals(reviews: str) -> None:
    op.create_table(
        "review_appeals",
        sa.Column("appeal_id", types.Uuid16, nullable=False),
        sa.Column("review_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("statement", types.word(2000), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("answered_at", types.Instant, nullable=True),
        sa.Column("answered_by", types.Uuid16, nullable=True),
        sa.Column("answer", types.word(2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], [f"{reviews}.review_id"], name=op.f("fk_review_appeals_review_id")
        ),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_review_appeals")),
        sa.UniqueConstraint("review_id", name=op.f("uq_review_appeals_review_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_devices() -> None:
    op.create_table(
        "account_devices",
        sa.Column("device_id", types.word(200), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("noted_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_account_devices_user_id")),
        sa.PrimaryKeyConstraint("device_id", "user_id", name=op.f("pk_account_devices")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_account_devices_user_id"), "account_devices", ["user_id"], unique=False)
    op.create_index(op.f("ix_account_devices_noted_at"), "account_devices", ["noted_at"], unique=False)


def _create_norms(*more: SchemaItem) -> None:
    # Made again each night: nothing in it is lost.
    op.create_table(
        "tier_norms",
        sa.Column("tier_code", types.word(12), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        *more,
        sa.Column("points_sum", sa.Integer(), nullable=False),
        sa.Column("points_squared_sum", sa.Integer(), nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("tier_code", name=op.f("pk_tier_norms")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
