"""What leaves the house: mail, webhooks, and what players want to be told (SPEC 8, 10)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Document, Flag, Instant, Uuid16, word

mail_outbox = Table(
    "mail_outbox",
    metadata,
    # Written with what it tells of, delivered at least once; the id makes the Message-ID.
    Column("mail_id", Uuid16, primary_key=True),
    Column("user_id", Uuid16),
    Column("template", word(40), nullable=False),
    # Recipient and contents, sealed: they hold addresses and links that open accounts. Erased when done.
    Column("sealed_letter", Document),
    Column("attempts", Integer, nullable=False),
    Column("next_due_at", Instant),  # empty once delivered or given up
    Column("delivered_at", Instant),
    Column("failed_at", Instant),
    Column("last_error", word(200)),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, mail_outbox.c.next_due_at)
Index(None, mail_outbox.c.user_id)
Index(None, mail_outbox.c.failed_at)  # what was given up lately

notification_preferences = Table(
    "notification_preferences",
    metadata,
    # A row for each category that a player changed; without one both ways are on.
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("category", word(40), primary_key=True),
    Column("in_app", Flag, nullable=False),
    Column("by_email", Flag, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("endpoint_id", Uuid16, primary_key=True),
    Column("client_id", ForeignKey("api_clients.client_id"), nullable=False),
    Column("url", word(500), nullable=False),
    Column("event_types", word(1000), nullable=False),  # separated by spaces
    Column("sealed_secret", Bytes(200), nullable=False),
    Column("former_sealed_secret", Bytes(200)),  # signs too while a rotation lasts
    Column("active", Flag, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row; too many of them switch it off
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, webhook_endpoints.c.client_id)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("delivery_id", Uuid16, primary_key=True),
    Column("endpoint_id", ForeignKey("webhook_endpoints.endpoint_id"), nullable=False),
    Column("message_id", Uuid16, nullable=False),  # stays when a delivery is sent again
    Column("event_type", word(60), nullable=False),
    Column("payload", Document, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_due_at", Instant),
    Column("delivered_at", Instant),
    Column("failed_at", Instant),
    Column("last_status_code", Integer),
    Column("last_error", word(200)),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, webhook_deliveries.c.next_due_at)
Index(None, webhook_deliveries.c.endpoint_id, webhook_deliveries.c.created_at)
