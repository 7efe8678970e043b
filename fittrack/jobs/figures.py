"""Keeps the figures of days, weeks and months ready for analytics."""

from typing import Final

import structlog

from fittrack.analytics.refreshing import refresh
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock

COUNT_EVERY_S: Final = 300.0
"""A late activity shows in the report of its day after five minutes. Counting takes two or three seconds of a
reading thread at 100,000 players (`tests/benchmarks/bench_analytics`): one hundredth of its time."""

log = structlog.get_logger(__name__)


async def count_what_changed(
    journal: Journal, reads: Reads, clock: Clock, calendar: PlatformCalendar
) -> None:
    """Count what changed since the last time. Twice is harmless; the next time does what a crash left."""
    written = await refresh(journal, reads, clock, calendar)
    if written:
        log.info("figures.counted", sheets=written)
