"""Figures kept ready for the console and for plausibility checks (SPEC 3 and 9). All can be made again."""

from sqlalchemy import Column, Index, Integer, Table

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Day, Instant, word

daily_figures = Table(
    "daily_figures",
    metadata,
    # One number per platform day, measure and dimension, e.g. (day, "points_earned", "F-30-39-INT").
    Column("day", Day, primary_key=True),
    Column("measure", word(40), primary_key=True),
    Column("dimension", word(40), primary_key=True),  # "all" without one: a key cannot be empty
    Column("amount", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, daily_figures.c.measure, daily_figures.c.day)

rollup_marks = Table(
    "rollup_marks",
    metadata,
    # Up to which instant what is kept ready has been counted: whoever counts goes on from there.
    Column("subject", word(40), primary_key=True),
    Column("counted_until", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)

tier_norms = Table(
    "tier_norms",
    metadata,
    # Days of the tier's players over the last 30 days; mean and deviation follow from the exact sums.
    # A day far above the mean is looked at.
    Column("tier_code", word(12), primary_key=True),
    Column("day_count", Integer, nullable=False),
    Column("player_count", Integer, nullable=False),
    Column("points_sum", Integer, nullable=False),
    Column("points_squared_sum", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
