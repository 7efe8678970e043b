"""Keeps nothing longer than it may be kept (SPEC 8): once a day, in small transactions."""

from fittrack.db import log_queries
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.db.tables.accounts import users
from fittrack.jobs.housekeeping import ENTITIES_PER_ROUND
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.privacy.retention import queries
from fittrack.privacy.retention.queries import ROWS_PER_TRANSACTION
from fittrack.privacy.rules import activities_kept_from


async def erase_what_is_old(journal: Journal, reads: Reads, clock: Clock, calendar: PlatformCalendar) -> None:
    """Erase everything that has been kept long enough. What a crash leaves is erased the next time."""
    now = clock.now()
    for name in queries.RULES:
        while await journal.transact(queries.erase_old, name, now) >= ROWS_PER_TRANSACTION:
            pass
    before = activities_kept_from(calendar.day_of(now))
    await journal.transact(queries.mark_activities_erased, before, now)
    last = None
    while owners := await reads.run(log_queries.next_owners, users.c.user_id, last, ENTITIES_PER_ROUND):
        while await reads.run(queries.have_activities_before, owners, before):
            await journal.transact(queries.erase_activities, owners, before)
        last = owners[-1]
