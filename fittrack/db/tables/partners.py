"""Those we exchange data with: trackers of players (SPEC 7) and third parties' clients (SPEC 10)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Day, Document, Flag, Instant, Uuid16, word

tracker_connections = Table(
    "tracker_connections",
    metadata,
    Column("connection_id", Uuid16, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("provider", word(40), nullable=False),
    Column("is_primary", Flag, nullable=False),
    Column("provider_user_id", word(200)),
    Column("scopes", word(1000)),
    # Sealed with a key id in front (rotation); up to 4 KiB: some providers hand out JWTs.
    Column("sealed_access_token", Document),
    Column("sealed_refresh_token", Document),
    Column("token_expires_at", Instant),
    Column("sync_status", word(20), nullable=False),
    Column("sync_cursor", Document),
    Column("sync_error", word(300)),
    Column("sync_failures", Integer, nullable=False),
    Column("last_sync_at", Instant),
    Column("next_due_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # SHA-256 of service and account there: one tracker earns for one person.
    Column("account_key", Bytes(32)),
    # Who syncs it now, and until when nobody else does.
    Column("claim_id", Uuid16),
    Column("claimed_until", Instant),
    # Until when its provider wants to be left alone.
    Column("not_before", Instant),
    UniqueConstraint("user_id", "provider"),
    **CLUSTERED,
)
Index(None, tracker_connections.c.next_due_at)
Index(None, tracker_connections.c.provider, tracker_connections.c.provider_user_id)
Index(None, tracker_connections.c.account_key, unique=True)
Index(None, tracker_connections.c.claim_id)

tracker_revocations = Table(
    "tracker_revocations",
    metadata,
    # Tokens of connections that ended, until their provider knows. Sealed for the connection they were of.
    Column("connection_id", Uuid16, primary_key=True),
    Column("provider", word(40), nullable=False),
    Column("account_key", Bytes(32)),
    Column("sealed_access_token", Document),
    Column("sealed_refresh_token", Document),
    Column("attempts", Integer, nullable=False),
    Column("next_due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, tracker_revocations.c.next_due_at)
Index(None, tracker_revocations.c.account_key)

oauth_states = Table(
    "oauth_states",
    metadata,
    # A single-use `state` with the PKCE verifier that belongs to it.
    Column("state_hash", Bytes(32), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("provider", word(40), nullable=False),
    Column("sealed_verifier", Bytes(300), nullable=False),
    Column("redirect_uri", word(500), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    **CLUSTERED,
)
Index(None, oauth_states.c.expires_at)
Index(None, oauth_states.c.user_id)

api_clients = Table(
    "api_clients",
    metadata,
    Column("client_id", Uuid16, primary_key=True),
    Column("name", word(120), nullable=False, unique=True),
    Column("scopes", word(1000), nullable=False),  # separated by spaces, as RFC 6749 writes them
    Column("active", Flag, nullable=False),
    Column("created_by", Uuid16),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("requests_per_minute", Integer),  # empty: the usual number
    Column("deleted_at", Instant),  # the row stays, since the audit log names it
    **CLUSTERED,
)

api_client_secrets = Table(
    "api_client_secrets",
    metadata,
    # Several at a time while one replaces another; 256 random bits each, kept as SHA-256.
    Column("secret_hash", Bytes(32), primary_key=True),
    Column("client_id", ForeignKey("api_clients.client_id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    **CLUSTERED,
)
Index(None, api_client_secrets.c.client_id)

api_client_usage = Table(
    "api_client_usage",
    metadata,
    # What clients asked for: sums that nodes add to once a minute.
    Column("client_id", ForeignKey("api_clients.client_id"), primary_key=True),
    Column("day", Day, primary_key=True),
    Column("method", word(10), primary_key=True),
    Column("route", word(120), primary_key=True),
    Column("status_code", Integer, primary_key=True, autoincrement=False),
    Column("requests", Integer, nullable=False),
    **CLUSTERED,
)
Index(None, api_client_usage.c.day)
