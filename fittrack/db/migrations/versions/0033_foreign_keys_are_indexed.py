"""Who deletes a prize or an account need not read all that might refer to it, nor lock it on Oracle."""

from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_fulfillments_prize_id": ("fulfillments", "prize_id"),
    "ix_oauth_states_user_id": ("oauth_states", "user_id"),
    "ix_winners_prize_id": ("winners", "prize_id"),
}


def upgrade() -> None:
    for name, (table, column) in INDEXES.items():
        op.create_index(op.f(name), table, [column], unique=False)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(op.f(name), table_name=table)
