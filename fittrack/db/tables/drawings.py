"""Drawings, their prizes and their published outcome (SPEC 5, FAIRNESS).

`drawings` is the projection of a drawing's log that lists read; the log decides.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.base import CLUSTERED, STRICT, metadata
from fittrack.db.types import Bytes, Document, Flag, Instant, Uuid16, word

drawings = Table(
    "drawings",
    metadata,
    Column("drawing_id", Uuid16, primary_key=True),
    Column("drawing_type", word(10), nullable=False),
    Column("name", word(120), nullable=False),
    Column("description", word(4000)),
    Column("ticket_cost_points", Integer, nullable=False),
    Column("sales_open", Instant),
    Column("ticket_sales_close", Instant, nullable=False),
    Column("drawing_time", Instant, nullable=False),
    Column("user_type", word(10), nullable=False),
    Column("min_account_age_days", Integer, nullable=False),
    Column("auto_execute", Flag, nullable=False),
    Column("status", word(10), nullable=False),
    Column("next_due_at", Instant),  # when the clock next acts upon it; every node sweeps for what is due
    Column("rules_version", Integer),
    # The commitment, from scheduling on. Seed and key are sealed at rest; the seed is published at the close.
    Column("sealed_seed", Bytes(200)),
    Column("sealed_drawing_key", Bytes(200)),
    Column("seed_commit", Bytes(32)),
    Column("rules", Document),  # published byte for byte, never serialised again
    # The closing row.
    Column("total_tickets", Integer),
    Column("entrants", Integer),
    Column("root", Bytes(32)),
    Column("seed", Bytes(32)),
    Column("beacon", Document),
    Column("created_at", Instant, nullable=False),
    Column("scheduled_at", Instant),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    Column("completed_at", Instant),
    Column("cancelled_at", Instant),
    Column("free_tickets_per_person", Integer),  # empty: made before free entries were taken
    # Cancelled: the place in the log up to which purchases are owed back; empty: no more are to be.
    Column("refunds_owed_rev", Integer),
    CheckConstraint(
        "status IN ('draft', 'scheduled', 'open', 'closed', 'completed', 'cancelled')", name="status_known"
    ),
    CheckConstraint("user_type IN ('all', 'premium')", name="user_type_known"),
    **CLUSTERED,
)
Index(None, drawings.c.next_due_at)
Index(None, drawings.c.status, drawings.c.drawing_time)

sponsors = Table(
    "sponsors",
    metadata,
    Column("sponsor_id", Uuid16, primary_key=True),
    Column("name", word(120), nullable=False, unique=True),
    Column("contact_name", word(120)),
    Column("contact_email", word(254)),
    Column("website_url", word(500)),
    Column("logo_url", word(500)),
    Column("active", Flag, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)

prizes = Table(
    "prizes",
    metadata,
    Column("prize_id", Uuid16, primary_key=True),
    Column("drawing_id", ForeignKey("drawings.drawing_id"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("name", word(120), nullable=False),
    Column("description", word(2000)),
    Column("value_cents", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("fulfillment_type", word(10), nullable=False),
    Column("sponsor_id", ForeignKey("sponsors.sponsor_id")),
    Column("image_url", word(500)),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("quantity >= 1", name="quantity_positive"),
    CheckConstraint("value_cents >= 0", name="value_not_negative"),
    CheckConstraint("fulfillment_type IN ('digital', 'physical')", name="fulfillment_type_known"),
    **CLUSTERED,
)
Index(None, prizes.c.drawing_id, prizes.c.rank)
Index(None, prizes.c.sponsor_id)

passed_over = Table(
    "passed_over",
    metadata,
    # Frozen at the close: holders who cannot win, and why.
    Column("drawing_id", Uuid16, primary_key=True),
    Column("tag", Bytes(16), primary_key=True),
    Column("reason", word(20), nullable=False),
    **CLUSTERED,
)

winners = Table(
    "winners",
    metadata,
    Column("drawing_id", Uuid16, primary_key=True),
    Column("draw_order", Integer, primary_key=True, autoincrement=False),  # 1.. in the order of the stream
    Column("prize_id", ForeignKey("prizes.prize_id"), nullable=False),
    Column("prize_rank", Integer, nullable=False),
    Column("user_id", Uuid16, nullable=False),
    Column("tag", Bytes(16), nullable=False),
    Column("winning_ticket_number", Integer, nullable=False),
    Column("word", Integer, nullable=False),  # index in FTD1's stream of words
    Column("tickets_held", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("drawing_id", "tag"),
    **CLUSTERED,
)
Index(None, winners.c.user_id)
Index(None, winners.c.prize_id)

alternates = Table(
    "alternates",
    metadata,
    # Winners who took over a forfeited prize. Whom they followed is unique: a prize is drawn again once.
    Column("drawing_id", Uuid16, primary_key=True),
    Column("draw_order", Integer, primary_key=True, autoincrement=False),
    Column("after_order", Integer, nullable=False),
    Column("slot_number", Integer, nullable=False),  # the draw order of whoever had the prize first
    Column("reason", word(20), nullable=False),  # why the former holder lost it
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("drawing_id", "after_order"),
    **CLUSTERED,
)

fulfillments = Table(
    "fulfillments",
    metadata,
    Column("fulfillment_id", Uuid16, primary_key=True),
    Column("drawing_id", ForeignKey("drawings.drawing_id"), nullable=False),
    Column("prize_id", ForeignKey("prizes.prize_id"), nullable=False),
    Column("draw_order", Integer, nullable=False),
    Column("user_id", Uuid16, nullable=False),
    Column("status", word(20), nullable=False),
    Column("carrier", word(60)),
    Column("tracking_number", word(100)),
    Column("next_due_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("notes", word(1000)),  # admins' own
    Column("address_due_at", Instant),  # while the winner is waited for: then it is forfeited
    Column("warned_at", Instant),
    Column("forfeit_reason", word(20)),
    Column("forfeited_at", Instant),
    Column("delivered_at", Instant),
    UniqueConstraint("drawing_id", "draw_order"),
    **STRICT,
)
Index(None, fulfillments.c.user_id)
Index(None, fulfillments.c.prize_id)
Index(None, fulfillments.c.status, fulfillments.c.next_due_at)
Index(None, fulfillments.c.delivered_at)
