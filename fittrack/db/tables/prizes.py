"""Around drawings: templates, rules texts, free entries, and how prizes reach their winners (SPEC 5, 6)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Bytes, Day, Document, Flag, Instant, Uuid16, word

drawing_templates = Table(
    "drawing_templates",
    metadata,
    # From which the schedule makes the coming drawings of each type.
    Column("template_id", Uuid16, primary_key=True),
    Column("drawing_type", word(10), nullable=False),
    Column("name", word(120), nullable=False),
    Column("description", word(4000)),
    Column("ticket_cost_points", Integer, nullable=False),
    Column("user_type", word(10), nullable=False),
    Column("min_account_age_days", Integer, nullable=False),
    Column("auto_execute", Flag, nullable=False),
    Column("free_tickets_per_person", Integer, nullable=False),
    Column("sales_open_hours", Integer, nullable=False),  # how long before the close sales open
    Column("lead_days", Integer, nullable=False),  # how long before its day a drawing is made
    Column("prizes", Document, nullable=False),
    Column("active", Flag, nullable=False),
    Column("edition", Integer, nullable=False),  # 1, 2, 3 … with every change
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),  # the row stays: its drawings and their days refer to it
    CheckConstraint("user_type IN ('all', 'premium')", name="user_type_known"),
    **CLUSTERED,
)
Index(None, drawing_templates.c.active)

template_drawings = Table(
    "template_drawings",
    metadata,
    # drawing(template, day): the primary key makes each at most once.
    Column("template_id", ForeignKey("drawing_templates.template_id"), primary_key=True),
    Column("day", Day, primary_key=True),
    Column("drawing_id", Uuid16, nullable=False),
    Column("edition", Integer, nullable=False),  # of the template, from which it was made
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)

official_rules = Table(
    "official_rules",
    metadata,
    # The text players read; a change is a new version, every version stays public.
    Column("drawing_id", ForeignKey("drawings.drawing_id"), primary_key=True),
    Column("rules_version", Integer, primary_key=True, autoincrement=False),
    Column("rules_text", Document, nullable=False),
    Column("text_hash", Bytes(32), nullable=False),
    Column("created_by", Uuid16),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)

free_entries = Table(
    "free_entries",
    metadata,
    # No purchase necessary: what came by post. One piece of evidence makes one entry, in any drawing.
    Column("evidence_key", word(120), primary_key=True),
    Column("drawing_id", ForeignKey("drawings.drawing_id"), nullable=False),
    Column("unit_id", Uuid16, nullable=False),  # of the drawing's log
    Column("user_id", Uuid16, nullable=False),
    Column("ticket_count", Integer, nullable=False),
    Column("recorded_by", Uuid16, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("drawing_id", "unit_id"),
    **CLUSTERED,
)
Index(None, free_entries.c.drawing_id, free_entries.c.user_id)

fulfillment_transitions = Table(
    "fulfillment_transitions",
    metadata,
    Column("fulfillment_id", ForeignKey("fulfillments.fulfillment_id"), primary_key=True),
    Column("step_number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    Column("from_status", word(20)),
    Column("to_status", word(20), nullable=False),
    Column("actor_id", Uuid16),  # empty: the clock
    Column("note", word(500)),
    Column("created_at", Instant, nullable=False),
    **CLUSTERED,
)

shipping_addresses = Table(
    "shipping_addresses",
    metadata,
    Column("fulfillment_id", ForeignKey("fulfillments.fulfillment_id"), primary_key=True),
    Column("sealed_address", Document, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("erase_at", Instant),  # 90 days after the delivery; the row goes then
    **CLUSTERED,
)
Index(None, shipping_addresses.c.erase_at)
