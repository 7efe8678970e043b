"""What keeps the service honest: requests done once, the audit log, reviews of players (SPEC 3, 9, 10)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.audit_guards import guard_audit_log
from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Day, Document, Instant, Uuid16, word

idempotency = Table(
    "idempotency",
    metadata,
    # Answers of requests that are no unit of a log, written with their effect and kept for 7 days.
    Column("scope_id", Uuid16, primary_key=True),  # the account or the API client that asked
    Column("idem_key", Uuid16, primary_key=True),
    Column("request_hash", Bytes(16), nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("answer", Document),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, idempotency.c.created_at)

audit_log = Table(
    "audit_log",
    metadata,
    # Who did what to whom and why, written with what it records. One actor later chains the rows:
    # `chain_seq` 1, 2, 3 …, `row_hash` over the row and `prev_hash`. Triggers keep the rows
    # (`audit_guards`): only sealing, once, and erasing what is personal may change one.
    Column("audit_id", Uuid16, primary_key=True),
    Column("actor_id", Uuid16),  # empty: the system itself, or somebody at the command line
    Column("action", word(60), nullable=False),
    Column("subject_type", word(40), nullable=False),
    Column("subject_id", word(64)),
    # The chain covers content_commit = HMAC(content_salt, states and reason) and ip_commit =
    # HMAC(ip_salt, ip_address): values and salt are erased together, and the chain still holds.
    Column("before_state", Document),
    Column("after_state", Document),
    Column("reason", word(500)),
    Column("content_salt", Bytes(16)),
    Column("content_commit", Bytes(32)),
    Column("request_id", word(64)),
    Column("ip_address", word(45)),
    Column("ip_salt", Bytes(16)),
    Column("ip_commit", Bytes(32)),
    Column("created_at", Instant, nullable=False),
    Column("chain_seq", Integer, unique=True),
    Column("prev_hash", Bytes(32)),
    Column("row_hash", Bytes(32)),
    **CLUSTERED,
)
Index(None, audit_log.c.created_at)
Index(None, audit_log.c.subject_type, audit_log.c.subject_id)
Index(None, audit_log.c.actor_id)
# Finds what is not sealed yet; on Oracle an index of `chain_seq` alone would not hold it.
Index(None, audit_log.c.chain_seq, audit_log.c.created_at)
guard_audit_log(audit_log)

account_reviews = Table(
    "account_reviews",
    metadata,
    # Accounts that look as if they were gaming; their prizes cannot ship until an admin has looked.
    Column("review_id", Uuid16, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("reason", word(40), nullable=False),
    Column(
        "subject", word(200), nullable=False
    ),  # the day or the device: looked at once, whatever comes of it
    Column("evidence", Document),
    Column("status", word(10), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Uuid16),
    Column("resolution", word(500)),
    CheckConstraint("status IN ('open', 'cleared', 'confirmed')", name="status_known"),
    UniqueConstraint("user_id", "reason", "subject"),
    **CLUSTERED,
)
Index(None, account_reviews.c.status, account_reviews.c.opened_at)
Index(None, account_reviews.c.reason, account_reviews.c.subject)  # finds the accounts of one device

review_appeals = Table(
    "review_appeals",
    metadata,
    Column("appeal_id", Uuid16, primary_key=True),
    Column(
        "review_id", ForeignKey("account_reviews.review_id"), nullable=False, unique=True
    ),  # one appeal each
    Column("user_id", Uuid16, nullable=False),
    Column("statement", word(2000), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", Uuid16),
    Column("answer", word(2000)),
    **CLUSTERED,
)

account_devices = Table(
    "account_devices",
    metadata,
    # Devices that accounts signed in on or sent activities from, by the name that each gives itself.
    # The key finds the accounts of a device, and says it once however often the device is used.
    Column("device_id", word(200), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("noted_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, account_devices.c.user_id)
Index(None, account_devices.c.noted_at)

nightly_checks = Table(
    "nightly_checks",
    metadata,
    # What came of the check of each night: one for all nodes. Whoever runs it says so now and then.
    Column("night", Day, primary_key=True),  # the day on which it is due, on the platform's calendar
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("examined", Integer),
    Column("violations", Integer),
    **CLUSTERED,
)

retention_marks = Table(
    "retention_marks",
    metadata,
    # What has been erased for its age, and of which days: they can no longer be computed anew.
    Column("subject", word(40), primary_key=True),
    Column("erased_before", Day, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
