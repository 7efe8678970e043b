"""The two logs that everything durable hangs on: a player is a log, a drawing is a log (DESIGN 1).

A row is one unit: a command with its key and its answer, a refusal of a keyed command, a transition.
The primary key stops two units at one `rev`; `prev_unit` must name the very unit that its author saw,
so that a stale author with many units in flight fails at the first and at all others.

A player's units are unique among those of all players (ids are, for ever). Ids grow with time, so the index
behind the fence grows at its end; within each log it had a page for each player, which each unit dirtied.
That a predecessor is of the same log is proven by `fittrack check`. Of drawings' logs few are hot.
"""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Document, Instant, Uuid16, word


def _log_columns() -> list[Column[Any]]:
    """What both logs have, in the order in which the journal fills it."""
    return [
        Column("rev", Integer, primary_key=True, autoincrement=False),
        Column("unit_id", Uuid16, nullable=False),
        Column("prev_unit", Uuid16),
        Column("kind", word(40), nullable=False),
        Column("idem_key", Uuid16),
        Column("request_hash", Bytes(16)),
        Column("answer", Document),
        Column("created_at", Instant, nullable=False),
    ]


user_log = Table(
    "user_log",
    metadata,
    Column("user_id", Uuid16, primary_key=True),
    *_log_columns(),
    UniqueConstraint("unit_id"),
    ForeignKeyConstraint(["prev_unit"], ["user_log.unit_id"]),
    CheckConstraint("rev >= 1", name="rev_from_one"),
    CheckConstraint("rev = 1 OR prev_unit IS NOT NULL", name="chained"),
    **CLUSTERED,
)

drawing_log = Table(
    "drawing_log",
    metadata,
    Column("drawing_id", Uuid16, primary_key=True),
    *_log_columns(),
    Column("user_id", Uuid16),  # an entry's holder; empty for what is no entry
    Column("ticket_count", Integer),
    UniqueConstraint("drawing_id", "unit_id"),
    ForeignKeyConstraint(["drawing_id", "prev_unit"], ["drawing_log.drawing_id", "drawing_log.unit_id"]),
    CheckConstraint("rev >= 1", name="rev_from_one"),
    CheckConstraint("rev = 1 OR prev_unit IS NOT NULL", name="chained"),
    CheckConstraint("ticket_count >= 1", name="tickets_positive"),
    **CLUSTERED,
)
Index(None, drawing_log.c.user_id, drawing_log.c.drawing_id)
# Keys that are to be forgotten: what admins did lately. Entries have none here, and are in no such index, on
# Oracle either. Players' units have one each; those are found by their ids.
Index(None, drawing_log.c.idem_key, sqlite_where=drawing_log.c.idem_key.is_not(None))

ledger = Table(
    "ledger",
    metadata,
    Column("user_id", Uuid16, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("transaction_id", Uuid16, nullable=False),
    Column("transaction_type", word(10), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("balance_after", Integer, nullable=False),
    Column("reference_type", word(40), nullable=False),
    Column("reference_id", word(64)),
    Column("description", word(200), nullable=False),
    Column("day", word(10)),  # platform day of an award, ISO; leaderboards and reconciliation group by it
    Column("tier_code", word(12)),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("seq >= 1", name="seq_from_one"),
    CheckConstraint("balance_after >= 0", name="no_overdraft"),
    # The same of the balance before it. That this is its predecessor's is proven by `fittrack check`, and on
    # Oracle by a foreign key, where `ledger-chain` is among its extras.
    CheckConstraint("balance_after - amount >= 0", name="no_debt_before"),
    CheckConstraint("transaction_type IN ('earn', 'spend', 'adjust', 'expire')", name="type_known"),
    **CLUSTERED,
)
# What ranks, by day for a board that is loaded, and by instant for one that looks what was written lately.
# Purchases and refunds have no day and are in neither: they cost them nothing.
Index(
    "ix_ledger_ranking",
    ledger.c.day,
    ledger.c.tier_code,
    ledger.c.user_id,
    ledger.c.seq,
    ledger.c.amount,
    ledger.c.created_at,
    sqlite_where=ledger.c.day.is_not(None),
)
Index(
    "ix_ledger_ranking_lately",
    ledger.c.created_at,
    ledger.c.day,
    ledger.c.tier_code,
    sqlite_where=ledger.c.day.is_not(None),
)

# All players' entries, the latest first; and without a look at the rows what was booked in a day, and which
# entries are of a type, of which there may be few.
Index(
    "ix_ledger_bookings",
    ledger.c.created_at,
    ledger.c.user_id,
    ledger.c.seq,
    ledger.c.reference_type,
    ledger.c.transaction_type,
    ledger.c.amount,
)

# Admins' adjustments are few: without an index of their own all of the one above is read to find them.
# Entries of other kinds are not in it and cost it nothing. On Oracle it would hold every entry.
Index(
    "ix_ledger_adjustments",
    ledger.c.created_at,
    sqlite_where=ledger.c.reference_type == "adjustment",
).ddl_if(dialect="sqlite")

inbox = Table(
    "inbox",
    metadata,
    Column("user_id", Uuid16, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("notification_id", Uuid16, nullable=False),
    Column("notification_type", word(40), nullable=False),
    Column("title", word(200), nullable=False),
    Column("body", word(2000), nullable=False),
    Column("reference_type", word(40)),
    Column("reference_id", word(64)),
    Column("read_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("notification_id"),
    **CLUSTERED,
)

effects = Table(
    "effects",
    metadata,
    # What one actor owes another (a refund, a winner's notice), written by the unit that causes it and
    # deleted by the unit that applies it. `subject_id` makes it unique: refund(entry), notice(fulfillment).
    Column("kind", word(40), primary_key=True),
    Column("subject_id", Uuid16, primary_key=True),
    Column("user_id", Uuid16, nullable=False),
    Column("payload", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, effects.c.created_at)

effect_receipts = Table(
    "effect_receipts",
    metadata,
    # Kept for ever: the primary key is what makes an effect happen exactly once.
    Column("kind", word(40), primary_key=True),
    Column("subject_id", Uuid16, primary_key=True),
    Column("user_id", Uuid16, nullable=False),
    Column("applied_at", Instant, nullable=False),
    **CLUSTERED,
)
