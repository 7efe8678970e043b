"""What the days of tiers come to, figured out once a night: a day that leaves it is looked at (SPEC 3)."""

from datetime import timedelta
from typing import Final

from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.reviews.gaming import queries

LOOK_EVERY_S: Final = 900.0
"""Soon after midnight, and soon after a start that comes later."""

NORM_DAYS: Final = 30
"""Days that are over; yesterday is the last."""


async def keep_norms(journal: Journal, reads: Reads, clock: Clock, calendar: PlatformCalendar) -> None:
    """Figure them out, unless that was done since midnight. Two nodes that do it at once come to the same."""
    now = clock.now()
    today = calendar.day_of(now)
    made_at = await reads.run(queries.norms_made_at)
    if made_at is not None and made_at >= calendar.start_of(today):
        return
    # Summed by a reader: a month of everybody's days would hold the writer up.
    sums = await reads.run(queries.tier_sums, today - timedelta(days=NORM_DAYS), today - timedelta(days=1))
    await journal.transact(queries.replace_norms, sums, now)
