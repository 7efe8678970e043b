"""Webhooks: events apart from their deliveries, attempts on record, endpoints that fail, rest and end.

Nothing has written the former tables, so they are made anew.
"""

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
    op.create_table(
        "webhook_endpoints",
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("client_id", types.Uuid16, nullable=True),
        sa.Column("url", types.word(500), nullable=False),
        sa.Column("description", types.word(200), nullable=True),
        sa.Column("event_types", types.word(1000), nullable=False),
        sa.Column("sealed_secret", types.Bytes(200), nullable=False),
        sa.Column("former_sealed_secret", types.Bytes(200), nullable=True),
        sa.Column("former_until", types.Instant, nullable=True),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("disabled_reason", types.word(20), nullable=True),
        sa.Column("disabled_at", types.Instant, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", types.Instant, nullable=True),
        sa.Column("warned_at", types.Instant, nullable=True),
        sa.Column("paused_until", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.Column("deleted_at", types.Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_webhook_endpoints_client_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_webhook_endpoints")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_endpoints_client_id"), "webhook_endpoints", ["client_id"], unique=False)
    op.create_table(
        "webhook_events",
        sa.Column("message_id", types.Uuid16, nullable=False),
        sa.Column("event_type", types.word(60), nullable=False),
        sa.Column("payload", types.Document, nullable=False),
        sa.Column("waits_since", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_webhook_events")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_events_waits_since"), "webhook_events", ["waits_since"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("message_id", types.Uuid16, nullable=False),
        sa.Column("event_type", types.word(60), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("delivered_at", types.Instant, nullable=True),
        sa.Column("failed_at", types.Instant, nullable=True),
        sa.Column("last_status_code", sa.Integer(), nullable=True),
        sa.Column("last_error", types.word(200), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.endpoint_id"], name=op.f("fk_webhook_deliveries_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", "message_id", name=op.f("pk_webhook_deliveries")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_endpoint_id_next_due_at"),
        "webhook_deliveries",
        ["endpoint_id", "next_due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_failed_at"), "webhook_deliveries", ["failed_at"], unique=False
    )
    op.create_index(
        op.f("ix_webhook_deliveries_message_id"), "webhook_deliveries", ["message_id"], unique=False
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("message_id", types.Uuid16, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempted_at", types.Instant, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("error", types.word(200), nullable=True),
        sa.Column("answer", types.Bytes(500), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id", "message_id"],
            ["webhook_deliveries.endpoint_id", "webhook_deliveries.message_id"],
            name=op.f("fk_webhook_attempts_endpoint_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("endpoint_id", "message_id", "attempt", name=op.f("pk_webhook_attempts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_attempts_message_id"), "webhook_attempts", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("webhook_attempts")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_events")
    op.drop_table("webhook_endpoints")
    op.create_table(
        "webhook_endpoints",
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("client_id", types.Uuid16, nullable=False),
        sa.Column("url", types.word(500), nullable=False),
        sa.Column("event_types", types.word(1000), nullable=False),
        sa.Column("sealed_secret", types.Bytes(200), nullable=False),
        sa.Column("former_sealed_secret", types.Bytes(200), nullable=True),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_webhook_endpoints_client_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_webhook_endpoints")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_endpoints_client_id"), "webhook_endpoints", ["client_id"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", types.Uuid16, nullable=False),
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("message_id", types.Uuid16, nullable=False),
        sa.Column("event_type", types.word(60), nullable=False),
        sa.Column("payload", types.Document, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("delivered_at", types.Instant, nullable=True),
        sa.Column("failed_at", types.Instant, nullable=True),
        sa.Column("last_status_code", sa.Integer(), nullable=True),
        sa.Column("last_error", types.word(200), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.endpoint_id"], name=op.f("fk_webhook_deliveries_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_deliveries")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_endpoint_id_created_at"),
        "webhook_deliveries",
        ["endpoint_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_next_due_at"), "webhook_deliveries", ["next_due_at"], unique=False
    )
