"""What players did, and what each of their days came to (SPEC 3)."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Day, Document, Instant, Real, Uuid16, word

activities = Table(
    "activities",
    metadata,
    Column("user_id", Uuid16, primary_key=True),
    Column("activity_id", Uuid16, primary_key=True),
    Column("activity_type", word(20), nullable=False),
    Column("day", Day, nullable=False),  # of start_time, in the platform's zone
    Column("start_time", Instant, nullable=False),
    Column("end_time", Instant, nullable=False),
    Column("duration_minutes", Real, nullable=False),
    Column("intensity", word(10), nullable=False),
    Column("metrics", Document, nullable=False),
    Column("source", word(40), nullable=False),
    Column("external_id", word(200), nullable=False),
    Column("device_id", word(200)),
    Column("duplicate_of", Uuid16),
    Column("flags", word(200)),  # comma-separated codes of what is unlikely
    Column("revision", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("user_id", "source", "external_id"),
    **CLUSTERED,
)
Index(None, activities.c.user_id, activities.c.day)
Index(None, activities.c.device_id)

user_days = Table(
    "user_days",
    metadata,
    # A projection of the day's counted activities and of what the ledger booked for it.
    Column("user_id", Uuid16, primary_key=True),
    Column("day", Day, primary_key=True),
    Column("tier_code", word(12), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("light_minutes", Integer, nullable=False),
    Column("moderate_minutes", Integer, nullable=False),
    Column("vigorous_minutes", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),  # full minutes that count towards an active day
    Column("workouts", Integer, nullable=False),
    Column("run", Integer, nullable=False),  # the how-manieth of its unbroken run of active days; 0: inactive
    Column("award_points", Integer, nullable=False),  # what the day's activities come to, capped
    Column("streak_points", Integer, nullable=False),  # streak bonus that this day completes
    Column("booked_points", Integer, nullable=False),  # what the ledger carries for the day
    Column("forgiven_points", Integer, nullable=False),  # corrections that the balance could not bear
    **CLUSTERED,
)
Index(None, user_days.c.day, user_days.c.tier_code)
Index("ix_user_days_active", user_days.c.day, user_days.c.user_id, user_days.c.run)  # counts active days
