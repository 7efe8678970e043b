"""What leaves the house: mail, webhooks, and what players want to be told (SPEC 8, 10)."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table

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
    Column("client_id", ForeignKey("api_clients.client_id")),  # whose it is; empty: the house's own
    Column("url", word(500), nullable=False),
    Column("description", word(200)),
    Column("event_types", word(1000), nullable=False),  # separated by spaces
    Column("sealed_secret", Bytes(200), nullable=False),
    Column("former_sealed_secret", Bytes(200)),  # signs too while a rotation lasts …
    Column("former_until", Instant),  # … until then
    Column("active", Flag, nullable=False),
    Column("disabled_reason", word(20)),  # why it is not active
    Column("disabled_at", Instant),
    Column("failures", Integer, nullable=False),  # in a row …
    Column("failing_since", Instant),  # … since then; too long switches it off
    Column("warned_at", Instant),  # when its failing was announced
    Column("paused_until", Instant),  # it asked to be left alone (`Retry-After`)
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),  # the row stays as long as its deliveries
    **CLUSTERED,
)
Index(None, webhook_endpoints.c.client_id)

webhook_events = Table(
    "webhook_events",
    metadata,
    # Written in the unit that it tells of, if anybody subscribed to its type. Ids grow with time.
    Column("message_id", Uuid16, primary_key=True),
    Column("event_type", word(60), nullable=False),
    Column("payload", Document, nullable=False),  # as it is sent, byte for byte
    Column("waits_since", Instant),  # until it was given to its endpoints
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, webhook_events.c.waits_since)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    # One message for one endpoint: the key makes it one, however often it is sent again.
    Column("endpoint_id", ForeignKey("webhook_endpoints.endpoint_id"), primary_key=True),
    Column("message_id", Uuid16, primary_key=True),
    Column("event_type", word(60), nullable=False),
    Column("attempts", Integer, nullable=False),  # ever
    Column("failures", Integer, nullable=False),  # in a row: where in the schedule it is
    Column("next_due_at", Instant),  # empty once delivered or given up
    Column("delivered_at", Instant),
    Column("failed_at", Instant),
    Column("last_status_code", Integer),
    Column("last_error", word(200)),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, webhook_deliveries.c.endpoint_id, webhook_deliveries.c.next_due_at)
Index(None, webhook_deliveries.c.message_id)
Index(None, webhook_deliveries.c.failed_at)  # what was given up lately

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("endpoint_id", Uuid16, primary_key=True),
    Column("message_id", Uuid16, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …; a crash leaves a gap
    Column("attempted_at", Instant, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("status_code", Integer),
    Column("error", word(200)),
    Column("answer", Bytes(500)),  # how the answer began
    ForeignKeyConstraint(
        ["endpoint_id", "message_id"], ["webhook_deliveries.endpoint_id", "webhook_deliveries.message_id"]
    ),
    **CLUSTERED,
)
Index(None, webhook_attempts.c.message_id)
