"""Keys of drawings' units are found when their time has come, among millions of entries without one."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INDEX = "ix_drawing_log_idem_key"


def upgrade() -> None:
    where = sa.text("idem_key IS NOT NULL")
    op.create_index(INDEX, "drawing_log", ["idem_key"], unique=False, sqlite_where=where)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="drawing_log")
