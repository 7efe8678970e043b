"""Signing in: sessions, refresh tokens, tokens sent by email, identities, second factors (SPEC 1).

Tokens are kept as SHA-256 hashes: they are 256 random bits, so that nothing slower protects them better.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Instant, Uuid16, word

sessions = Table(
    "sessions",
    metadata,
    # One sign-in on one device, and the family of its refresh tokens.
    Column("session_id", Uuid16, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("device_id", word(200)),
    # SHA-256 of user and device while the session lives, then empty: at most one live session per device.
    Column("live_device", Bytes(32), unique=True),
    Column("user_agent", word(300)),
    Column("ip_address", word(45)),  # erased after 90 days
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", word(20)),
    Column("mfa_checked_at", Instant),  # the last second-factor check; what needs one asks how old it is
    **CLUSTERED,
)
Index(None, sessions.c.user_id)
Index(None, sessions.c.expires_at)
# Nodes hear through the broker that a session ended, and look here each second for what they missed.
Index(None, sessions.c.ended_at)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Bytes(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id"), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    # The successor is HMAC(this token, salt): who repeats the refresh with this token gets the same
    # answer, and who only reads the table learns neither.
    Column("successor_salt", Bytes(32)),
    Column("successor_hash", Bytes(32)),
    **CLUSTERED,
)
Index(None, refresh_tokens.c.session_id)

email_tokens = Table(
    "email_tokens",
    metadata,
    Column("token_hash", Bytes(32), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("purpose", word(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    CheckConstraint("purpose IN ('verify-email', 'reset-password')", name="purpose_known"),
    **CLUSTERED,
)
Index(None, email_tokens.c.user_id, email_tokens.c.purpose)
Index(None, email_tokens.c.expires_at)

identities = Table(
    "identities",
    metadata,
    # Accounts of OpenID Connect issuers that sign in here, by the issuer's own name of the person.
    Column("issuer", word(20), primary_key=True),
    Column("subject", word(255), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("email", word(254)),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, identities.c.user_id)

used_id_tokens = Table(
    "used_id_tokens",
    metadata,
    # An ID token works once, on any node: the primary key says so. Forgotten when it is too old anyway.
    Column("token_hash", Bytes(32), primary_key=True),
    Column("token_ends", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, used_id_tokens.c.token_ends)

mfa_secrets = Table(
    "mfa_secrets",
    metadata,
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("sealed_secret", Bytes(200)),  # in force; empty until the first enrolment is confirmed
    Column("sealed_candidate", Bytes(200)),  # enrolled, waiting for its first code
    Column("confirmed_at", Instant),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)

mfa_used_codes = Table(
    "mfa_used_codes",
    metadata,
    # A code works once, on any node: the primary key says so. Old steps are erased.
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("time_step", Integer, primary_key=True, autoincrement=False),
    Column("used_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, mfa_used_codes.c.used_at)

mfa_recovery_codes = Table(
    "mfa_recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("code_hash", Bytes(32), primary_key=True),
    Column("used_at", Instant),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)

attempts = Table(
    "attempts",
    metadata,
    # Failed logins, mails asked for, wrong codes. Counted by what was typed, whether it exists or not:
    # neither the answer nor the work tells whether there is such an account.
    Column("purpose", word(20), primary_key=True),
    Column("subject_hash", Bytes(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locks", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, attempts.c.updated_at)
