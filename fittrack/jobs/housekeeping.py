"""What is done each hour: keys and answers are forgotten after 7 days (PROTOCOL, Commands; SPEC 10), and
nothing is kept longer than it may be (SPEC 8). All in small transactions.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, time
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from fittrack.db import log_queries
from fittrack.db.journal import Journal, JournalStopped
from fittrack.db.reads import Reads
from fittrack.jobs import retention
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.ids import least_uuid7, made_at
from fittrack.kit.problems import Problem
from fittrack.privacy.retention import queries
from fittrack.privacy.retention.queries import KEYS, ROWS_PER_TRANSACTION

Part = Callable[[], Awaitable[None]]

THE_FIRST: Final = UUID(int=0)

log = structlog.get_logger(__name__)


class HouseNotKept(Exception):  # noqa: N818 - says what happened
    """Some parts failed; the others were done."""


class Housekeeping:
    """The parts, each by itself: one that fails keeps no other from its work."""

    def __init__(self, journal: Journal, reads: Reads, clock: Clock, calendar: PlatformCalendar) -> None:
        self._journal, self._reads = journal, reads
        self._clock, self._calendar = clock, calendar

    async def keep_house(self) -> None:
        """Do all parts. What one leaves is done the next time.

        Raises HouseNotKept when any failed, else the Problem for which one was put off. With the journal it
        ends: the node does as well, and the next one's start is a round.
        """
        failed, put_off = [], None
        for name, part in self._parts():
            try:
                await part()
            except JournalStopped:
                raise
            except Problem as problem:  # the database is away, or too much is going on
                log.warning("housekeeping.postponed", part=name, code=problem.code)
                put_off = problem
            except Exception:
                log.exception("housekeeping.failed", part=name)
                failed.append(name)
        if failed:
            raise HouseNotKept(", ".join(failed))
        if put_off is not None:
            raise put_off

    def _parts(self) -> Iterator[tuple[str, Part]]:
        now = self._clock.now()
        yield KEYS, partial(self._forget_keys, now)
        for rule in queries.RULES:
            yield rule, partial(retention.erase_old, self._journal, rule, now)
        today = self._calendar.day_of(now)
        yield queries.ACTIVITIES, partial(retention.erase_activities, self._journal, self._reads, today, now)

    async def _forget_keys(self, now: datetime) -> None:
        """Erase keys and answers of players' units that have lived; the rows of the log stay.

        From the day on up to which that was done before. A day that is not over yet was never come to: a
        clock that was ahead left it there, and all is looked through again.
        """
        before = now - log_queries.KEY_LIFETIME
        marked = await self._reads.run(queries.erased_before, KEYS)
        if marked is not None and marked > before.date():
            await self._journal.transact(queries.forget_mark, KEYS)
            marked = None
        last = THE_FIRST if marked is None else least_uuid7(datetime.combine(marked, time(), UTC))
        while units := await self._reads.run(log_queries.old_units, last, before, ROWS_PER_TRANSACTION):
            if units.keyed:
                await self._journal.transact(log_queries.forget_keys, last, units.last)
            last = units.last
            day = min(made_at(last), before).date()  # ids never go back, where the clock that made them did
            if marked is None or day > marked:
                await self._journal.transact(queries.mark_erased, KEYS, day, now)
                marked = day
