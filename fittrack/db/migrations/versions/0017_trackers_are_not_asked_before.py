"""A connection remembers until when its provider wants to be left alone."""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tracker_connections", sa.Column("not_before", types.Instant, nullable=True))


def downgrade() -> None:
    op.drop_column("tracker_connections", "not_before")
