"""Keeps nothing longer than it may be kept (SPEC 8). What a crash leaves is erased the next time."""

from datetime import date, datetime
from typing import Final

from fittrack.db import log_queries
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.db.tables.accounts import users
from fittrack.privacy.retention import queries
from fittrack.privacy.retention.queries import ROWS_PER_TRANSACTION
from fittrack.privacy.rules import activities_kept_from

PLAYERS_PER_LOOK: Final = 200
"""Players who are asked at once whether they have old activities: some milliseconds of a reader's time."""


async def erase_old(journal: Journal, rule: str, now: datetime) -> None:
    """Erase everything that a rule calls old at `now`."""
    while await journal.transact(queries.erase_old, rule, now) >= ROWS_PER_TRANSACTION:
        pass


async def erase_activities(journal: Journal, reads: Reads, today: date, now: datetime) -> None:
    """Erase activities that have been kept long enough; the totals of their days stay."""
    before = activities_kept_from(today)
    await journal.transact(queries.mark_erased, queries.ACTIVITIES, before, now)
    last = None
    while owners := await reads.run(log_queries.next_owners, users.c.user_id, last, PLAYERS_PER_LOOK):
        while await reads.run(queries.have_activities_before, owners, before):
            await journal.transact(queries.erase_activities, owners, before)
        last = owners[-1]
