"""Bringing the rollup up to date: idempotent, in small steps, from wherever it was left."""

from typing import Final

from fittrack.analytics import counting, statements
from fittrack.analytics.counting import Plan
from fittrack.analytics.queries import Moments
from fittrack.analytics.statements import Sheet
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock

SHEETS_AT_ONCE: Final = 16
"""Sheets written in one transaction: about 3,000 rows of 31 tiers, some milliseconds of the writer's time."""


class _Sheets:
    """What was counted and is not written yet."""

    def __init__(self, journal: Journal, clock: Clock, plan: Plan) -> None:
        self._journal, self._clock, self._plan = journal, clock, plan
        self._waiting: list[Sheet] = []
        self.written = 0

    async def take(self, sheet: Sheet | None) -> bool:
        """False when others count at the same time and were quicker."""
        if sheet is not None:
            self._waiting.append(sheet)
        return len(self._waiting) < SHEETS_AT_ONCE or await self.write()

    async def write(self) -> bool:
        sheets, self._waiting = self._waiting, []
        if not sheets:
            return True
        kept = await self._journal.transact(statements.put, self._plan.mark, sheets, self._clock.now())
        self.written += len(sheets) if kept else 0
        return kept


async def refresh(journal: Journal, reads: Reads, clock: Clock, calendar: PlatformCalendar) -> int:
    """Count the days that are over and changed, or were never counted; returns how many sheets were written.

    Reading is done on a thread, a day at a time; the writer gets the results alone. What is counted is what
    was committed when it was read: what comes later is found by the mark the next time. Of two nodes that
    count at once, the one that is slower gives up.
    """
    began = clock.now()
    plan = await reads.run(counting.plan, calendar.day_of(began), calendar)
    sheets = _Sheets(journal, clock, plan)
    for day, with_events in plan.days.items():
        moments = Moments(calendar.start_of(day), calendar.end_of(day)) if with_events else None
        if not await sheets.take(await reads.run(counting.count_day, day, moments)):
            return sheets.written
    for period, span in plan.periods:
        if not await sheets.take(await reads.run(counting.count_players, period, span)):
            return sheets.written
    if await sheets.write():
        await journal.transact(statements.advance, plan.mark, began, clock.now())
    return sheets.written
