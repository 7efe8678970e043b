"""A cancelled drawing owes refunds in parts, and knows how far it has come."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty in all that were cancelled before: they owed everything at once.
    op.add_column("drawings", sa.Column("refunds_owed_rev", sa.Integer()))


def downgrade() -> None:
    op.drop_column("drawings", "refunds_owed_rev")
